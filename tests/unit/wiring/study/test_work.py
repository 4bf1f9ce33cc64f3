"""A job's cases give the figures of single runs, and a case that fails stops no other."""

import gc
from itertools import product

import msgspec
from msgspec.structs import replace

import pvsim
from pvsim.adapters.site_file import read_site
from pvsim.adapters.tables import series_csv, weather_files
from pvsim.app.together import RememberedPv
from pvsim.config import NoPvConfig
from pvsim.core.loads.building import BuildingLoad
from pvsim.core.pv.curve import CurvePv
from pvsim.core.pv.site_pv import SitePv
from pvsim.core.results.histogram import Histogram
from pvsim.core.results.input_counts import input_counts
from pvsim.core.results.samples import Samples
from pvsim.core.study.record import CaseError, Job, JobCase, decode_results, single_figures
from pvsim.core.weather.sky import ClimateSky
from pvsim.wiring.study import work as study_work
from pvsim.wiring.study.work import carry_out


def job_of(*configs):
    cases = (JobCase(n, f"{n:010x}", msgspec.Raw(msgspec.json.encode(each))) for n, each in enumerate(configs))
    return Job(0, tuple(cases)).encode()


def test_figures_are_those_of_single_runs():
    requests = [
        pvsim.Request(site="home-tariff", date="2024-06-21", every="15min"),
        pvsim.Request(date="2024-10-27", every="1min", meter=pvsim.MeterRequest(source="walk"), meters=2),
    ]
    results = decode_results(carry_out(job_of(*map(pvsim.configure, requests))))
    assert [(each.number, each.id, each.error) for each in results] == [
        (0, "0000000000", None),
        (1, "0000000001", None),
    ]
    for request, result in zip(requests, results, strict=True):
        assert result.figures == single_figures(pvsim.simulate(request).summary)
    assert set(results[0].hours) == {"load", "pv", "net", "battery"}
    assert set(results[1].hours) == {"load", "pv", "net"}


def same_as_alone(configs):
    for config, result in zip(configs, decode_results(carry_out(job_of(*configs))), strict=True):
        assert result.error is None
        assert result.figures == single_figures(pvsim.simulate(config).summary)


def test_what_cases_have_in_common_is_computed_once_and_changes_nothing(monkeypatch):
    """Two homes under one sky with two roofs, with and without a battery: the load of each once, the sky once."""
    site = read_site("home-tariff")
    (plant, *others) = site.plants
    roofs = [(plant, *others), (replace(plant, tilt_deg=60.0, azimuth_deg=270.0), *others)]
    sites = [
        replace(site, plants=plants, battery=battery, load=replace(site.load, annual_kwh=kwh))
        for plants, battery, kwh in product(roofs, (site.battery, None), (3_000.0, 5_000.0))
    ]
    configs = [pvsim.configure(pvsim.Request(site=each, date="2024-10-27", every="15min")) for each in sites]
    asked = []
    for of, name in ((BuildingLoad, "power_and_clipped_s"), (ClimateSky, "air")):
        monkeypatch.setattr(of, name, counted(getattr(of, name), f"{of.__name__}.{name}", asked))
    carry_out(job_of(*configs))
    assert (
        asked.count("BuildingLoad.power_and_clipped_s") == 2 * 5
    )  # portions of six hours of UTC; the day begins at 22:00
    at_once = asked.count("ClimateSky.air")
    asked.clear()
    carry_out(job_of(configs[0]))
    assert asked.count("ClimateSky.air") == at_once
    same_as_alone(configs)


def counted(function, name, asked):
    def with_count(*args, **options):
        asked.append(name)
        return function(*args, **options)

    return with_count


def test_cases_of_any_kind_go_side_by_side(tmp_path):
    """Other periods, several meters under scattered clouds, files of load and of PV, prices, no PV."""
    load = tmp_path / "load.csv"
    load.write_text("time,power_w\n" + "".join(f"2024-06-21T{h:02}:00,{100 + h}\n" for h in range(24)))
    day = {"date": "2024-06-21", "every": "15min"}
    requests = [
        pvsim.Request(site="home", meters=2, spread_km=3.0, **day),
        pvsim.Request(site="home", meters=2, spread_km=3.0, seed=2, **day),
        pvsim.Request(
            site="home-tariff", meter=pvsim.MeterRequest(source=str(load)), date="2024-06-21", every="5min"
        ),
        pvsim.Request(meter=pvsim.MeterRequest(source=str(load)), pv=pvsim.PvRequest(source=str(load)), **day),
        pvsim.Request(site="home", pv=pvsim.PvRequest(source="none"), **day),
        pvsim.Request(site="street", meters=3, date="2024-06-20", days=2, every="1h"),
    ]
    same_as_alone([pvsim.configure(each) for each in requests])


def test_files_are_read_once_until_they_change(tmp_path, monkeypatch):
    load, weather = tmp_path / "load.csv", tmp_path / "weather.csv"
    hours = [f"2024-06-21T{h:02}:00" for h in range(24)]
    load.write_text("time,power_w\n" + "".join(f"{hour},{100 + i}\n" for i, hour in enumerate(hours)))
    light = (f"{hour}+02:00,{max(600 - 80 * abs(i - 12), 0)},15\n" for i, hour in enumerate(hours))
    weather.write_text("time,ghi,temp_air\n" + "".join(light))
    read = []
    for module, name in ((series_csv, "read_series"), (weather_files, "read_weather")):
        monkeypatch.setattr(module, name, counted(getattr(module, name), name, read))
    site = replace(read_site("home"), weather=pvsim.FileWeather(path=str(weather)), load=None)

    def results():
        meter = pvsim.MeterRequest(source=str(load))
        request = pvsim.Request(site=site, meter=meter, date="2024-06-21", every="1h")
        config = pvsim.configure(request)
        job = job_of(config, replace(config, pv=NoPvConfig()))
        return [decode_results(carry_out(job)) for _ in range(2)]

    first, again = results()
    assert [result.error for result in first] == [None, None]
    assert (again, sorted(read)) == (first, ["read_series", "read_weather"])
    for file, old, new in ((load, ",123", ",923"), (weather, ",600", ",700")):
        file.write_text(file.read_text().replace(old, new))
        changed, _ = results()
        assert changed != first
        assert changed[0].figures != first[0].figures
    assert len(read) == 4


