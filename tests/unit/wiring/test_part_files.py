"""A run in partitions comes to what it comes to without, and keeps little of each of its meters meanwhile."""

from contextlib import suppress
from weakref import WeakSet

import msgspec
import pytest
from tests.finished_runs import carry_out

import pvsim
from pvsim.core.results import meter_curves
from pvsim.errors import PartialResultError
from pvsim.wiring.runs import Run
from pvsim.wiring.summary_file import summary_text

METERS = 21
"""More than have fine bins; each of 4 partitions has fewer than that."""

RUNS = {
    "two days": {"every": "60s", "days": 2},
    "batteries": {"site": "home-battery", "hours": 1},
    "gaps": {"external": True, "every": "60s", "days": 1},
}
LOST = {"gaps": (3, 4, 700, 701, 1_260)}


def done(tmp_path, partitions, lost=(), **more):
    run = Run.create(configured(partitions, **more), tmp_path / f"{partitions}")
    with suppress(PartialResultError):
        carry_out(run, lost=lost)
    return run


def configured(partitions, **more):
    if more.pop("external", False):
        more["meter"] = pvsim.MeterRequest(source="external")
    return pvsim.configure(pvsim.Request(run_id="r", partitions=partitions, meters=METERS, **more))


@pytest.mark.parametrize("kind", RUNS)
def test_the_summary_is_the_same_text(tmp_path, kind):
    whole, *parted = (done(tmp_path, each, LOST.get(kind, ()), **RUNS[kind]) for each in (None, 1, 4))
    text = (whole.directory.path / "summary.json").read_bytes()
    for run in parted:
        assert (run.directory.path / "summary.json").read_bytes() == text
        assert run.files.status == ("partial" if kind in LOST else "complete")
    summary, _ = parted[-1].files.verified()
    assert (len(summary.meters), summary_text(summary)) == (METERS, text)


def test_no_more_meters_are_counted_at_a_time_than_one_part_has(tmp_path, monkeypatch):
    alive, most = WeakSet(), []

    class Watched(meter_curves.MeterCounts):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            alive.add(self)

        def add(self, *arguments):
            super().add(*arguments)
            most.append(sum(len(each.highest[0]) for each in alive if len(each.highest) == 1))

    monkeypatch.setattr(meter_curves, "MeterCounts", Watched)
    run = done(tmp_path, 4, hours=1, every="10s")
    largest = max(len(part.meters) for part in run.models.parts)
    assert max(most) == largest < METERS
    assert not alive
    done(tmp_path, None, hours=1, every="10s")
    assert max(most) == METERS


def test_other_prices_change_no_figure_of_a_meter(tmp_path):
    run = done(tmp_path, 4, every="15min")
    opened = pvsim.open_run(run.directory.path)
    priced = opened.priced("home-tariff")
    assert isinstance(priced.meters, dict)
    assert priced.money.total > 0
    assert msgspec.json.encode(priced.meters) == msgspec.json.encode(opened.summary.meters)
