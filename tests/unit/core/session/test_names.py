from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.observed import Refused
from pvsim.core.run.plan import NAME
from pvsim.core.session.names import NO_PHASE, is_name, meter_of
from pvsim.core.session.plan import SessionPlan


def read(*_):
    return Refused("nothing")


PLAN = SessionPlan("home", ZoneInfo("UTC"), read, topics={"shelly-abc.status.em:0": "kitchen"})


@given(st.text())
def test_whatever_is_a_name_is_a_plain_one(text):
    if is_name(text):
        assert NAME.fullmatch(text)
        assert not set(text) & set("./\\:\0 ")


@given(st.text())
def test_any_routing_key_has_a_name_or_is_refused_in_few_words(key):
    found = meter_of(key, PLAN)
    assert is_name(found) if isinstance(found, str) else len(found.detail) < 600


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("meter.home.m1", "m1"),
        ("shelly-abc.status.em:0", "kitchen"),
        ("meter.home.console", "console"),
        ("meter.home.locks", "locks"),
    ],
)
def test_the_last_level_is_the_name_unless_the_topic_has_one(key, name):
    assert meter_of(key, PLAN) == name


@pytest.mark.parametrize(
    "last",
    [
        "",
        "/etc/passwd",
        "a/b",
        "-x",
        "a b",
        "🙂",
        "x" * 33,
        "x" * 300,
        "a\0b",
        "con",
        "NUL",
        "Com1",
        "lpt9",
        "lock",
        "Checkpoint",
        "a\n",
    ],
)
def test_what_no_directory_should_be_called_is_refused_with_the_way_out(last):
    refused = meter_of(f"meter.home.{last}", PLAN)
    assert isinstance(refused, Refused)
    assert "[[meters]] topic = " in refused.detail
    assert "\0" not in refused.detail
    assert "\n" not in refused.detail


def test_a_name_of_a_device_is_told_apart():
    assert "not what Windows keeps for devices" in meter_of("meter.home.CON", PLAN).detail


def test_a_name_of_a_file_of_the_service_is_told_apart():
    assert "nor lock or checkpoint" in meter_of("meter.home.lock", PLAN).detail


def test_dots_make_levels_so_that_no_name_leads_upwards():
    assert isinstance(meter_of("meter.home.../../x", PLAN), Refused)
    assert isinstance(meter_of("meter.home...", PLAN), Refused)


@pytest.mark.parametrize("key", ["m1", "", "meter.other.m1", "meter.home", "shelly-abc.status.em:1"])
def test_a_key_of_nobody_known_is_refused(key):
    assert isinstance(meter_of(key, PLAN), Refused)


def test_a_meter_that_is_the_sum_of_its_phases_has_no_other_messages():
    topics = {"a.0": "house", "a.1": "house"}
    phases = {"house": {"L1": MeterForm(), "L2": MeterForm()}}
    plan = SessionPlan(
        "home",
        ZoneInfo("UTC"),
        read,
        topics=topics,
        phases=phases,
        phase_topics={"a.0": "L1", "a.1": "L2"},
    )
    assert meter_of("a.1", plan) == "house"
    refused = meter_of("meter.home.house", plan)
    assert refused.reason == NO_PHASE
    assert "house is the sum of L1, L2, which have topics of their own" in refused.detail
