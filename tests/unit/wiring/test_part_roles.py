"""What a process does of the parts of its share, and what it tells of one that fails."""

import asyncio

import pytest

import pvsim
from pvsim.app.meter import span_of
from pvsim.app.patience import Patience, Terms
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.run.shares import ALL, Share
from pvsim.errors import CannotWriteError
from pvsim.wiring import part_roles
from pvsim.wiring.broker import Connection
from pvsim.wiring.configure import configure
from pvsim.wiring.runs import Run

FLEET = pvsim.Request(meters=9, partitions=4, hours=1, run_id="fleet")


@pytest.fixture
def run(tmp_path):
    return Run.create(configure(FLEET), tmp_path)


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_shares_have_all_parts_once(run, of):
    numbers = [part.number for k in range(of) for part in part_roles.parts_of(run.models, Share(k, of))]
    assert sorted(numbers) == [part.number for part in run.models.parts]


async def simulate(run, share):
    connection = Connection(BrokerAddress("127.0.0.1", 9, 9, "u", "p"), "streams", run.models.plan)
    return await part_roles.write_share(
        run.models,
        run.directory,
        connection,
        share,
        Terms(Patience(), lambda _: None, asyncio.Event()),
        meter_timeout_s=3.0,
    )


async def test_a_full_disk_says_how_to_go_on_with_the_whole_run(run, monkeypatch):
    async def full(_part, directory, *_, **__):
        raise CannotWriteError(
            "cannot write the samples: no space", where=str(directory.path), fix="resume the part"
        )

    monkeypatch.setattr(part_roles, "run_simulator", full)
    with pytest.raises(CannotWriteError) as caught:
        await simulate(run, ALL)
    path = run.directory.path
    assert caught.value.where == str(path / "part-000")
    assert caught.value.fix == f"make room or repair the disk, then: pvsim simulate --dir {path}"


async def test_each_part_of_a_share_is_simulated_into_its_own_directory(run, monkeypatch):
    seen = []

    async def simulated(part, directory, _transport, _terms, **more):
        seen.append((part.plan.stream, directory.path.name, more["meter_timeout_s"], more["with_meter"]))

    monkeypatch.setattr(part_roles, "run_simulator", simulated)
    await simulate(run, Share(1, 2))
    parts = [part for part in run.models.parts if part.number % 2]
    assert seen == [(part.plan.stream, f"part-{part.number:03}", 3.0, False) for part in parts]
    assert (run.files.counts(), run.files.reached_s(), list(run.lacking)) == (
        {},
        0,
        [p.number for p in run.models.parts],
    )


@pytest.mark.parametrize(("speed", "span_s"), [(float("inf"), 900), (60.0, None)])
async def test_a_meter_computes_ahead_for_the_parts_that_are_published_at_once(run, monkeypatch, speed, span_s):
    """One without a clock here, all with one."""
    seen = []

    async def published(part, _transport, _terms, **more):
        seen.append((part.number, more["span_s"], more["speed"]))

    sizes = [len(part.meters) for part in run.models.parts]
    monkeypatch.setattr(part_roles, "run_meter", published)
    monkeypatch.setattr(part_roles, "PUBLISHED_AT_ONCE", 1)
    monkeypatch.setattr("pvsim.app.meter.MOST_AHEAD", 900 * max(sizes))
    connection = Connection(BrokerAddress("127.0.0.1", 9, 9, "u", "p"), "streams", run.models.plan)
    await part_roles.publish_share(
        run.models,
        None,
        connection,
        ALL,
        Terms(Patience(), lambda _: None, asyncio.Event()),
        speed=speed,
    )
    assert [number for number, _, _ in seen] == [part.number for part in run.models.parts]
    spans = {span for _, span, _ in seen}
    assert spans == {span_s if speed == float("inf") else span_of(sum(sizes))}


@pytest.mark.parametrize("with_directory", [True, False])
async def test_all_of_a_run_without_partitions_is_published_and_written_as_one(
    tmp_path, monkeypatch, with_directory
):
    run = Run.create(configure(pvsim.Request(hours=1, run_id="house")), tmp_path)
    connection = Connection(BrokerAddress("127.0.0.1", 9, 9, "u", "p"), "streams", run.models.plan)
    seen = []

    async def published(models, _transport, _terms, **_):
        seen.append((models, (run.directory.path / ".meter.lock").exists()))

    async def written(models, directory, _transport, _terms, **_):
        seen.append((models, directory))
        return "rows"

    monkeypatch.setattr(part_roles, "run_meter", published)
    monkeypatch.setattr(part_roles, "run_simulator", written)
    terms = Terms(Patience(), lambda _: None, asyncio.Event())
    directory = run.directory if with_directory else None
    await part_roles.publish_share(run.models, directory, connection, ALL, terms)
    assert await part_roles.write_share(run.models, run.directory, connection, ALL, terms) == ["rows"]
    assert seen == [(run.models, with_directory), (run.models, run.directory)]
