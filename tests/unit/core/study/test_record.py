"""What travels between a study and its workers, and what is kept of a case."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim import MeterRequest, Request
from pvsim.app.prove import add_up
from pvsim.core.results.figure_tables import FIGURES, figure_columns, figure_rows
from pvsim.core.results.hour_sums import HourSums
from pvsim.core.study.record import (
    CaseError,
    CaseRecord,
    CaseResult,
    Job,
    JobCase,
    decode_results,
    encode_results,
    hours_of,
    misfit_of,
    single_figures,
)
from pvsim.errors import BadInputError, ConfigurationError, UsageError
from pvsim.wiring.simulated import simulate


def test_jobs_results_and_records_survive_json():
    job = Job(3, (JobCase(7, "0a1b2c3d4e", msgspec.Raw(b'{"days":1}')),))
    assert Job.decode(job.encode()) == job
    failed = CaseResult(8, "ffffffffff", error=CaseError("BadInputError", "no rows", where="load.csv"))
    results = [
        CaseResult(7, "0a1b2c3d4e", {"a": 1.5, "b": 2, "c": "EUR", "d": True}, {"pv": [None, 0.25]}),
        failed,
    ]
    assert decode_results(encode_results(results)) == results
    parameters = {"site.battery": None, "x": 1}
    record = CaseRecord(
        7, "0a1b2c3d4e", "", parameters, 0, 23, {"a": 1.5}, inputs={"inputs_gap_s": 60}, error=failed.error
    )
    text = msgspec.json.encode(record)
    assert msgspec.json.decode(text, type=CaseRecord) == record
    assert b"hours" not in text  # empty: left out


def test_what_is_no_job_is_refused():
    with pytest.raises(msgspec.MsgspecError):
        Job.decode(b'{"number": 1}')
    with pytest.raises(msgspec.MsgspecError):
        decode_results(b"{}")


def test_an_error_keeps_its_facts_and_all_its_problems():
    error = CaseError.of(BadInputError("a gap", where="load.csv: line 3", field="meter.source", fix="--gaps hold"))
    assert error == CaseError("BadInputError", "a gap", "load.csv: line 3", "meter.source", "--gaps hold")
    several = ConfigurationError("2 mistakes", problems=[UsageError("one", fix="x"), UsageError("two")])
    assert CaseError.of(several, "in build").what == "2 mistakes\n  one; x\n  two"
    assert CaseError.of(several, "in build").trace == "in build"


def test_hours_are_means_by_the_local_clock():
    """On the last Sunday of March the clock has no hour from two to three."""
    run = simulate(
        Request(site="home-battery", date="2024-03-31", every="15min", meter=MeterRequest(source="walk"))
    )
    sums = HourSums(run.plan)
    add_up(run.samples(), sums)
    hours = hours_of(*sums.result(), battery=True)
    arrays = run.arrays()
    t_utc = arrays["t_utc"].astype(np.int64)
    local = (t_utc + run.plan.timeline.offset_s(t_utc)) // 3_600 % 24
    for name, column in (("load", "meter_kw"), ("pv", "pv_kw"), ("net", "net_kw"), ("battery", "battery_kw")):
        assert hours[name][2] is None
        expected = [np.mean(arrays[column][local == hour]) for hour in range(24) if hour != 2]
        assert [each for each in hours[name] if each is not None] == pytest.approx(expected, abs=1e-9)
    assert list(hours_of(*sums.result(), battery=False)) == ["load", "pv", "net"]


def test_single_figures_are_those_of_the_table_of_figures():
    summary = simulate(Request(date="2024-06-21", every="15min")).summary
    figures = single_figures(summary)
    row = figure_rows(summary)["figures"][0]
    assert figures["energy_kwh_import"] == summary.energy_kwh.import_
    assert {name for name in row if name not in figures} == {n for n, v in row.items() if isinstance(v, list)}


KINDS = figure_columns()[FIGURES]


@given(st.data())
def test_a_figure_is_what_its_column_holds(data):
    name = data.draw(st.sampled_from(sorted(KINDS)))
    whole, texts = st.integers(-(10**6), 10**6), st.text()
    fits = {float: whole | st.floats(-1e6, 1e6), int: whole, str: texts}.get(KINDS[name], st.nothing())
    others = {float: texts, int: texts, str: whole}.get(KINDS[name], whole) | st.booleans()
    assert misfit_of(CaseRecord(7, "0a", "", {}, 0, 23, {name: data.draw(fits | st.none())})) == ""
    assert misfit_of(CaseRecord(7, "0a", "", {}, 0, 23, {name: data.draw(others)})).startswith(
        f"figures.{name} is"
    )


@pytest.mark.parametrize(
    ("changed", "misfit"),
    [
        ({"figures": {"energy_kwh_pv": "x"}}, "figures.energy_kwh_pv is 'x', not a number"),
        ({"figures": {"rows": 7.5}}, "figures.rows is 7.5, not a whole number"),
        ({"figures": {"rows": 1e300}}, "figures.rows is 1e+300, not a whole number"),
        ({"figures": {"rows": 7.0}}, ""),
        ({"figures": {"money_currency": 7}}, "figures.money_currency is 7, not a text"),
        ({"figures": {"duration_grid_kw": 7.5}}, "figures.duration_grid_kw is 7.5, which is in no record"),
        ({"figures": {"no_figure": "x"}}, ""),  # it is in no table
        ({"inputs": {"inputs_gap_s": 0.5}}, "inputs.inputs_gap_s is 0.5, not a whole number"),
        ({"inputs": {"inputs_cut_kwh": 0.5}}, ""),
        ({"hours": {"pv": [0.5] * 24, "load": []}}, "hours.load has 0 values, not 24"),
        ({"hours": {"pv": [None] * 24}}, ""),
    ],
)
def test_a_record_says_what_no_record_has(changed, misfit):
    assert misfit_of(CaseRecord(7, "0a", "", {}, 0, 23, **changed)) == misfit
