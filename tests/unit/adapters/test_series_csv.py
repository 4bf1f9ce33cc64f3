import gzip
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.adapters.tables import series_csv
from pvsim.adapters.tables.series_csv import read_samples, read_series
from pvsim.core.series import LocalDays, SeriesOptions
from pvsim.errors import BadInputError

DATA = Path(__file__).parents[2] / "data"
BERLIN = ZoneInfo("Europe/Berlin")
UCI = DATA / "uci_sceaux_20061221.csv.gz"
HEADER = "timestamp,meter_kw\n"
GOOD = "".join(f"2024-06-21T{hour:02}:00:00+02:00,{hour / 10:.4f}\n" for hour in range(24))


def measured(path, run, quantity="meter", **options):
    return read_series(path, SeriesOptions(**options), quantity=quantity, run=run)


def seconds(run):
    return np.arange(*run.seconds(), dtype=np.int64)


def written(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture(autouse=True, params=[3, 16_384], ids=["blocks-of-3", "one-block"])
def block_rows(request, monkeypatch):
    monkeypatch.setattr(series_csv, "_BLOCK_ROWS", request.param)


def test_a_total_after_the_last_row_is_left_out_and_told(tmp_path):
    run = LocalDays(date(2024, 6, 21), 1, BERLIN)
    plain = measured(written(tmp_path / "a.csv", HEADER + GOOD), run)
    series = measured(written(tmp_path / "b.csv", HEADER + GOOD + "Total,27.6\n"), run)
    assert (series.at(seconds(run)) == plain.at(seconds(run))).all()
    assert "left out after the last time: line 26 ('Total')" in series.findings.reading.line()
    with pytest.raises(BadInputError, match="'Total'") as caught:
        measured(written(tmp_path / "c.csv", HEADER + "Total,27.6\n" + GOOD), run)
    assert caught.value.where.endswith("c.csv:2")


def test_two_days_of_a_measured_house():
    run = LocalDays(date(2024, 6, 21), 2, BERLIN)
    house = measured(UCI, run)
    findings = house.findings
    assert (findings.column, findings.first_day, findings.step_s) == (
        "global_active_power_kw",
        date(2006, 12, 21),
        60,
    )
    assert [(gap.start.isoformat(), gap.seconds, gap.filled) for gap in findings.gaps] == [
        ("2006-12-21T11:23:00", 120, "hold")
    ]
    assert findings.samples == 2 * 1440 - 2
    with gzip.open(UCI, "rt") as lines:
        cells = [line.split(",")[:2] for line in lines][61:]
    energy_kwh = sum(float(power) for _, power in cells if power) / 60
    before_the_gap = next(float(power) for time, power in cells if time == "2006-12-21 11:22:00")
    energy_kwh += before_the_gap * 2 / 60
    assert house.at(seconds(run)).sum() / 3.6e7 == pytest.approx(energy_kwh, rel=1e-12)


@pytest.mark.parametrize("month", ["march", "october"])
def test_days_with_a_change_of_the_clock_are_replayed_sample_by_sample(month):
    path = DATA / f"simbench_2016_{month}.csv"
    first = date(2016, 3, 26) if month == "march" else date(2016, 10, 29)
    run = LocalDays(first, 3, BERLIN)
    house = measured(path, run, column="H0-A_pload", unit="kW", gaps="error")
    cells = [line.split(",") for line in path.read_text().splitlines()[1:]]
    expected = [round(float(cell[1]) * 10_000) for cell in cells]
    assert house.at(seconds(run)[::900]).tolist() == expected
    labels = [datetime.fromtimestamp(t, BERLIN).strftime("%d.%m.%Y %H:%M") for t in seconds(run)[::900]]
    assert labels == [cell[0] for cell in cells]
    assert len(house.findings.skipped_hours) == (month == "march")
    assert len(house.findings.repeated_hours) == (month == "october")


def test_a_pv_plant_s_morning_with_its_offset():
    run = LocalDays(date(2024, 6, 21), 1, BERLIN)
    plant = measured(DATA / "nrel_serf_20220318.csv", run, "pv", unit="W", gaps="zero")
    power = plant.at(seconds(run))
    assert power[: 4 * 3600].max() == 0
    assert power[12 * 3600 : 12 * 3600 + 60].tolist() == [44431] * 60
    assert plant.findings.clipped_low > 0
    believed = measured(DATA / "nrel_serf_20220318.csv", run, "pv", unit="kW", gaps="zero")
    assert believed.findings.reading.highest == "up to 4,628 kW"


def test_our_own_output_is_read_back_to_the_same_bytes(tmp_path):
    run = LocalDays(date(2024, 10, 27), 1, BERLIN)
    power_dw = np.random.Generator(np.random.Philox(1)).integers(0, 90_001, 1500)
    first = datetime.fromtimestamp(run.seconds()[0], UTC)
    rows = [
        f"{(first + timedelta(minutes=i)).astimezone(BERLIN).isoformat()},{dw / 10_000:.4f},0.0000,1.0000\n"
        for i, dw in enumerate(power_dw.tolist())
    ]
    path = written(tmp_path / "samples.csv", "timestamp,meter_kw,pv_kw,net_kw\n" + "".join(rows))
    assert measured(path, run).at(seconds(run)[::60]).tolist() == power_dw.tolist()


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (HEADER + GOOD, {}),
        ("\ufeff" + HEADER + GOOD.replace("\n", "\r\n") + "\n\n", {}),
        (HEADER.replace(",", ";") + GOOD.replace(",", ";").replace(".", ","), {}),
        (HEADER.replace(",", "\t") + GOOD.replace(",", "\t"), {}),
        ('"timestamp", "meter_kw", "note"\n' + GOOD.replace("\n", ', "two\nlines"\n'), {}),
        (HEADER.replace("meter_kw", "x") + GOOD, {"unit": "kW"}),
    ],
    ids=["plain", "bom-crlf-blank", "semicolon-decimal-comma", "tab", "quoted", "unit-given"],
)
@pytest.mark.parametrize("packed", [False, True])
def test_the_dialects_that_are_read(tmp_path, text, options, packed):
    data = gzip.compress(text.encode()) if packed else text
    path = written(tmp_path / "house.csv", data)
    samples = read_samples(path, SeriesOptions(**options), quantity="meter")
    np.testing.assert_allclose(samples.values, np.arange(24) / 10)
    assert samples.offset_s is not None
    assert set(samples.offset_s.tolist()) == {7200}
    assert samples.lines[0] == 2


