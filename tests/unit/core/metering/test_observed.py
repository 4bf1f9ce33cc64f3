from pvsim.core.metering.observed import Observed, Refused


def test_a_reading_shows_power_and_no_counters_if_nothing_else_is_said():
    assert Observed(1_000, timed=True, power_dw=5).counters_mwh is None


def test_a_reason_can_stand_alone():
    assert Refused("not a number").detail == ""
