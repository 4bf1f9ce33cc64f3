"""What is missing, held, cut or rejected is on the page (I12)."""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from tests.made_pages import ENGLISH, FACTS

from pvsim.app.report.quality import limits, messages, notices, sources, stretches
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import RunPlan

PLAN = RunPlan("r", Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin")), ("m1",))
SPAN = {"meter": "m1", "from": "2024-06-21T00:00:05+02:00", "to": "2024-06-21T00:00:09+02:00", "rows": 4}
FROM, TO = "21\u00a0June\u00a02024, 00:00:05", "21\u00a0June\u00a02024, 00:00:09"


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_a_whole_run_has_no_notice():
    assert notices(PLAN, FACTS, ENGLISH) == ()
    assert stretches(PLAN, FACTS, ENGLISH) is None
    assert sources(FACTS, ENGLISH) is None
    assert (
        sources(replace(FACTS, inputs={"places_m": {"gaps": [0.0, 1.0], "source": [2.0, 3.0]}}), ENGLISH) is None
    )
    assert texts(messages(PLAN, FACTS, ENGLISH)) == [["Readings of the run", "86,400"]]


def test_what_the_broker_confirmed_stands_beside_what_was_sent():
    facts = replace(FACTS, counts={"received": 86_401, "confirmed": 86_400})
    assert texts(messages(PLAN, facts, ENGLISH)) == [
        ["Readings of the run", "86,400"],
        ["Readings confirmed by the broker", "86,400"],
        ["Messages received", "86,401"],
    ]


def test_a_partial_run_says_what_is_missing():
    facts = replace(FACTS, counts={"missing": 4, "written": 86_396}, missing={"spans": 1, "first": [SPAN]})
    first, second = notices(PLAN, facts, ENGLISH)
    assert "4 of 86,400 readings (0.0%) have no row" in first
    assert second == f"Missing: m1, {FROM} to {TO}."
    assert texts(stretches(PLAN, facts, ENGLISH)) == [["Readings missing", "m1", FROM, TO, "4"]]
    assert texts(messages(PLAN, facts, ENGLISH))[-1] == ["Readings missing", "4"]


def test_held_values_and_what_the_disk_cannot_do_are_said():
    facts = replace(FACTS, counts={"held": 7}, held={"first": [SPAN]}, not_promised=("no fsync",))
    assert notices(PLAN, facts, ENGLISH) == (ENGLISH.say("notice.held", held="7"), "no fsync")
    assert texts(stretches(PLAN, facts, ENGLISH))[0][0] == "Readings held from the value before"


def test_a_table_that_leaves_stretches_out_says_so():
    for count, more in ((20, ""), (21, " (the first 20 of each)")):
        facts = replace(FACTS, missing={"spans": count, "first": [SPAN] * count})
        table = stretches(PLAN, facts, ENGLISH)
        assert (table.caption, len(table.rows)) == (f"Stretches without rows or with held values{more}", 20)


def test_what_was_done_to_input_data_is_counted():
    gaps = [{"seconds": 60}, {"seconds": 30}]
    report = {"source": "a.csv", "gaps": gaps, "clipped_high": 3, "clipped_low": 0, "clipped_high_kwh": 0.25}
    facts = replace(FACTS, inputs={"m1": report, "m2": {"clipped_s": 12}, "places_m": {"m1": [0, 0]}})
    assert texts(sources(facts, ENGLISH)) == [
        ["m1", "read from", "a.csv"],
        ["m1", "gaps, filled", "2"],
        ["m1", "seconds in gaps, filled", "90"],
        ["m1", "values cut at the upper limit", "3"],
        ["m1", "kWh cut at the upper limit", "0.250"],
        ["m2", "seconds cut at the meter's maximum", "12"],
    ]


def test_hours_that_fall_out_or_come_twice_are_counted():
    spring, autumn = {"skipped_hours": ["2024-03-31T02:00:00"]}, {"repeated_hours": ["2024-10-27T02:00:00"]}
    facts = replace(FACTS, inputs={"m1": {**spring, "repeated_hours": []}, "pv": {**autumn, "skipped_hours": []}})
    assert texts(sources(facts, ENGLISH)) == [
        ["m1", ENGLISH.words["source.skipped_hours"], "1"],
        ["pv", ENGLISH.words["source.repeated_hours"], "1"],
    ]


def test_what_dimming_took_is_counted():
    report = {"dimmed_s": 4_605, "cut_kwh": 8.698333, "later_kwh": 8.692293, "unserved_kwh": 0.00604}
    assert texts(sources(replace(FACTS, inputs={"m1": report}), ENGLISH)) == [
        ["m1", "seconds dimmed", "4,605"],
        ["m1", "kWh cut by dimming", "8.698"],
        ["m1", "kWh of it taken later", "8.692"],
        ["m1", "kWh not taken at all", "0.006"],
    ]


def test_limits_on_what_is_fed_in_are_told_with_their_day_and_reason():
    assert limits(FACTS, ENGLISH) is None
    free = ("2025-02-24", None, "")
    assert limits(replace(FACTS, export_limits=[free]), ENGLISH) is None
    facts = replace(FACTS, export_limits=[free, ("2025-02-25", 4.8, "60 % of 8 kWp, a law")])
    assert texts(limits(facts, ENGLISH)) == [
        ["2025-02-24", "none", ""],
        ["2025-02-25", "4.8000", "60 % of 8 kWp, a law"],
    ]
