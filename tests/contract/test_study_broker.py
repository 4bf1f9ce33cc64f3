"""Through the broker a study has the figures that it has without, to the last digit, also where workers die."""

import dataclasses
import subprocess
import sys

import msgspec
import pytest
from msgspec.structs import replace
from tests.faults.processes import wait_until

import pvsim
from pvsim.adapters import node
from pvsim.app.study import Work
from pvsim.core.study.case import Case
from pvsim.core.study.record import Job, JobCase, decode_results
from pvsim.wiring.study import broker as study_broker
from pvsim.wiring.study import work as study_work
from pvsim.wiring.study.broker import BrokerSetting, through_broker
from pvsim.wiring.study.jobs import jobs

pytestmark = pytest.mark.broker
WORKER = "import sys; from pvsim.wiring.study.broker import carry_out; carry_out(sys.stdin.buffer.read())"


def cases_of(*requests):
    for i, request in enumerate(requests):
        config = pvsim.configure(request)
        yield Case(i, f"{i:010x}", "", {}, 0, config.seed), replace(config, run_id=f"case-{i:010x}")


def variants(*seeds):
    """Of each load three: the curve, the curve's double, a home with a battery."""
    for seed in seeds:
        day = {"date": "2024-10-27", "seed": seed, "meter": pvsim.MeterRequest(source="walk")}
        yield pvsim.Request(every="15min", **day)
        yield pvsim.Request(every="1h", pv=pvsim.PvRequest(peak_kw=6.0), **day)
        yield pvsim.Request(site="home-battery", every="15min", **day)


def with_last(work, **changes):
    """The same work, its last case with another configuration."""
    config = msgspec.json.decode(Job.decode(work.job).cases[-1].config, type=pvsim.RunConfig)
    return with_config(work, msgspec.json.encode(replace(config, **changes)))


def with_config(work, config, at=-1):
    job = Job.decode(work.job)
    cases = list(job.cases)
    cases[at] = JobCase(cases[at].number, cases[at].id, msgspec.Raw(config))
    return Work(Job(job.number, tuple(cases)).encode(), work.cases)


@pytest.fixture
def setting(broker, tmp_path):
    return BrokerSetting(broker, "streams", str(tmp_path / "runs"), patience_s=5.0)


def by_broker(work, setting):
    (wrapped,) = through_broker([work], setting)
    assert wrapped.cases == work.cases
    return study_broker.carry_out(wrapped.job)


def test_figures_are_those_without_a_broker(setting, broker_home, tmp_path):
    cases = list(cases_of(*variants(1, 2)))
    before = [each.stream for each in node.stored(broker_home)]
    for work in jobs(cases, workers=1, by_load=True):
        assert len(work.cases) == 3
        assert by_broker(work, setting) == study_work.carry_out(work.job)
    assert [each.stream for each in node.stored(broker_home)] == before
    assert list((tmp_path / "runs").iterdir()) == []


def test_without_a_broker_each_case_says_so_and_the_private_node_knows_of_streams(setting, monkeypatch):
    told = []
    monkeypatch.setattr(study_broker, "require_room", lambda *said: told.append(said))
    monkeypatch.setattr(study_broker, "note_run", lambda *said, **_: told.append(said))
    (work,) = jobs(list(cases_of(*variants(1)))[:2], workers=1, by_load=True)
    nobody = dataclasses.replace(setting.address, stream_port=9, amqp_port=9)
    away = replace(setting, address=nobody, private=True, patience_s=0.1)
    results = decode_results(by_broker(work, away))
    assert [result.error.kind for result in results] == ["BrokerError"] * 2
    assert told[0] == (None, 90_000)
    assert told[1][1].startswith("pvsim.load-")
    broken = with_config(with_last(work, every_s=7), b'{"days": "many"}', at=0)
    assert [result.error.kind for result in decode_results(by_broker(broken, away))] == [
        "InternalError",
        "UsageError",
    ]


def test_a_stream_that_is_gone_is_an_error_and_once_more_it_goes_well(setting, monkeypatch):
    """Somebody has deleted it after the load was published: nothing comes, and nobody waits for ever."""

    async def nothing(*_, **__):
        pass

    (work,) = jobs(list(cases_of(*variants(4)))[:1], workers=1, by_load=True)
    kept = replace(setting, keep_runs=True, patience_s=2.5)
    with monkeypatch.context() as patch:
        patch.setattr(study_broker, "run_meter", nothing)
        (result,) = decode_results(by_broker(work, kept))
    assert result.error.kind in {"SequenceGapError", "PartialResultError"}
    assert by_broker(work, kept) == study_work.carry_out(work.job)


def test_a_killed_worker_is_gone_on_from_and_runs_can_be_kept(setting, broker_home, tmp_path):
    """Killed when the first run has ended and the second has begun; the third fails, as it does without."""
    first, second, third = cases_of(*variants(3))
    (work,) = jobs([first, second, third], workers=1, by_load=True)
    broken = with_last(work, every_s=7)
    (wrapped,) = through_broker([broken], setting)
    process = subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE)
    process.stdin.write(wrapped.job)
    process.stdin.close()
    assert wait_until((tmp_path / "runs" / second[0].id).exists, patience_s=30)
    process.kill()
    process.wait()
    (left,) = (path for path in (tmp_path / "runs" / first[0].id).glob("*/") if not path.is_symlink())
    ended = (left / "manifest.json").stat()
    published = len(node.stored(broker_home))
    kept = replace(setting, keep_runs=True)
    assert by_broker(broken, kept) == study_work.carry_out(broken.job)
    assert len(node.stored(broker_home)) == published - 1
    assert (left / "manifest.json").stat() == ended
    summary = pvsim.open_run(left).summary
    assert decode_results(study_work.carry_out(work.job))[0].figures["energy_kwh_pv"] == summary.energy_kwh.pv
