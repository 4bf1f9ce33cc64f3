import json
from importlib.resources import files
from math import pi, sin

import pytest
from tests.fits import fit_once, without_neighbours

from pvsim.cli.main import main

CURVE = str(files("pvsim").joinpath("data/pv_curve.csv"))
MUNICH = ("--latitude", "48.14", "--longitude", "11.58", "--altitude", "520")


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("pvsim.wiring.fit.fit_plant", fit_once)
    monkeypatch.setattr("pvsim.wiring.fit.profile", without_neighbours)


def test_json_has_the_plant_and_the_neighbours(capsys):
    main_returns(["fit", CURVE, *MUNICH, "--json"], 0)
    facts = json.loads(capsys.readouterr().out)
    assert facts["date"] == "2024-06-21"
    assert 4 < facts["fit"]["plant"]["peak_kw"] < 5
    assert {row["what"] for row in facts["neighbours"]} == {"date", "azimuth", "turbidity"}


@pytest.mark.usefixtures("quick")
def test_a_day_that_no_plant_explains_is_said_to_be_none(capsys, tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("time_of_day,pv_kw\n00:00,0\n08:00,3\n12:00,0.1\n16:00,3\n24:00,0\n")
    main_returns(["fit", str(path), *MUNICH], 0)
    printed = capsys.readouterr()
    assert "not a clear day, or another place: R² is only" in printed.err
    assert printed.out.startswith("# found by pvsim fit from odd.csv")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--latitude", "91", "--longitude", "0"], "91"),
        (["--longitude", "0"], "--latitude"),
        ([*MUNICH, "--tz", "Europe/Berln"], "did you mean Europe/Berlin"),
        ([*MUNICH, "--date", "21.6."], "write it as YYYY-MM-DD"),
    ],
)
def test_impossible_options_are_refused(capsys, arguments, says):
    main_returns(["fit", CURVE, *arguments], 2)
    assert says in capsys.readouterr().err


def main_returns(arguments, code):
    if code == 0:
        main(arguments)
        return
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == code


def test_advice_names_the_options_that_fit_has(capsys, tmp_path):
    path = tmp_path / "days.csv"
    lines = [f"2024-06-{day}T{hour:02}:00,1,2" for day in (21, 22, 23) for hour in range(24)]
    path.write_text("\n".join(["time,pv_kw,other_kw", *lines]) + "\n")
    for arguments, advice in (
        (["--column", "foo"], "pass --column"),
        (["--time-column", "foo"], "pass --time-column"),
        (["--date", "2024-01-01"], "--date 2024-06-"),
    ):
        main_returns(["fit", str(path), *MUNICH, *arguments], 65)
        printed = capsys.readouterr().err
        assert advice in printed
        assert "--pv" not in printed


@pytest.mark.usefixtures("quick")
def test_a_gap_is_filled_as_the_advice_says(capsys, tmp_path):
    path = tmp_path / "gap.csv"
    hours = [hour for hour in range(24) if hour not in {10, 11}]
    rows = [f"2024-06-21T{hour:02}:00,{max(0, 3 - abs(hour - 13) / 2)}" for hour in hours]
    path.write_text("\n".join(["time,pv_kw", *rows]) + "\n")
    main_returns(["fit", str(path), *MUNICH], 65)
    assert "--gaps zero (an inverter may write nothing by night), hold or interpolate" in capsys.readouterr().err
    main_returns(["fit", str(path), *MUNICH, "--gaps", "interpolate"], 0)
    assert "azimuth_deg" in capsys.readouterr().out


@pytest.mark.usefixtures("quick")
def test_energies_written_negative_are_fitted_and_told(capsys, tmp_path):
    path = tmp_path / "inverter.csv"
    half_sine = [max(0.0, sin((hour - 5) / 16 * pi)) for hour in range(24)]
    rows = "".join(f"2024-06-21 {hour:02}:00,{-kwh:.3f}\n" for hour, kwh in enumerate(half_sine))
    path.write_text("time,Erzeugung [kWh]\n" + rows)
    main_returns(["fit", str(path), *MUNICH], 65)
    assert "--sign negative" in capsys.readouterr().err
    main_returns(["fit", str(path), *MUNICH, "--sign", "negative", "--json"], 0)
    printed = capsys.readouterr()
    assert "· inverter.csv: 'Erzeugung [kWh]' as energy per 1 h in kWh (by header)" in printed.err
    assert "up to 1 kW" in printed.err
    assert json.loads(printed.out)["reading"]["taken"][0]["unit"] == "kWh"


@pytest.mark.parametrize(
    "option", [("--unit", "kWh"), ("--kind", "counter"), ("--scale", "2"), ("--stamp", "end"), ("--gaps", "zero")]
)
def test_what_the_curve_cannot_be_is_refused(capsys, option):
    main_returns(["fit", CURVE, *MUNICH, *option], 2)
    assert f"{option[0]} says how to read a file with dates" in capsys.readouterr().err


@pytest.mark.usefixtures("quick")
def test_nights_without_rows_are_zeros(capsys, tmp_path):
    path = tmp_path / "day.csv"
    rows = [f"2024-06-21T{hour:02}:00,{max(0, 3 - abs(hour - 13) / 2.4):.3f}" for hour in range(6, 21)]
    path.write_text("\n".join(["time,pv_kw", *rows]) + "\n")
    main_returns(["fit", str(path), *MUNICH, "--json"], 0)
    assert json.loads(capsys.readouterr().out)["date"] == "2024-06-21"


@pytest.mark.usefixtures("quick")
def test_the_sun_is_that_of_the_instants_however_they_are_written(capsys, tmp_path):
    """The same day as UTC, with a fixed offset and on the local clock is one plant."""
    path, plants = tmp_path / "days.csv", []
    for offset, mark in ((0, "Z"), (0, "+00:00"), (1, "+01:00"), (2, "+02:00"), (2, "")):
        times = [f"2024-06-{20 + (h + offset) // 24}T{(h + offset) % 24:02}:00{mark}" for h in range(72)]
        rows = [f"{time},{max(0, 3 - abs(h % 24 - 11) / 2.4):.3f}" for h, time in enumerate(times)]
        path.write_text("\n".join(["time,pv_kw", *rows]) + "\n")
        main_returns(["fit", str(path), *MUNICH, "--json", "--date", "2024-06-21"], 0)
        plants.append(json.loads(capsys.readouterr().out)["fit"]["plant"])
    assert plants == plants[:1] * 5
