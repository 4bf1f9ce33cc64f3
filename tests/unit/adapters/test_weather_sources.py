"""Weather as its sources write it: the same hours in each form are the same instants, watts and degrees."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from pvsim.adapters.tables.weather_files import read_weather
from pvsim.core.site.schema import FileWeather
from pvsim.errors import BadInputError

START = datetime(2024, 6, 20, tzinfo=UTC)
HOURS = range(48)
HOUR = timedelta(hours=1)


def sky(hour):
    """Global, beam, diffuse, temperature and wind of an hour."""
    up = 4 <= hour % 24 <= 19
    return 100 + hour if up else 0, 50 + hour if up else 0, 60 if up else 0, 10 + hour % 24, 2


def table(head, row, *, late=timedelta(), step=HOUR):
    """Rows in which `{at}`, `{to}`, `{g}` … stand for start, end and values; the clock is `late` after UTC."""
    lines = []
    for hour in HOURS:
        g, b, d, t, w = sky(hour)
        at = START + late + hour * step
        lines.append(row.format(at=at, to=at + step, g=g, b=b, d=d, t=t, w=w, h=at.hour + 1))
    return head + "\n" + "\n".join(lines) + "\n"


@pytest.fixture
def weather(tmp_path):
    def write(text, **options):
        path = tmp_path / "w.csv"
        path.write_text(text)
        return FileWeather(path=str(path), temp_air_c=10.0, **options)

    return write


CAMS = (
    "# Title: CAMS Radiation Service v4.5 all-sky irradiation\n# Latitude (positive North, ISO 19115): 48.14\n"
    "# Longitude (positive East, ISO 19115): 11.58\n# Time reference: {clock}\n#\n"
    "# Observation period;TOA;Clear sky GHI;GHI;BHI;DHI;BNI;Reliability"
)
CAMS_ROW = "{at:%Y-%m-%dT%H:%M:%S.0}/{to:%Y-%m-%dT%H:%M:%S.0};1000;900;{g}.0;5;{d}.0;{b}.0;1.0"
NASA = (
    "-BEGIN HEADER-\nNASA/POWER Source Native Resolution Hourly Data \n"
    "Dates (month/day/year): 06/20/2024 through 06/21/2024 in {clock}\n"
    "{where}\nParameter(s): \nT2M MERRA-2 Temperature at 2 Meters (C) \n-END HEADER-\n"
    "YEAR,MO,DY,HR,ALLSKY_SFC_SW_DWN,ALLSKY_SFC_SW_DNI,ALLSKY_SFC_SW_DIFF,T2M,WS10M"
)
NASA_ROW = "{at.year},{at.month},{at.day},{at.hour},{g},{b},{d},{t},{w}"
PLACE = "Location: Latitude  48.14   Longitude 11.58 "
SOLARGIS = (
    "#SOLARGIS TIME SERIES DATA\n#Latitude: 48.14\n#Longitude: 11.58\n#Time zone: {clock}\n#Data:\n"
    "Date;Time;GHI;DNI;DIF;TEMP;WS"
)
SOLARGIS_ROW = "{at:%d.%m.%Y};{at:%H:%M};{g};{b};{d};{t};{w}"
SAM = "lat,lon,tz,elev\n48.14,11.58,1,500\nyear,month,day,hour,minute,gh,dn,df,tdry,wspd"
SAM_ROW = "{at.year},{at.month},{at.day},{at.hour},30,{g},{b},{d},{t},{w}"
METEONORM = "y,m,dm,h,G_Gh,G_Dh,G_Bn,Ta,FF"
METEONORM_ROW = "{at.year},{at.month},{at.day},{h},{g},{d},{b},{t},{w}"
PLAIN = "time_utc,ghi,dni,dhi,temp_air,wind_speed"
PLAIN_ROW = "{at:%Y-%m-%d %H:%M},{g},{b},{d},{t},{w}"


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        (table(CAMS.format(clock="Universal time (UT)"), CAMS_ROW), {}, "UTC by header, start by format"),
        (table(NASA.format(clock="UTC", where=PLACE), NASA_ROW), {}, "UTC by header, start by assumed"),
        (
            table(NASA.format(clock="LST", where=PLACE), NASA_ROW, late=HOUR),
            {"tz": "Etc/GMT-1"},
            "Etc/GMT-1 by site file, start by assumed",
        ),
        (
            table(SOLARGIS.format(clock="UTC+01"), SOLARGIS_ROW, late=1.5 * HOUR),
            {},
            "UTC+1 h by header, middle by values",
        ),
        (
            table(SOLARGIS.format(clock="GMT-03:30"), SOLARGIS_ROW, late=-3.5 * HOUR),
            {"stamp": "start"},
            "UTC-3.5 h by header, start by site file",
        ),
        (
            table(SOLARGIS.format(clock="UTC+19"), SOLARGIS_ROW),
            {},
            "UTC by assumed, start by assumed",
        ),
        (table(SAM, SAM_ROW, late=HOUR), {}, "UTC+1 h by header, middle by values"),
        (table(METEONORM, METEONORM_ROW), {}, "UTC by assumed, end by times"),
        (
            table(PLAIN, "{at:%Y-%m-%d} {h:02}:00,{g},{b},{d},{t},{w}"),
            {},
            "UTC by header, end by times",
        ),
        (table(PLAIN, PLAIN_ROW, late=HOUR), {"stamp": "end"}, "UTC by header, end by site file"),
        (
            table("valid_time,ssrd (J m**-2),DNI (W m⁻²),dhi in J/cm²,t2m (K),wind_speed (m s⁻¹)",
                  "{to:%Y-%m-%d %H:%M}Z,{g}e0,{b},{d}e0,{t}e0,{w}"),
            {},
            "UTC by times, end by format",
        ),
    ],
    ids=[
        "cams", "nasa", "lst", "solargis", "newfoundland", "nowhere", "sam", "meteonorm", "24:00", "end", "era5"
    ],
)  # fmt: skip
def test_the_same_hours_in_each_form(weather, text, options, expected):
    text = text.replace("e0", "") if "ssrd" not in text else _in_joules(text)
    series = read_weather(weather(text, **options))
    assert (
        f"{series.reading.zone} by {series.reading.zone_from}, {series.reading.stamp} by "
        + (series.reading.stamp_from)
        == expected
    )
    assert series.first_utc == START.timestamp()
    names = ("ghi", "dni", "dhi", "temp_air", "wind_speed")
    for place, name in enumerate(names):
        if (found := getattr(series, name)) is not None:
            np.testing.assert_allclose(found, [sky(hour)[place] for hour in HOURS], atol=1e-6, err_msg=name)
    assert series.dni is not None
    assert series.dhi is not None


def _in_joules(text):
    """ERA5: J/m² of the hour before, and kelvin."""
    head, *rows = text.splitlines()
    cells = [row.split(",") for row in rows]
    return "\n".join(
        [
            head,
            *(
                f"{time},{float(g) * 3600:.0f},{b},{float(d) * 0.36:.2f},{float(t) + 273.15:.2f},{w}"
                for time, g, b, d, t, w in cells
            ),
        ]
    )


def test_quarters_of_an_hour_from_cams_are_energies(weather):
    head = CAMS.format(clock="Universal time (UT)")
    series = read_weather(weather(table(head, CAMS_ROW, step=timedelta(minutes=15))))
    assert series.step_s == 900
    assert series.ghi.tolist() == [4 * sky(hour)[0] for hour in HOURS]
    assert {(taken.unit, taken.unit_from) for taken in series.reading.taken} == {("Wh/m²", "format")}
    assert series.station == (48.14, 11.58)


def test_global_and_beam_on_the_level_give_the_diffuse_light(weather):
    series = read_weather(weather(table("time,ghi,bhi", "{at:%Y-%m-%dT%H:%M}Z,{g},{b}")))
    assert series.ghi.tolist() == [sky(hour)[0] for hour in HOURS]
    assert series.dhi.tolist() == [sky(hour)[0] - sky(hour)[1] for hour in HOURS]


def test_columns_with_a_unit_of_light_are_reported(weather):
    series = read_weather(weather(table("time,ghi,Albedo [W/m2]", "{at:%Y-%m-%dT%H:%M}Z,{g},{b}")))
    assert series.reading.ignored == ("Albedo [W/m2]",)


@pytest.mark.parametrize(
    ("text", "says", "fix", "line"),
    [
        (
            table(NASA.format(clock="LST", where=PLACE), NASA_ROW),
            "the times are solar time: LST",
            'tz = "Etc/GMT-1" under',
            ":3",
        ),
        (table(NASA.format(clock="LST", where=""), NASA_ROW), "are solar time", "get the file in UTC", ":3"),
        (
            table(CAMS.format(clock="True solar time (TST)"), CAMS_ROW),
            "are solar time: True solar time",
            'tz = "Etc/GMT-1" under',
            ":4",
        ),
        (table(PLAIN, PLAIN_ROW, late=HOUR), "from one step after midnight to midnight", 'stamp = "end"', ":2"),
        ("", "no line that names columns", "whose first line names", ""),
        (table(PLAIN, PLAIN_ROW).partition("\n")[2], "no line that names columns", "whose first line names", ""),
    ],
    ids=["lst", "lst-nowhere", "tst", "midnight", "empty", "no-header"],
)
def test_what_means_two_things_is_asked_about(weather, text, says, fix, line):
    with pytest.raises(BadInputError, match=says) as caught:
        read_weather(weather(text))
    assert fix in caught.value.fix
    assert str(caught.value.where).endswith(f"w.csv{line}")


def test_the_zone_that_the_site_says_goes_before_one_that_cannot_be_read(weather):
    text = table(SAM.replace("11.58,1,", "11.58,Europe/Berlin,"), SAM_ROW, late=2 * HOUR)
    with pytest.raises(BadInputError, match="is not a time zone in hours"):
        read_weather(weather(text))
    assert read_weather(weather(text, tz="Europe/Berlin")).first_utc == START.timestamp()


@pytest.mark.parametrize(("text", "kind"), [("Location,x\n", "epw"), ("x\ndate (mm/dd/yyyy),y\n", "tmy3")])
def test_typical_years_are_recognised_in_small_letters(weather, text, kind):
    with pytest.raises(BadInputError, match=f"cannot be read as {kind}"):
        read_weather(weather(text))
