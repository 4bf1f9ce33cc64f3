"""The files that a configuration names, with what they had in them."""

from hashlib import sha256

from msgspec.structs import replace

import pvsim
from pvsim import (
    CloudyWeather,
    Co2,
    DataSeries,
    FileWeather,
    HeatPump,
    HouseholdLoad,
    MeterRequest,
    PvRequest,
    Tariff,
)
from pvsim.adapters.site_file import read_site
from pvsim.config.files import files_of


def file(path, text):
    path.write_text(text)
    return {str(path): sha256(text.encode()).hexdigest()}


def test_a_run_of_models_alone_names_none():
    assert files_of(pvsim.configure(pvsim.Request(site="home-tariff"))) == {}


def test_power_of_meters_and_pv(tmp_path):
    rows = "".join(f"2024-06-21T{hour:02}:00,0.5\n" for hour in range(24))
    load = file(tmp_path / "load.csv", f"time,power_kw\n{rows}")
    pv = file(tmp_path / "pv.csv", f"time,pv_kw\n{rows}")
    (load_path,), (pv_path,) = load, pv
    meter = MeterRequest(source=(f"a={load_path}", "b=uniform"))
    config = pvsim.configure(pvsim.Request(meter=meter, pv=PvRequest(source=pv_path)))
    assert files_of(config) == load | pv


def test_weather_and_prices_of_a_site(tmp_path):
    weather = file(tmp_path / "weather.csv", "t_utc,ghi,temp_air\n2024-06-21T00:00Z,0,10\n")
    prices = file(tmp_path / "prices.csv", "time,price (EUR/MWh)\n2024-06-21T00:00,1\n")
    co2 = file(tmp_path / "co2.csv", "time,co2 (g/kWh)\n2024-06-21T00:00,1\n")
    (weather_path,), (prices_path,), (co2_path,) = weather, prices, co2
    site = replace(
        read_site("home"),
        weather=FileWeather(path=weather_path, temp_air_c=(5.0,) * 12),
        load=HouseholdLoad(annual_kwh=4000, heat_pump=HeatPump(3000)),
        tariff=Tariff(import_series=DataSeries(prices_path), feed_in_per_kwh=0.08),
        co2=Co2(series=DataSeries(co2_path)),
    )
    assert files_of(pvsim.configure(pvsim.Request(site=site))) == weather | prices | co2
    without_pv = pvsim.Request(site=site, pv=PvRequest(source="none"))
    assert files_of(pvsim.configure(without_pv)) == weather | prices | co2  # the heat pump's
    clouds = replace(site, weather=CloudyWeather(temp_air_c=(5.0,) * 12))
    assert files_of(pvsim.configure(pvsim.Request(site=clouds))) == prices | co2
