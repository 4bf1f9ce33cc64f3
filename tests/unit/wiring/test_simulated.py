"""A run in this process gives what a run through the broker leaves: the same rows, the same figures."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.finished_runs import a_run, carry_out

import pvsim
from pvsim.adapters.csvfile import SAMPLES
from pvsim.adapters.rundir import SUMMARY
from pvsim.adapters.site_file import read_site
from pvsim.core.quantities.clock_span import ClockSpan
from pvsim.core.results import rows
from pvsim.core.results.summary import Summary
from pvsim.core.site.schema import DimmingWindow, ElectricCar
from pvsim.errors import UsageError
from pvsim.wiring.configure import with_prices_of
from pvsim.wiring.runs import Run
from pvsim.wiring.summary_file import summary_text


@pytest.mark.parametrize("names", [("m1",), ("a", "b")])
def test_rows_and_figures_are_those_of_a_finished_run(tmp_path, names):
    run = a_run(tmp_path, day="2024-10-27", names=names)
    carry_out(run)
    finished = pvsim.open_run(run.directory.path)
    simulated = pvsim.simulate(finished.config)
    text = rows.header(simulated.plan) + b"".join(
        rows.render(each, simulated.plan) for each in simulated.samples()
    )
    assert text == (finished.path / SAMPLES).read_bytes()
    assert simulated.summary == finished.summary
    assert summary_text(simulated.summary) == (finished.path / SUMMARY).read_bytes()
    for one, other in zip(simulated.arrays().items(), finished.arrays().items(), strict=True):
        assert one[0] == other[0]
        assert np.array_equal(one[1], other[1])
    assert simulated.to_pandas().equals(finished.to_pandas())
    assert simulated.to_polars().equals(finished.to_polars())


@pytest.mark.parametrize("every", ["1s", "5min"])
def test_what_buildings_take_less_is_counted_as_in_a_manifest(tmp_path, every):
    """Two homes at meters that show 6 kW at most, of which the cars are dimmed in the evening."""
    home = read_site("home-battery")
    grid = replace(home.grid, dimming=(DimmingWindow("2025-01-14T16:00", "2025-01-14T21:00", 4.2),))
    site = replace(home, load=replace(home.load, electric_car=ElectricCar(8_000, 11.0)), grid=grid)
    meter = pvsim.MeterRequest(max_w=6_000)
    request = pvsim.Request(site=site, date="2025-01-14", every=every, meters=2, meter=meter)
    run = Run.create(pvsim.configure(request), tmp_path)
    carry_out(run)
    inputs = pvsim.simulate(request).inputs
    assert json.loads(json.dumps(inputs)) == pvsim.open_run(run.directory.path).manifest.inputs
    assert any("clipped_s" in each for each in inputs.values())
    assert any("dimmed_s" in each for each in inputs.values())


HOUSE = Path(__file__).parents[2] / "data" / "uci_sceaux_20061221.csv.gz"
SITES = {
    "uniform": pvsim.Request(),
    "walk": pvsim.Request(meter=pvsim.MeterRequest(source="walk"), date="2024-10-27"),
    "home": pvsim.Request(site="home-battery", meters=3, spread_km=2, seed=7, date="2024-10-27"),
    "home without battery": pvsim.Request(site="home", date="2024-03-31"),
    "street": pvsim.Request(site="street", meters=4),
    "depot": pvsim.Request(site="depot"),
    "measured": pvsim.Request(meter=pvsim.MeterRequest(source=str(HOUSE))),
}


@cache
def whole_day(name):
    return pvsim.simulate(SITES[name]).arrays()


@given(
    name=st.sampled_from(list(SITES)),
    edges=st.lists(st.integers(0, 47), min_size=2, max_size=2, unique=True).map(sorted),
)
@settings(max_examples=12, deadline=None)
@example(name="home", edges=[5, 6])  # 02:30-03:00 on the day with two of them
@example(name="home without battery", edges=[6, 30])
def test_load_and_pv_of_a_part_are_those_of_the_day(name, edges):
    """I7: from 30 minutes on; where the clock shows no such time, there is no such part."""
    hours = str(ClockSpan(30 * edges[0], 30 * edges[1]))
    try:
        part = pvsim.simulate(replace(SITES[name], hours=hours)).arrays()
    except UsageError:
        assume(False)
    day = whole_day(name)
    since = int(np.searchsorted(day["t_utc"], part["t_utc"][0]))
    rows = slice(since, since + len(part["t_utc"]))
    for column in {"t_utc", "meter", "meter_kw", "pv_kw"} & set(day):
        assert np.array_equal(part[column], day[column][rows]), column


def test_the_figures_of_each_meter_are_figures(tmp_path):
    run = a_run(tmp_path, names=("a", "b"))
    carry_out(run)
    meters = pvsim.open_run(run.directory.path).summary.meters
    assert {name: type(each) for name, each in meters.items()} == {"a": Summary, "b": Summary}


def test_a_request_is_configured_first():
    request = pvsim.Request(every="15min", seed=3)
    simulated = pvsim.simulate(request)
    assert simulated.config == pvsim.configure(request)
    assert len(simulated.arrays()["t_utc"]) == 96


def test_models_give_their_samples():
    built = pvsim.build(pvsim.configure(pvsim.Request(every="15min")))
    given = sum(len(samples) for samples in pvsim.simulate(built.plan, built.loads, built.pv, built.devices))
    assert given == built.plan.rows


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["home"], "'home' is no pvsim.Request or pvsim.RunConfig"),
        (["plan"], "a plan alone has no loads"),
        (["request", "loads"], "a configuration has loads, PV power and devices of its own"),
    ],
)
def test_what_is_no_run_is_refused(arguments, message):
    request = pvsim.Request(every="1h")
    built = pvsim.build(pvsim.configure(request))
    given = {"home": "home", "plan": built.plan, "request": request, "loads": built.loads}
    with pytest.raises(UsageError, match=message):
        pvsim.simulate(*(given[name] for name in arguments))


def test_somebody_elses_meter_is_refused():
    request = pvsim.Request(meter=pvsim.MeterRequest(source="external"))
    with pytest.raises(UsageError, match="the readings of meter m1 come from elsewhere"):
        pvsim.simulate(request)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: pvsim.configure(None), "request"),
        (lambda: pvsim.configure({"site": "home" * 30}), "request"),
        (lambda: pvsim.build(pvsim.Request()), "config"),
        (lambda: pvsim.open_run(5), "directory"),
        (lambda: pvsim.open_run(b"runs/latest"), "directory"),
        (lambda: pvsim.open_run("a\0b"), "directory"),
        (lambda: pvsim.study(None), "asked"),
        (lambda: pvsim.study("a\0b"), "asked"),
        (lambda: with_prices_of(pvsim.configure(pvsim.Request()), 5), "site"),
        (lambda: with_prices_of(pvsim.configure(pvsim.Request()), "a\0b"), "site"),
    ],
)
def test_what_is_no_request_configuration_or_path_is_an_error_of_its_field(call, field):
    with pytest.raises(pvsim.UsageError, match="is no") as caught:
        call()
    assert caught.value.field == field
    assert caught.value.fix
