"""A day of a meter of a service, as people read a run."""

import json

import pytest
from tests.service_days import DAY, made


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return made(tmp_path_factory.mktemp("listen") / "home")


def test_a_day_is_verified_as_a_run_is(whole, inside):
    assert inside("verify", str(whole / "m1" / DAY)).code == 0
    part = inside("verify", str(whole / "m1" / "2024-10-26"))
    assert (part.code, "3 rows, verified" in part.out) == (0, True)


def test_a_day_has_a_report_and_is_compared(whole, inside):
    day = whole / "m1" / DAY
    assert inside("report", str(day)).code == 0
    assert "<html" in (day / "report.html").read_text()
    done = inside("compare", str(day), str(whole / "m1" / "2024-10-26"), "--anyway", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)


def test_a_day_that_goes_on_is_no_run(whole, inside):
    done = inside("verify", str(whole / "m1" / "2024-10-28"))
    assert (done.code, done.field("error")) == (65, "there is no run here")


def test_questions_are_asked_of_all_days(whole, inside):
    sql = "SELECT run, count(*) AS n FROM samples GROUP BY run ORDER BY run"
    rows = json.loads(inside("query", sql, str(whole), "--json").out)
    assert rows == [{"run": "m1/2024-10-26", "n": 3}, {"run": "m1/2024-10-27", "n": 90_000}]


def test_a_question_says_which_days_are_not_over(whole, inside):
    (whole / "service.json").write_text("{}")
    done = inside("query", "SELECT run FROM runs", str(whole))
    assert "· a day that is not over is not here: m1/2024-10-28\n" in done.err
    done = inside("query", "SELECT run FROM runs", str(whole / "m1" / "2024-10-28"))
    assert (done.code, done.field("error")) == (
        65,
        "this day of a service is not over: it becomes a run after its midnight",
    )
    assert done.field("fix").endswith("m1/2024-10-28/samples.csv.part")