def test_memory_is_free_when_a_job_has_ended():
    """Without the garbage collector, which comes late: counts, rows and models are in no cycle."""
    site = pvsim.Request(site="home-tariff", date="2024-06-21", every="10s")
    job = job_of(pvsim.configure(site), pvsim.configure(pvsim.Request(date="2024-06-21", every="1h")))
    kinds = (Histogram, Samples, SitePv, BuildingLoad, CurvePv, RememberedPv)

    def alive():
        return sum(isinstance(each, kinds) for each in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = alive()
        carry_out(job)
        assert alive() == before
    finally:
        gc.enable()


def test_a_case_that_fails_gives_its_error_and_the_others_go_on(tmp_path):
    file = tmp_path / "load.csv"
    file.write_text("time,power_w\n" + "".join(f"2024-06-21T{h:02}:00,{100 + h}\n" for h in range(24)))
    good = pvsim.configure(pvsim.Request(date="2024-06-21", every="1h"))
    measured = pvsim.configure(
        pvsim.Request(date="2024-06-21", every="1h", meter=pvsim.MeterRequest(source=str(file)))
    )
    file.write_text(file.read_text().replace("123", "124"))
    one, changed, other = decode_results(carry_out(job_of(good, measured, replace(good, seed=2))))
    assert (one.error, other.error) == (None, None)
    assert changed.error.kind == "BadInputError"
    assert str(file) in changed.error.where
    assert changed.error.fix
    assert (changed.figures, changed.hours) == ({}, {})


def test_a_defect_is_said_of_its_case_with_its_place(monkeypatch):
    config = pvsim.configure(pvsim.Request(date="2024-06-21", every="1h"))

    def broken(_):
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(study_work, "plan_of", broken)
    (result,) = decode_results(carry_out(job_of(config)))
    assert result.error == CaseError(
        "InternalError",
        "ZeroDivisionError: by design",
        fix="report it as a defect of pvsim",
        trace=result.error.trace,
    )
    assert "by design" in result.error.trace


def test_too_little_memory_is_no_defect(monkeypatch):
    config = pvsim.configure(pvsim.Request(date="2024-06-21", every="1h"))

    def greedy(_):
        return bytearray(1 << 62)

    monkeypatch.setattr(study_work, "plan_of", greedy)
    (result,) = decode_results(carry_out(job_of(config)))
    assert result.error.what.startswith("there is too little memory")
    assert result.error.fix == "give fewer --jobs, and carry out again what failed: --retry-failed"
    assert result.error.trace == ""


def test_cases_of_other_parts_of_a_day_share_no_prices_and_counts():
    """One load, one weather, one tariff of day and night; a meter that clips."""
    site = replace(read_site("home-tariff"), battery=None)
    parts = [pvsim.Request(site=site, hours=hours, every="1min") for hours in (1, "12-13", "5:30-6:30")]
    requests = [*parts, pvsim.Request(meter=pvsim.MeterRequest(source="household", max_w=1_000), hours=20)]
    requests.append(replace(requests[-1], hours="17-18"))
    found = decode_results(carry_out(job_of(*map(pvsim.configure, requests))))
    alone = [pvsim.simulate(request) for request in requests]
    assert [each.inputs for each in found] == [input_counts(each.inputs) for each in alone]
    assert [each.figures for each in found] == [single_figures(each.summary) for each in alone]
    assert found[3].inputs != found[4].inputs


def test_what_was_filled_clipped_or_cut_is_counted_as_of_single_runs(tmp_path):
    """Dimmed homes of one load, a home beyond its meter, a file with a gap and values beyond the range."""
    house = tmp_path / "house.csv"
    rows = [f"2024-06-21T{hour:02}:{minute:02}:00,{400 + 10_000 * (hour == 12)}" for hour in range(24)
            for minute in range(0, 60, 15) if (hour, minute) != (3, 15)]  # fmt: skip
    house.write_text("\n".join(["time,power_w", *rows]))
    household = pvsim.MeterRequest(source="household", max_w=1_000)
    home = read_site("home-battery")
    car = replace(home.load, electric_car=pvsim.ElectricCar(8_000, 11.0))
    window = pvsim.DimmingWindow("2025-01-14T16:00", "2025-01-14T21:00", 4.2)
    dimmed = replace(home, load=car, grid=replace(home.grid, dimming=(window,)))
    requests = [
        pvsim.Request(site=dimmed, date="2025-01-14"),
        pvsim.Request(site=dimmed, date="2025-01-14", every="15min"),
        pvsim.Request(meter=household, hours=20),
        pvsim.Request(meter=pvsim.MeterRequest(source=str(house), unit="W")),
        pvsim.Request(),
    ]
    found = [each.inputs for each in decode_results(carry_out(job_of(*map(pvsim.configure, requests))))]
    assert found == [input_counts(pvsim.simulate(request).inputs) for request in requests]
    assert found[0] == found[1]
    assert found[0]["inputs_dimmed_s"] > 0
    assert found[2]["inputs_clipped_s"] > 0
    assert found[3]["inputs_gaps"] == 1
    assert found[3]["inputs_clipped_high"] == 4
    assert found[4] == {}
