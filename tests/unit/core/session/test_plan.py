from zoneinfo import ZoneInfo

import pytest

from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.observed import Refused
from pvsim.core.quantities.types import BRIEFS_RANGE, MeterRange
from pvsim.core.session.plan import SessionPlan
from pvsim.errors import UsageError


def read(*_):
    return Refused("nothing")


def a_plan(**changes):
    return SessionPlan(**{"service": "home", "zone": ZoneInfo("Europe/Berlin"), "read": read, **changes})


def test_a_meter_has_the_range_of_all_or_its_own():
    grid = MeterRange.up_to(10_000, grid=True)
    plan = a_plan(ranges={"grid": grid})
    assert plan.range_of("grid") == grid
    assert plan.range_of("m1") == BRIEFS_RANGE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": "../home"}, "name"),
        ({"lateness_s": -1}, "lateness"),
        ({"lateness_s": 3_601}, "lateness"),
        ({"hold_s": 86_401}, "hold"),
        ({"silence_s": -1}, "silence"),
        ({"max_meters": 0}, "max_meters"),
        ({"max_meters": 1_001}, "max_meters"),
        ({"max_meters": 1, "forms": {"m1": MeterForm(), "m2": MeterForm()}}, "max_meters"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(changes, field):
    with pytest.raises(UsageError) as refused:
        a_plan(**changes)
    assert refused.value.field == field


def test_phases_are_known_by_the_names_of_their_channels():
    slow, meter = MeterForm(energy=(("total",),), max_interval_s=90, waits=True), MeterForm(waits=True)
    plan = a_plan(forms={"house": meter}, phases={"house": {"L1": slow, "L2": MeterForm()}}, silence_s=60)
    assert plan.waits == {"house (L1)": 90}
    assert plan.form_of("house (L1)") == slow
    assert plan.silence_of("house (L1)") == 100
    assert plan.silence_of("house (L2)") == 60
    assert plan.form_of("other") == MeterForm()
