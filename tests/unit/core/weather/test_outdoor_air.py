"""One outdoor temperature for PV cells and heat pump; the year that a heat pump's energy is computed in."""

import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.config import BuildingMeter, MeterRequest, Request
from pvsim.core.loads.building import HeatPumpModel
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.site.schema import FileWeather
from pvsim.core.weather.cloud_cover import clouds_over
from pvsim.core.weather.outdoor_air import outdoor_air
from pvsim.errors import BadInputError
from pvsim.wiring.buildings import load_of
from pvsim.wiring.configure import configure
from pvsim.wiring.models import Models
from pvsim.wiring.sites import site_pv
from pvsim.wiring.weather import weather_at

BERLIN = ZoneInfo("Europe/Berlin")
START = int(datetime(2024, 2, 1, tzinfo=UTC).timestamp())
HOME = read_site("home-battery")
MONTHS = HOME.weather.temp_air_c
REQUEST = Request(site="home-battery", date="2024-02-01", seed=3)


@pytest.fixture
def weather(tmp_path):
    """Writes hours of a cold place, some of them without a value."""

    def write(days, **more):
        hours = np.arange(START, START + days * DAY_S, 3600)
        lines = [
            f"{second},0,0,{'' if hour % 100 < 9 else f'{-8 + hour % 24 / 4}'}"
            for hour, second in enumerate(hours.tolist())
        ]
        path = tmp_path / "w.csv"
        path.write_text("\n".join(["time,dni,dhi,temp_air", *lines]) + "\n")
        return FileWeather(path=str(path), gaps="clear", **more)

    return write


def air_of(weather, days=1, seed=3):
    series = weather_at(weather, 48.14, 11.58) if isinstance(weather, FileWeather) else None
    return outdoor_air(
        weather, series, 48.14, 11.58, zone=BERLIN, seed=seed, run_utc=(START, START + days * DAY_S)
    )


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("kind", ["climate", "file"])
def test_cells_and_heat_pump_have_the_same_air(weather, kind, seed):
    site = HOME if kind == "climate" else replace(HOME, weather=weather(3, temp_air_c=MONTHS, temp_air_spread_c=4))
    pv = site_pv(site, START, START + 3 * DAY_S, [clouds_over(site, seed)], seed=seed).source
    seconds = np.arange(START, START + 3 * DAY_S, dtype=np.int64)
    of_pump = air_of(site.weather, 3, seed).temperature(seconds)
    np.testing.assert_array_equal(pv.skies[0].air(START, np.zeros(3 * DAY_S)).temp_air, of_pump)
    assert np.ptp(of_pump) > 5


def test_another_seed_has_other_air_and_the_brief_has_none_of_it():
    seconds = np.arange(START, START + DAY_S, 900, dtype=np.int64)
    assert (
        air_of(HOME.weather, seed=3).temperature(seconds) != air_of(HOME.weather, seed=4).temperature(seconds)
    ).all()
    brief = read_site("brief").weather
    assert (air_of(brief, seed=3).temperature(seconds) == air_of(brief, seed=4).temperature(seconds)).all()


def load(weather, run_days=1, heat_pump=HOME.load.heat_pump):
    meter = BuildingMeter(replace(HOME.load, heat_pump=heat_pump), 48.14, 11.58, weather)
    return load_of(meter, zone=BERLIN, seed=3, meter_name="m1", run_utc=(START, START + run_days * DAY_S))


def pump_of(weather):
    air = air_of(weather)
    stream = noise.key(3, "building", "m1", "heat pump")
    year = {"year_c": air.year_c, "coldest_c": air.coldest_c}
    return HeatPumpModel.of_energy(stream, air.temperature, annual_kwh=3_500, **year)


def energy_kwh(weather, first_utc, days):
    pump = pump_of(weather)
    return sum(int(pump.power_dw(first_utc + day * DAY_S, DAY_S).sum()) for day in range(days)) / 3.6e7


