"""Days of a site under weather files of the kinds that people have: the energy that is right."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pvsim.adapters.site_file import read_site
from pvsim.core.quantities.timeline import DAY_S
from pvsim.core.quantities.types import DW_PER_KW
from pvsim.wiring.sites import site_pv

CASES = Path(__file__).parents[2] / "data" / "cases"
SITE = """name = "x"
[location]
latitude_deg = 48.14
longitude_deg = 11.58
altitude_m = 520
tz = "Europe/Berlin"
[weather]
{weather}
[[plants]]
tilt_deg = 30
azimuth_deg = 180
peak_kw = 8
"""


@pytest.fixture
def kwh(tmp_path):
    """The PV energy of local days (UTC, from `day` on) under a weather file, or under other weather."""

    def of(day, days=1, file=None, **options):
        settings = {"kind": "file", "path": str(file), **options} if file else {"kind": "clear", **options}
        lines = "\n".join(f"{key} = {str(value)!r}" if isinstance(value, (str, Path)) else f"{key} = {value}"
                          for key, value in settings.items())  # fmt: skip
        path = tmp_path / "site.toml"
        path.write_text(SITE.format(weather=lines))
        start = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
        found = site_pv(read_site(str(path)), start, start + days * DAY_S)
        power = found.source.power_dw(start, days * DAY_S).reshape(days, DAY_S).sum(axis=1)
        energies = [float(day_dws) / DW_PER_KW / 3600 for day_dws in power]
        return energies[0] if days == 1 else energies

    return of


def test_a_gap_of_a_day_is_as_the_days_beside_it(kwh):
    """The file is clear but for 21 June, which it lacks."""
    clear = kwh("2023-06-21")
    held = kwh("2023-06-19", 4, file=CASES / "32-weather-gap.csv", gaps="hold")
    assert clear == pytest.approx(47.1, abs=0.1)
    assert held == pytest.approx([50.7, 50.7, 47.1, 50.7], abs=0.1)
    assert kwh("2023-06-21", file=CASES / "32-weather-gap.csv", gaps="clear") == pytest.approx(clear, abs=0.01)


def test_what_is_held_over_a_gap_does_not_depend_on_where_the_run_begins(kwh):
    """I7."""
    days = kwh("2023-06-20", 3, file=CASES / "32-weather-gap.csv", gaps="hold")
    assert kwh("2023-06-21", file=CASES / "32-weather-gap.csv", gaps="hold") == days[1]


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("15-solcast.csv", ("air_temp", "wind_speed_10m")),
        ("16-openmeteo.csv", ("temperature_2m (°C)", "wind_speed_10m (km/h)")),
    ],
)
def test_temperature_and_wind_of_solcast_and_open_meteo_are_used(kwh, tmp_path, name, dropped):
    """−10 °C and 8 m/s; without the columns it is 20 °C and 1 m/s, an eighth less. Both have the same light."""
    cold = kwh("2023-01-16", file=CASES / name)
    text = (CASES / name).read_text()
    for column in dropped:
        text = text.replace(column, "x")
    (tmp_path / name).write_text(text)
    assert cold == pytest.approx(22.6, abs=0.02)
    numbers = {"temp_air_c": -10, "wind_speed_ms": 8}
    assert kwh("2023-01-16", file=tmp_path / name, **numbers) == pytest.approx(cold, rel=1e-4)
    assert kwh("2023-01-16", file=tmp_path / name) == pytest.approx(19.8, abs=0.02)


def epw(first_month):
    """A year of one place whose June is bright and whose winter is dull, from a month on."""
    moments = np.datetime64("2023-01-01T00") + np.arange(8760).astype("timedelta64[h]")
    months = moments.astype("datetime64[M]").astype(int) % 12 + 1
    lines = ["LOCATION,HERE,-,DEU,TMY,1,48.1,11.6,1.0,520", *["X"] * 7]
    for moment in np.roll(moments, -int(np.argmax(months == first_month))):
        _, month, day = (int(part) for part in str(moment)[:10].split("-"))
        hour = int(str(moment)[11:])
        light = max(0.0, float(np.sin((hour - 5.5) / 14 * np.pi))) * (1.0 if 4 <= month <= 9 else 0.2)
        cells = f"9999,{700 * light:.0f},{120 * light:.0f},0,0,0,0,0,2"
        lines.append(f"1999,{month},{day},{hour + 1},0,?,15,0,0,0,0,0,0,{cells}")
    return "\n".join(lines) + "\n"


def test_a_typical_year_from_july_to_june_gives_the_days_of_one_from_january(kwh, tmp_path):
    for name, month in (("january.epw", 1), ("july.epw", 7)):
        (tmp_path / name).write_text(epw(month))
    june, december = (kwh(day, file=tmp_path / "july.epw") for day in ("2024-06-20", "2024-12-20"))
    assert june == kwh("2024-06-20", file=tmp_path / "january.epw")
    assert december == kwh("2024-12-20", file=tmp_path / "january.epw")
    assert june > 4 * december > 0
