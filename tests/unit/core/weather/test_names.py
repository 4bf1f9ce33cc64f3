"""Columns of weather by the names and units that their sources write."""

import pytest

from pvsim.core.weather.names import find_columns, looks_like_weather
from pvsim.errors import BadInputError

SOURCES = {
    "pvlib": "time,ghi,dni,dhi,temp_air,wind_speed",
    "ours": "timestamp,ghi,dni,dhi,temp_air_c,wind_speed_ms",
    "Solcast": "ghi,dni,dhi,air_temp,wind_speed_10m,period_end,period",
    "Open-Meteo": "time,shortwave_radiation (W/m²),direct_normal_irradiance (W/m²),diffuse_radiation (W/m²),"
    "temperature_2m (°C),wind_speed_10m (m/s)",
    "NSRDB": "Year,Month,Day,Hour,Minute,GHI,DNI,DHI,Temperature,Wind Speed,Wind Direction,Clearsky GHI",
    "PVGIS": "time(UTC),G(h),Gb(n),Gd(h),T2m,WS10m,WD10m,IR(h)",
    "SolarAnywhere": "ObservationTime(GMT),Global Horizontal Irradiance (GHI) W/m2,"
    "Direct Normal Irradiance (DNI) W/m2,Diffuse Horizontal Irradiance (DIF) W/m2,AmbientTemperature (deg C),"
    "WindSpeed (m/s),Clear Sky GHI",
    "SolarAnywhere, new": "Time,GlobalHorizontalIrradiance_WattsPerMeterSquared,"
    "DirectNormalIrradiance_WattsPerMeterSquared,DiffuseHorizontalIrradiance_WattsPerMeterSquared,"
    "AmbientTemperature_DegreesC,WindSpeed_MetersPerSecond",
    "TMY3": "GHI (W/m^2),GHI source,DNI (W/m^2)),DHI (W/m^2),Dry-bulb (C),Dew-point (C),Wspd (m/s)",
    "NASA POWER": "ALLSKY_SFC_SW_DWN,ALLSKY_SFC_SW_DNI,ALLSKY_SFC_SW_DIFF,T2M,WS10M,WS2M",
    "German": "Zeit,Globalstrahlung W/m^2,Direktnormalstrahlung [W/m²],Diffusstrahlung [W/m²],Lufttemperatur [°C],"
    "Windgeschwindigkeit [m/s]",
}
KINDS = {"ghi", "dni", "dhi", "temp_air", "wind_speed"}


@pytest.mark.parametrize("source", SOURCES)
def test_the_names_of_the_usual_sources(source):
    header = SOURCES[source].split(",")
    found = find_columns(header, "w.csv")
    assert found.taken.keys() == KINDS
    assert [(column.factor, column.offset, column.energy) for column in found.taken.values()] == [
        (1, 0, False)
    ] * 5
    assert sorted([*found.ignored, *(column.header for column in found.taken.values())]) == sorted(header)
    assert all(header[column.place] == column.header for column in found.taken.values())


@pytest.mark.parametrize(
    ("header", "row", "raw", "value", "unit"),
    [
        ("temperature_2m (°F)", "", 14.0, -10.0, "°F"),
        ("temp_air [K]", "", 263.15, -10.0, "K"),
        ("Temperatur", "degC", 5.0, 5.0, "°C"),
        ("wind_speed_10m (km/h)", "", 28.8, 8.0, "km/h"),
        ("Wind Speed (mph)", "", 10.0, 4.4704, "mph"),
        ("wind_speed_10m (kn)", "", 10.0, 5.14444, "kn"),
        ("Wind", "m s-1", 3.0, 3.0, "m/s"),
        ("dni (kW/m²)", "", 0.5, 500.0, "kW/m²"),
        ("dni", "W/m**2", 500.0, 500.0, "W/m²"),
        ("dni [Wh/m2]", "", 1.0, 3600.0, "Wh/m²"),
        ("dni J/cm^2", "", 1.0, 1e4, "J/cm²"),
        ("dni", "MJ/m2", 1.0, 1e6, "MJ/m²"),
    ],
)
def test_units_of_header_and_row(header, row, raw, value, unit):
    found = find_columns(["ghi", "dhi", header], "w.csv", ["W/m2", "-", row])
    column = next(column for column in found.taken.values() if column.header == header)
    assert raw * column.factor + column.offset == pytest.approx(value, rel=1e-5)
    assert (column.unit, column.unit_from) == (unit, "units row" if row else "header")
    assert column.energy == (unit in {"Wh/m²", "J/cm²", "MJ/m²"})
    assert (found.taken["ghi"].unit_from, found.taken["dhi"].unit_from) == ("units row", "assumed")


def test_means_go_before_instant_values_and_ten_metres_before_two():
    header = ["time", "shortwave_radiation_instant", "shortwave_radiation", "ws2m", "ws10m"]
    found = find_columns(header, "w.csv")
    assert {name: column.place for name, column in found.taken.items()} == {"ghi": 2, "wind_speed": 4}
    assert found.ignored == ("time", "shortwave_radiation_instant", "ws2m")
    assert find_columns(header[:2], "w.csv").taken["ghi"].place == 1


def test_beam_on_the_level_is_read_where_it_is_needed():
    assert set(find_columns(["BHI", "DHI"], "w.csv").taken) == {"bhi", "dhi"}
    assert set(find_columns(["BHI", "DHI", "GHI"], "w.csv").taken) == {"dhi", "ghi"}
    assert set(find_columns(["direct_radiation", "dhi", "dni"], "w.csv").taken) == {"dhi", "dni"}


@pytest.mark.parametrize(
    ("header", "says", "fix"),
    [
        (
            ["time", "dni", "temp_air"],
            "neither ghi nor dni with dhi among the columns time, dni, temp_air",
            "name",
        ),
        (["time", "G(i)", "T2m"], "that on the plane of the modules, not on the level", "slope 0"),
        (["time", "gti", "T2m"], "that on the plane of the modules", "slope 0"),
        (["time", "ghi", "GHI (W/m2)"], "'ghi' and 'GHI .W/m2.' are both ghi", "leave one"),
        (["ghi", "temp_air (°R)"], "'temp_air .°R.' is in the unit '°R', which is not known", "one of °C, °F, K"),
        (["ghi (lux)"], "in the unit 'lux', which is not known for ghi", "W/m², kW/m², Wh/m²"),
    ],
)
def test_headers_that_do_not_say_enough(header, says, fix):
    with pytest.raises(BadInputError, match=says) as caught:
        find_columns(header, "w.csv")
    assert fix in caught.value.fix


def test_what_is_worth_a_word_where_it_is_not_read():
    assert all(map(looks_like_weather, ["G(i)", "temperature_80m", "Wind gust", "POA irradiance", "gti"]))
    assert not any(
        map(looks_like_weather, ["GHI source", "Clearsky DNI", "Wind Direction", "Pressure", "Dew Point"])
    )
