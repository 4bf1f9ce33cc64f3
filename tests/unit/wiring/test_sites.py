"""Sites as runs have them: the brief's curve, the examples, weather files."""

from datetime import date
from importlib.resources import files
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from msgspec.structs import replace

from pvsim.adapters.site_file import EXAMPLES, read_site
from pvsim.core.pv.curve import CurvePv
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.site.schema import ClearWeather, FileWeather, HorizonPoint
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.sites import clear_light, site_pv

DAY = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))


def power_kw(site, **more):
    return site_pv(site, DAY.start_utc, DAY.end_utc, **more).source.power_dw(DAY.start_utc, DAY.seconds) / 1e4


def test_the_site_brief_meets_the_digitised_curve():
    """The brief's picture: 3.257 kW at 14:10, 26.68 kWh; it was read to ±0.015 kW."""
    curve = files("pvsim").joinpath("data/pv_curve.csv").read_text("utf-8")
    given_kw = CurvePv.from_curve(curve, DAY).power_dw(DAY.start_utc, DAY.seconds) / 1e4
    found_kw = power_kw(read_site("brief"))
    assert np.sqrt(np.mean((found_kw - given_kw) ** 2)) <= 0.02
    assert found_kw.max() == pytest.approx(3.257, abs=0.02)
    assert found_kw.sum() / 3600 == pytest.approx(26.68, abs=0.25)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_give_power_by_day_and_none_by_night(name):
    power = power_kw(read_site(name))
    assert power.sum() / 3600 > 10
    assert not power[:3_600].any()


def test_clouds_are_an_argument_and_a_site_horizon_serves_plants_without_one():
    home = read_site("home")
    clear = power_kw(home).sum()
    assert power_kw(home, clouds=[lambda _t, n: (np.full(n, 0.2), np.zeros(n))]).sum() < 0.3 * clear
    hidden = replace(home, horizon=(HorizonPoint(0, 90),))
    assert power_kw(hidden).sum() < 0.3 * clear
    open_plant = replace(home.plants[0], horizon=())
    assert power_kw(replace(hidden, plants=(open_plant,))).sum() == clear


def test_turbidity_is_the_sites_or_the_tables():
    home = read_site("home")
    assert clear_light(home).linke_turbidity[5] == 4.3
    assert clear_light(replace(home, weather=ClearWeather(linke_turbidity=3.0))).linke_turbidity == (3.0,) * 12
    months = tuple(2.0 + month / 10 for month in range(12))
    assert clear_light(replace(home, weather=ClearWeather(linke_turbidity=months))).linke_turbidity == months


def test_weather_from_a_file_is_used_and_must_cover_the_run(tmp_path):
    path = tmp_path / "w.csv"
    lines = [f"{DAY.start_utc + i * 900},{400},{100}" for i in range(96)]
    path.write_text("\n".join(["time,dni,dhi", *lines]) + "\n")
    home = replace(read_site("home"), weather=FileWeather(path=str(path)))
    made = site_pv(home, DAY.start_utc, DAY.end_utc)
    assert made.coverage.day_intervals == 0
    assert 20 < made.source.power_dw(DAY.start_utc, DAY.seconds).sum() / 3.6e7 < 60
    with pytest.raises(BadInputError, match="the weather goes from"):
        site_pv(home, DAY.start_utc, DAY.end_utc + 1)


def test_without_pvlib_the_first_message_says_what_to_install(monkeypatch):
    """Not the turbidity, which would be the next thing to fail."""
    monkeypatch.setattr("pvsim.core.quantities.physics.find_spec", lambda _name: None)
    for make in (clear_light, lambda site: site_pv(site, 0, 1)):
        with pytest.raises(UsageError, match="a physical PV site needs pvlib") as caught:
            make(read_site("home"))
        assert "pip install 'pvsim[physics]'" in caught.value.fix
