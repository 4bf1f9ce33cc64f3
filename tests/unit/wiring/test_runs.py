"""A run that goes on with another answer to readings that are missing."""

from datetime import date

import msgspec
import pytest

from pvsim.config import CurveConfig, ExternalMeter, MeterConfig, RunConfig, SyntheticMeter
from pvsim.errors import UsageError
from pvsim.wiring.runs import Run


def a_run(out, missing="stop", source=None):
    meters = (MeterConfig("m1", source or ExternalMeter()),)
    day = date(2024, 6, 21)
    config = RunConfig("house-a", day, 1, "Europe/Berlin", 1, 1, meters, CurveConfig(), missing=missing)
    return Run.create(config, out)


@pytest.mark.parametrize(("before", "after"), [("stop", "skip"), ("skip", "stop")])
def test_skip_and_stop_may_follow_each_other(tmp_path, before, after):
    going_on = a_run(tmp_path, before).going_on(after)
    assert going_on.models.plan.missing == after
    again = Run.open(going_on.directory.path)
    assert again.models.config.missing == after
    assert again.models.config == going_on.models.config


@pytest.mark.parametrize("missing", [None, "stop"])
def test_the_same_answer_changes_nothing(tmp_path, missing):
    run = a_run(tmp_path)
    assert run.going_on(missing, external_only=missing is None) is run


@pytest.mark.parametrize(("before", "after"), [("stop", "hold"), ("hold", "skip")])
def test_hold_belongs_to_the_beginning(tmp_path, before, after):
    run = a_run(tmp_path, before)
    with pytest.raises(UsageError, match="hold adds a column") as caught:
        run.going_on(after)
    assert caught.value.field == "meter.missing"


@pytest.mark.parametrize(
    ("missing", "external_only", "field"), [("skip", False, "meter.missing"), (None, True, "meter.timeout_s")]
)
def test_our_own_meter_leaves_nothing_out(tmp_path, missing, external_only, field):
    run = a_run(tmp_path, source=SyntheticMeter())
    with pytest.raises(UsageError, match="this run has none") as caught:
        run.going_on(missing, external_only=external_only)
    assert caught.value.field == field


def test_a_run_that_has_ended_stays_what_it_is(tmp_path):
    run = a_run(tmp_path)
    run.directory.save(msgspec.structs.replace(run.directory.load(), status="partial"))
    assert run.going_on("skip") is run