def test_empty_cells_are_gaps(tmp_path):
    path = written(tmp_path / "house.csv", HEADER + GOOD.replace("0.5000", "").replace("0.7000", " "))
    power = read_samples(path, SeriesOptions(), quantity="meter").values
    assert np.flatnonzero(np.isnan(power)).tolist() == [5, 7]


NUMBER = "put a number there, or leave the cell empty where the measurement is missing"


@pytest.mark.parametrize(
    ("text", "line", "what", "fix"),
    [
        ("", "", "the file is empty", "timestamp,meter_kw"),
        ("\n \n,,\n", "", "the file is empty", "timestamp,meter_kw"),
        (HEADER, ":1", "only a header, no data", "at least one whole day"),
        (GOOD, ":1", "the file has no header line", "timestamp,meter_kw"),
        ("timestamp,volts,amps\n", ":1", "no column looks like meter power", "`meter.column` NAME"),
        ("timestamp,a_kw,b_kw\n", ":1", "several columns would fit: 'a_kw', 'b_kw'", "`meter.column` a_kw"),
        ("timestamp,meter\n", ":1", "the unit of column 'meter' cannot be told", "`meter.unit` W"),
        (HEADER + GOOD.replace("0.5000", "inf"), ":7", "column 'meter_kw' has 'inf'", NUMBER),
        (HEADER + GOOD.replace("0.5000", "x"), ":7", "column 'meter_kw' has 'x', which is not a number", NUMBER),
        (HEADER + GOOD.replace("0.5000", "1_0"), ":7", "column 'meter_kw' has '1_0'", NUMBER),
        (HEADER + GOOD.replace("0.5000", '"0,5"'), ":7", "column 'meter_kw' has '0,5'", NUMBER),
        (
            HEADER + GOOD.replace("T05", "T04"),
            ":7",
            "time 2024-06-21 04:00:00 occurs twice",
            "sort the file",
        ),
        (HEADER + GOOD.replace("T05", "T02"), ":7", "time 2024-06-21 02:00:00 comes after", "sort the file"),
        (HEADER + GOOD.replace("T05:00:00", "T05:00:01"), ":7", "the step is irregular", "resample the file"),
        (HEADER + GOOD.replace("T05:00:00", "T05:00:00.25"), ":7", "finer than one second", "write times as"),
        (
            HEADER + GOOD.replace("T05:00:00", "five"),
            ":7",
            "not a time of day after the date",
            "write times as",
        ),
        (HEADER + "noon,1\n", ":2", "not a date: 'noon'", "`meter.time_column` NAME"),
        (
            HEADER + GOOD.replace(",0.5000", ""),
            ":7",
            "1 cell(s) only, the header (line 1) names 2",
            "complete the line",
        ),
        (
            HEADER + GOOD.replace("0.5000", "-0.5"),
            ":7",
            "column 'meter_kw' is negative (-500 W)",
            "`meter.column`",
        ),
        (
            HEADER + GOOD.replace("0.5000", "1500"),
            ":7",
            "column 'meter_kw', read in kW, reaches 1,500,000 W: more of its energy is above the 9,000 W",
            "`meter.max_w` 1500000",
        ),
        (HEADER.encode() + b"\xe9\n", ":2", "not UTF-8 text", "iconv -f latin1"),
        (
            (HEADER + GOOD).encode("utf-16-le"),
            "",
            "UTF-16-LE text without a byte order mark",
            "iconv -f utf-16-le",
        ),
        (b"\n\n1\0", ":3", "a NUL byte: not a text file", "give a CSV file"),
        (b"x" * (1 << 20), ":1", "a line longer than 1 MiB: not a CSV file", "line ends"),
        (
            HEADER + GOOD + 'x,"' + "1" * 200_000 + '"\n',
            ":26",
            "a cell longer than 131,072 characters: is a quote",
            "quotes",
        ),
        (gzip.compress((HEADER + GOOD).encode())[:-20], "", "the gzip data is damaged or cut off", "gunzip"),
        (b"\x1f\x8b no gzip at all", "", "the gzip data is damaged or cut off", "gunzip"),
    ],
)
def test_bad_input_is_named_with_its_place_and_what_to_do(tmp_path, text, line, what, fix):
    path = written(tmp_path / "house.csv", text)
    with pytest.raises(BadInputError) as caught:
        measured(path, LocalDays(date(2024, 6, 21), 1, BERLIN))
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"{path}{line}"
    assert fix in caught.value.fix
    assert caught.value.exit_code == 65


def test_a_file_that_cannot_be_opened(tmp_path):
    run = LocalDays(date(2024, 6, 21), 1, BERLIN)
    with pytest.raises(BadInputError, match="a directory, not a file") as caught:
        measured(tmp_path, run)
    assert caught.value.where == str(tmp_path)
    with pytest.raises(BadInputError, match="cannot be read: No such file or directory") as caught:
        measured(tmp_path / "none.csv", run)
    assert "check the path" in caught.value.fix