def test_the_heat_pump_of_a_load_has_this_air(weather):
    for air in (HOME.weather, weather(2, temp_air_c=MONTHS)):
        more = load(air).unclipped_dw(START, DAY_S) - load(None, heat_pump=None).unclipped_dw(START, DAY_S)
        np.testing.assert_array_equal(more, pump_of(air).power_dw(START, DAY_S))


def test_a_year_in_the_site_s_climate_has_the_energy_that_the_site_names():
    assert energy_kwh(HOME.weather, 1_672_527_600, 365) == pytest.approx(3_500, rel=0.002)


def test_a_file_of_a_year_has_it_in_that_year(weather):
    assert energy_kwh(weather(370), START, 365) == pytest.approx(3_500, rel=0.002)


def test_a_shorter_file_is_measured_against_the_climate_by_month(weather):
    """Three days at −5 °C, where the climate's February has 1 °C, take more; the pump is large enough."""
    cold = energy_kwh(weather(4, temp_air_c=MONTHS), START + DAY_S, 3)
    usual = energy_kwh(replace(HOME.weather, temp_air_spread_c=0.0), START + DAY_S, 3)
    demand = (15 + 5 + 1.5) / (3 - 0.07 * 5), (15 - 1 + 1.5) / (3 + 0.07 * 1)
    assert cold / usual == pytest.approx(demand[0] / demand[1], rel=0.25)
    assert cold > 1.3 * usual


def test_a_shorter_file_without_a_climate_is_refused(weather):
    with pytest.raises(BadInputError, match="needs the temperatures of a year") as caught:
        load(weather(5))
    assert "temp_air_c = [" in caught.value.fix


def test_a_file_that_does_not_cover_the_run_is_refused(weather):
    with pytest.raises(BadInputError, match="the weather goes from 2024-02-01"):
        load(weather(5, temp_air_c=MONTHS), run_days=6)


def test_only_a_heat_pump_puts_the_weather_into_the_meter_s_configuration():
    (meter,) = configure(REQUEST).meters
    assert meter.source.weather == HOME.weather
    (meter,) = configure(replace(REQUEST, site="home")).meters
    assert meter.source.weather is None
    (meter,) = configure(replace(REQUEST, site=None, meter=MeterRequest(source="household"))).meters
    assert meter.source.weather is None


def test_a_meter_refuses_a_changed_weather_file(weather, tmp_path):
    path = tmp_path / "site.toml"
    weather(3)
    path.write_text(
        "name = 'x'\n[location]\nlatitude_deg = 48\nlongitude_deg = 11\ntz = 'Europe/Berlin'\n"
        f"[weather]\nkind = 'file'\npath = 'w.csv'\ngaps = 'clear'\ntemp_air_c = {list(MONTHS)}\n"
        "[[plants]]\ntilt_deg = 30\nazimuth_deg = 180\npeak_kw = 5\n"
        "[load]\nkind = 'household'\nannual_kwh = 3000\nheat_pump = { annual_kwh = 3000 }\n"
    )
    config = configure(replace(REQUEST, site=str(path), date="2024-02-02"))
    Models(config).loads()
    with (tmp_path / "w.csv").open("a") as file:
        file.write("\n")
    with pytest.raises(BadInputError, match="the file has changed since the run was made"):
        Models(config).loads()
    weather(3)
    Models(config).loads()


def test_a_site_without_a_weather_file_imports_neither_pvlib_nor_what_reads_files():
    code = (
        "import sys; from pvsim.config import *; from pvsim.wiring.configure import configure; "
        "from pvsim.wiring.models import Models; "
        f"models = Models(configure({REQUEST!r})); models.loads()[0].power_dw({START}, 60); "
        f"models.pv().power_dw({START} + 43_200, 60); "
        "found = {'pvlib', 'pandas', 'scipy', 'pvsim.core.series.days', 'pvsim.core.weather.series'}; "
        "sys.exit(' '.join(found & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
