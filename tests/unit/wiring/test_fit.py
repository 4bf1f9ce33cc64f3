"""`pvsim fit` without its command line: files to plants, plants to site files."""

from datetime import date
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from tests.fits import fit_once, without_neighbours

from pvsim.adapters.site_file import read_site
from pvsim.core.pv.fit.fitted import site_text
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.series import SeriesOptions
from pvsim.core.site.schema import Plant
from pvsim.core.weather.sun import Place
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.fit import FitRequest, find_plant
from pvsim.wiring.sites import site_pv

BERLIN = ZoneInfo("Europe/Berlin")
CURVE = Path(str(files("pvsim").joinpath("data/pv_curve.csv")))
DAY = date(2024, 5, 14)


def asked(path, **options):
    known = {"tz": BERLIN, "date": None, "turbidity": None, "temp_air_c": 15.0, "losses_percent": 10.0}
    return FitRequest(path, Place(48.14, 11.58, 520.0), **(known | options))


@pytest.fixture(scope="module")
def inverter(tmp_path_factory):
    """Ten-minute means of a plant under a clear sky, from noon of the day before on, in W."""
    brief = read_site("brief")
    plant = Plant(30, 170, 8.0, losses_percent=10.0)
    clear = replace(brief, plants=(plant,), weather=replace(brief.weather, temp_air_c=15.0, linke_turbidity=3.0))
    start_utc = Timeline.of_days(DAY, 1, BERLIN).start_utc - 43_200
    means = site_pv(clear, 0, 1).source.power_dw(start_utc, 129_600).reshape(-1, 600).mean(axis=1) / 10
    path = tmp_path_factory.mktemp("inverter") / "inverter.csv"
    lines = [f"{start_utc + 600 * i},{watts:.1f}" for i, watts in enumerate(means)]
    path.write_text("\n".join(["time,pv_w", *lines]) + "\n")
    return path


def test_the_brief_s_plant_is_found_and_its_site_file_makes_the_same_curve(tmp_path):
    found = find_plant(asked(CURVE))
    assert found.day.date == date(2024, 6, 21)
    assert found.fit.rmse_kw < 0.016
    assert found.fit.plant.tilt_deg == pytest.approx(20, abs=3)
    assert found.fit.plant.azimuth_deg == pytest.approx(230, abs=8)
    assert found.fit.plant.peak_kw == pytest.approx(4.28, rel=0.02)
    path = tmp_path / "found.toml"
    path.write_text(site_text(found))
    site = read_site(str(path))
    made = site_pv(site, 0, 1).source.power_dw(int(found.day.t_utc[0]), 86_400)[::300] / 1e4
    assert ((made - found.day.power_kw) ** 2).mean() ** 0.5 == pytest.approx(found.fit.rmse_kw, abs=2e-4)
    assert "# turbidity            4.3   0.01" in site_text(found)


@pytest.mark.parametrize("day", [None, DAY])
def test_a_file_with_dates_is_fitted_on_its_first_whole_day_or_the_one_named(inverter, day, monkeypatch):
    monkeypatch.setattr("pvsim.wiring.fit.fit_plant", fit_once)
    monkeypatch.setattr("pvsim.wiring.fit.profile", without_neighbours)
    found = find_plant(asked(inverter, date=day, turbidity=3.0))
    assert (found.day.date, found.day.linke_turbidity) == (DAY, 3.0)
    assert found.fit.plant.tilt_deg == pytest.approx(30, abs=1)
    assert found.fit.plant.azimuth_deg == pytest.approx(170, abs=2)
    assert found.fit.plant.peak_kw == pytest.approx(8, rel=0.02)


def test_what_cannot_be_fitted_is_refused(inverter, tmp_path):
    with pytest.raises(BadInputError, match="the run needs 1 day"):
        find_plant(asked(inverter, date=date(2024, 5, 20)))
    with pytest.raises(BadInputError, match="cannot be read: No such file"):
        find_plant(asked(tmp_path / "no.csv"))
    with pytest.raises(UsageError, match=r"`pv\.column` says how to read a file with dates") as caught:
        find_plant(asked(CURVE, options=SeriesOptions("pv_kw")))
    assert caught.value.field == "pv.column"
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"time_of_day,pv_kw\n00:00,\xff\n")
    with pytest.raises(BadInputError, match="not UTF-8 text"):
        find_plant(asked(broken))
    huge = tmp_path / "huge.csv"
    huge.write_text("time_of_day,pv_kw\n00:00,0\n12:00,99999\n24:00,0\n")
    with pytest.raises(BadInputError, match=r"99999 kW is outside 0\.\.9999 kW"):
        find_plant(asked(huge))
