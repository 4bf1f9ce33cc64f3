"""Damaged files: what a reader accepts has the values that a slow, obvious reader gives; the rest is bad input.

Valid files of every kind are damaged as programs, editors and disks damage files. A reader may refuse the
result, as bad input with a place and what to do; it may never fail otherwise, and never be silently wrong. The
reference below is told what the reader says of the file (delimiter, header, decimal mark, unit) and reads the rest
by itself.
"""

import csv
import gzip
import io
import json
import random
import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.adapters.tables.curves import read_curve
from pvsim.adapters.tables.series_csv import read_samples
from pvsim.adapters.tables.text import opened_table
from pvsim.adapters.tables.weather_files import read_weather
from pvsim.core.series import LocalDays, SeriesOptions, replay
from pvsim.core.site.schema import FileWeather
from pvsim.errors import BadInputError, UsageError

DAY = datetime(2024, 6, 21)  # noqa: DTZ001 - a wall clock, as files have it
RUN = LocalDays(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))
YEAR = datetime(2023, 1, 1)  # noqa: DTZ001 - likewise
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - likewise

# --- valid files ----------------------------------------------------------------------------------------


def times(step_min, pattern="%Y-%m-%d %H:%M"):
    return [(DAY + timedelta(minutes=m)).strftime(pattern) for m in range(0, 1440, step_min)]


def meter_plain():
    rows = [f"{t},{(i * 37 % 90) / 20:.2f}" for i, t in enumerate(times(30))]
    return "timestamp,meter_kw\n" + "\n".join(rows) + "\n"


def meter_german():
    values = [f"{i * 971 % 9000 / 4:,.2f}".translate(str.maketrans(",.", ".,")) for i in range(24)]
    rows = [f"{t};{value};x" for t, value in zip(times(60, "%d.%m.%Y %H:%M"), values, strict=True)]
    return "sep=;\nZähler;Bergstraße 1\n\nZeit;Verbrauch [W];Notiz\n" + "\n".join(rows) + "\n"


def meter_quoted():
    rows = [f'"{t}","{i * 113 % 4000}","a ""note"""' for i, t in enumerate(times(60, "%Y-%m-%dT%H:%M:%S+02:00"))]
    return "# a meter\n" + '"time","load_w","note"\n' + "\n".join(rows) + "\n"


def pv_units():
    rows = [f"{t}\t{max(0, 12 - abs(12 - i)) * 250}\t{i}" for i, t in enumerate(times(60))]
    return "Zeit\tErzeugung\tIndex\n[yyyy-MM-dd HH:mm]\t[W]\t\n" + "\n".join(rows) + "\n"


def pv_epoch():
    start = int(DAY.replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp())
    rows = [f"{start + i * 1800},{max(0, 24 - abs(24 - i)) / 8:.3f}" for i in range(48)]
    return "epoch,pv_kw\n" + "\n".join(rows) + "\n"


def weather_csv():
    rows = [f"{t}Z,{i * 9 % 900},{i * 7 % 600},{i % 50}.5,{i / 8 - 3}" for i, t in enumerate(times(30))]
    return "time,ghi,dni,dhi,temp_air\n" + "\n".join(rows).replace("21 ", "21T") + "\n"


def curve_csv():
    rows = [f"{h:02}:00,{max(0, 6 - abs(12 - h)) / 2}" for h in range(25)]
    return "time_of_day,pv_kw\n" + "\n".join(rows) + "\n"


def hours():
    for hour in range(8760):
        when = YEAR + timedelta(hours=hour)
        yield when, hour % 7 * 100 + hour % 24


def epw():
    rows = []
    for t, light in hours():
        row = [f"{t.year}", f"{t.month}", f"{t.day}", f"{t.hour + 1}", "0", "?", *["0"] * 29]
        row[6], row[13], row[14], row[15], row[21] = "7.5", str(light), "20", "30", "3.1"
        rows.append(",".join(row))
    head = "LOCATION,Zürich,-,CHE,TMY,066600,47.4,8.5,1.0,556.0\n" + "".join(
        f"{name},0\n" for name in ["DESIGN", "TYPICAL", "GROUND", "HOLIDAYS", "COMMENTS1", "COMMENTS2", "DATA"]
    )
    return head + "\n".join(rows) + "\n"


def tmy3():
    rows = [f"{t.month:02}/{t.day:02}/1988,{t.hour + 1:02}:00,{v},20,30,7.5,3.1" for t, v in hours()]
    names = "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),DNI (W/m^2),DHI (W/m^2),Dry-bulb (C),Wspd (m/s)\n"
    return '723170,"GREENSBORO",NC,-5.0,36.1,-79.95,273\n' + names + "\n".join(rows) + "\n"


def pvgis_csv():
    rows = [f"{t:%Y%m%d:%H00},7.5,50,{v},20,30,300,3.1,180,98000" for t, v in hours()]
    head = "Latitude (decimal degrees): 45.0\nLongitude (decimal degrees): 8.0\nElevation (m): 250.0\n"
    head += "Irradiance Time Offset (h): 0.25\nmonth,year\n" + "".join(f"{m},2023\n" for m in range(1, 13))
    return head + "time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP\n" + "\n".join(rows) + "\n"


def pvgis_json():
    rows = [
        {"time(UTC)": f"{t:%Y%m%d:%H00}", "T2m": 7.5, "G(h)": v, "Gb(n)": 20, "Gd(h)": 30, "WS10m": 3.1}
        for t, v in hours()
    ]
    place = {"latitude": 45.0, "longitude": 8.0, "elevation": 250, "irradiance_time_offset": 0.25}
    return json.dumps({"inputs": {"location": place}, "outputs": {"tmy_hourly": rows}}, indent=0)


# --- damage ---------------------------------------------------------------------------------------------

WEIRD = [
    "", " ", "-", "NaN", "n/a", "inf", "-inf", "1e400", "1e-400", "1_000", "\uff11\uff12", "1.250", "1,250",
    "1.2.3", "1 250", "0x10", "5 kW", "-1", "\u22121", "+1", "#REF!", '"', '""', '"a', "'", "9" * 400, "1e3",
    "\u00a0", "=1+1", "2024-06-21", "24:00", "true", "1'250", "1.250,5", "1,250.5",
]  # fmt: skip

BEFORE = ["\ufeff", "sep=;\n", "sep=,\n", "\n\n", "Site: 7\n", '"', "a,b,c\n", ",,\n"]
WORDS = [("kw", "w"), ("_w", "_kw"), ("time", "x"), ("W", "kW"), ("2024", "24")]
BYTES = [b"\0", b'"', b"\xff", b"\xe2\x82", b"\n", b"\r", b",", b";"]


def a_line(rng, text, change):
    lines = text.split("\n")
    place = rng.randrange(len(lines))
    lines[place : place + 1] = change(lines[place])
    return "\n".join(lines)


def a_cell(rng, text, change):
    mark = max(",;\t", key=text[:4000].count)

    def changed(line):
        cells = line.split(mark)
        place = rng.randrange(len(cells))
        cells[place : place + 1] = change(cells[place])
        return [mark.join(cells)]

    return a_line(rng, text, changed)


TEXT_DAMAGE = [
    lambda rng, text: a_line(rng, text, lambda line: [line, line]),
    lambda rng, text: a_line(rng, text, lambda _: []),
    lambda rng, text: a_line(rng, text, lambda line: [line[: rng.randrange(len(line) + 1)]]),
    lambda rng, text: a_line(rng, text, lambda line: ["", line]),
    lambda rng, text: a_line(rng, text, lambda line: [line.replace(",", ";")]),
    lambda rng, text: a_line(rng, text, lambda line: [line.replace(".", ",")]),
    lambda rng, text: a_line(rng, text, lambda line: [line[::-1]]),
    lambda rng, text: a_line(rng, text, lambda line: [f"# {line}"]),
    lambda rng, text: a_line(rng, text, lambda line: [line.replace("2", "9")]),
    lambda rng, text: a_cell(rng, text, lambda _: [rng.choice(WEIRD)]),
    lambda rng, text: a_cell(rng, text, lambda _: [rng.choice(WEIRD)]),
    lambda rng, text: a_cell(rng, text, lambda _: [rng.choice(WEIRD)]),
    lambda rng, text: a_cell(rng, text, lambda cell: [cell, rng.choice(WEIRD)]),
    lambda _, text: a_cell(_, text, lambda _: []),
    lambda rng, text: a_cell(rng, text, lambda cell: [f' "{cell}" ']),
    lambda rng, text: a_cell(rng, text, lambda cell: [f"  {cell} "]),
    lambda rng, text: a_cell(rng, text, lambda cell: [cell + rng.choice("0123456789.,-+eE\x85\u2028")]),
    lambda rng, text: text.replace(rng.choice(",;\t."), rng.choice(",;\t.|")),
    lambda rng, text: text.replace("\n", rng.choice(["\r", "\r\n", "\n\n", "\r\r\n", ",\n", "\u2028", "\x85"])),
    lambda rng, text: (
        rng.choice(["\ufeff", "sep=;\n", "sep=,\n", "\n\n", "Site: 7\n", '"', "a,b,c\n", ",,\n"]) + text
    ),
    lambda rng, text: text[: rng.randrange(len(text))],
    lambda rng, text: text[rng.randrange(min(len(text), 200)) :],
    lambda rng, text: text.rstrip("\n") + rng.choice(["", "Sum,12,5\n", "\x1a", "\n\n\n", "\0"]),
    lambda rng, text: text.replace(
        *rng.choice([("kw", "w"), ("_w", "_kw"), ("time", "x"), ("W", "kW"), ("2024", "24")])
    ),
]


def bytes_damage(rng, data):
    place = rng.randrange(len(data) + 1)
    kind = rng.randrange(6)
    if kind == 0 and data:
        place = min(place, len(data) - 1)
        return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]
    if kind == 1:
        return data[:place] + bytes([rng.randrange(256)]) + data[place:]
    if kind == 2:
        return data[:place] + data[place + rng.randrange(1, 40) :]
    if kind == 3:
        return data[:place]
    if kind == 4:
        return data[:place] + rng.choice(BYTES) + data[place:]
    end = place + rng.randrange(1, 200)
    return data[:end] + data[place:]


def damaged(rng, text):
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        text = rng.choice(TEXT_DAMAGE)(rng, text) or "x"
    coding = rng.choice(["utf-8"] * 12 + ["utf-16", "utf-16-le", "utf-16-be", "latin-1", "utf-8-sig"])
    data = text.encode(coding, "replace")
    if rng.random() < 0.3:
        data = bytes_damage(rng, data)
    if rng.random() < 0.05:
        data = gzip.compress(data, 1)
        if rng.random() < 0.5:
            data = bytes_damage(rng, data)
    return data


# --- the slow reader ------------------------------------------------------------------------------------


def decoded(data):
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    coding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    return data.decode(coding).replace("\r\n", "\n").replace("\r", "\n")


def number(text, decimal):
    """A cell as people read it, None if it says that there is no value."""
    text = text.strip().replace("\u2212", "-")
    if text.lower() in {"", "-", "--", "nan", "na", "n/a", "#n/a", "#na", "null", "none", "?"}:
        return None
    thousands = "," if decimal == "." else "."
    groups = rf"[+-]?\d{{1,3}}([{thousands} '\u00a0\u2007\u2009\u202f\u2019]\d{{3}})+(\{decimal}\d*)?"
    if re.fullmatch(groups, text, re.ASCII):
        text = re.sub(rf"[{thousands} '\u00a0\u2007\u2009\u202f\u2019]", "", text)
    text = text.replace(decimal, ".")
    assert re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, re.ASCII), (
        f"{text!r} was taken as a number"
    )
    return Decimal(text)


def moment(text):
    """Seconds on the wall clock as written."""
    text = text.strip()
    if re.fullmatch(r"\d{9,10}(\.0*)?", text):
        return int(text.partition(".")[0])
    text = re.sub(r"(Z|[+-]\d\d(:?\d\d)?)$", "", text.replace("T", " ")).strip()
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"):
        try:
            wall = datetime.strptime(re.sub(r"[.,]0+$", "", text), pattern)  # noqa: DTZ007 - a wall clock
            return int((wall - EPOCH).total_seconds())
        except ValueError:
            continue
    return None  # another way to write a time, which the tests of times know


def rows_of(text, layout):
    """Line numbers and cells of the rows after the header; empty rows left out."""
    lines = text.split("\n")
    reader = csv.reader(
        [f"{line}\n" for line in lines[layout.data_line - 1 :]], delimiter=layout.delimiter, skipinitialspace=True
    )
    end = layout.data_line
    for row in reader:
        begin, end = end, layout.data_line + reader.line_num
        if any(cell.strip() for cell in row):
            yield begin, row


def nothing_passed_over(text, layout, mark):
    """No row of data stands before the header."""
    before = text.split("\n")[: max(layout.header_line, 1) - 1]
    assert not [line for line in before if re.match(mark, line) and not line.startswith("#")], (
        "data was passed over"
    )


def check_power(path, data, quantity):
    samples = read_samples(path, SeriesOptions(), quantity=quantity)
    with opened_table(path) as table:
        layout = table.layout
    text = decoded(data)
    nothing_passed_over(text, layout, r'"?(2024-06-21[ T]|21\.06\.2024 |17189)')
    rows = list(rows_of(text, layout))
    assert [line for line, _ in rows] == samples.lines.tolist()
    place = layout.names.index(samples.column)
    decimal = "," if "decimal comma" in samples.remarks else "."
    for i, (line, row) in enumerate(rows):
        value = number(row[place], decimal)
        expected = np.nan if value is None else float(value)
        np.testing.assert_equal(samples.values[i], expected, err_msg=f"line {line}: {row}")
        seconds = moment(" ".join(row[column] for column in layout.times))
        assert seconds is None or seconds == samples.wall_s[i], (line, row)
    replay(samples, SeriesOptions(gaps="zero"), run=RUN, quantity=quantity)


def check_weather(path, data):
    series = read_weather(FileWeather(path=str(path), gaps="clear"))
    with opened_table(path) as table:
        layout = table.layout
    text = decoded(data)
    nothing_passed_over(text, layout, r'"?2024-06-21[ T]')
    names = [name.lower().strip() for name in layout.names]
    rows = list(rows_of(text, layout))
    cells = [row[names.index(name)] for _, row in rows for name in ("ghi", "dni", "dhi") if name in names]
    decimal = "," if any(re.search(r",\d{1,2}$|^\D?0,", cell.strip()) for cell in cells) else "."
    for name in {"ghi", "dni", "dhi"} & set(names):
        values = getattr(series, name)
        for line, row in rows:
            value, seconds = number(row[names.index(name)], decimal), moment(row[layout.times[0]])
            if value is None or seconds is None:
                continue
            offset = re.search(r"([+-])(\d\d):?(\d\d)$", row[layout.times[0]].strip())
            if offset:
                seconds -= int(f"{offset[1]}1") * (int(offset[2]) * 3600 + int(offset[3]) * 60)
            index, rest = divmod(seconds - series.first_utc, series.step_s)
            assert rest == 0
            assert values[index] == max(0.0, float(value)), (line, row)


def check_curve(path, data):
    points = read_curve(path)
    if points is None:
        return
    with opened_table(path) as table:
        layout = table.layout
    names = [name.lower() for name in layout.names]
    rows = [row for _, row in rows_of(decoded(data), layout)]
    seconds = [
        int(h) * 3600 + int(m) * 60 for h, m, *_ in (row[names.index("time_of_day")].split(":") for row in rows)
    ]
    assert points[0].tolist() == seconds
    decimal = "," if any(re.search(r",\d", row[names.index("pv_kw")]) for row in rows) else "."
    assert points[1].tolist() == [float(number(row[names.index("pv_kw")], decimal)) for row in rows]


def check_year(path, data):
    """A year keeps the light of its hours, whatever their order; what is out of range is missing."""
    series = read_weather(FileWeather(path=str(path), gaps="clear"))
    if not series.typical:
        return
    text = decoded(data) if data[:2] in {b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff"} else data.decode("latin-1")
    found = LIGHT_OF[Path(path).suffix](text)
    light = sorted(value for value in found if value is not None and 0 <= value <= 2000)
    assert sorted(series.ghi[~np.isnan(series.ghi)].tolist()) == light


def light_of_csv(text):
    """From the rows of EPW, TMY3 and PVGIS alike: by the column that the header names, or the 14th."""
    rows = list(csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))))
    for place, row in enumerate(rows[:100]):
        for name in ("GHI (W/m^2)", "G(h)"):
            if name in row:
                return [decimal_or_none(r[row.index(name)]) for r in rows[place + 1 :] if len(r) > row.index(name)]
    return [decimal_or_none(row[13]) for row in rows[8:] if len(row) > 13]


def light_of_json(text):
    return [decimal_or_none(str(row["G(h)"])) for row in json.loads(text)["outputs"]["tmy_hourly"]]


def decimal_or_none(cell):
    try:
        value = float(Decimal(cell.strip()))
    except InvalidOperation:
        return None
    return None if np.isnan(value) else value


LIGHT_OF = {".csv": light_of_csv, ".epw": light_of_csv, ".json": light_of_json}

KINDS = {
    "meter, plain": (meter_plain, lambda path, data: check_power(path, data, "meter"), "f.csv", 500),
    "meter, German": (meter_german, lambda path, data: check_power(path, data, "meter"), "f.csv", 400),
    "meter, quoted": (meter_quoted, lambda path, data: check_power(path, data, "meter"), "f.csv", 300),
    "PV, a row of units": (pv_units, lambda path, data: check_power(path, data, "pv"), "f.csv", 300),
    "PV, epoch": (pv_epoch, lambda path, data: check_power(path, data, "pv"), "f.csv", 200),
    "weather": (weather_csv, check_weather, "f.csv", 400),
    "fit": (curve_csv, check_curve, "f.csv", 300),
    "EPW": (epw, check_year, "f.epw", 30),
    "TMY3": (tmy3, check_year, "f.csv", 30),
    "PVGIS CSV": (pvgis_csv, check_year, "f.csv", 30),
    "PVGIS JSON": (pvgis_json, check_year, "f.json", 30),
}
assert sum(count for *_, count in KINDS.values()) >= 2_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_file_has_the_values_of_the_slow_reader(tmp_path, kind):
    make, check, name, _ = KINDS[kind]
    path = tmp_path / name
    path.write_bytes(make().encode())
    check(path, path.read_bytes())


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_refused_or_has_the_values_of_the_slow_reader(tmp_path, kind):
    make, check, name, count = KINDS[kind]
    text, path = make(), tmp_path / name
    refused = []
    for seed in range(count):
        rng = random.Random(f"{kind} {seed}")  # noqa: S311 - damage, no secret
        data = damaged(rng, text)
        path.write_bytes(data)
        try:
            check(path, data)
        except (BadInputError, UsageError) as error:
            refused.append(error)
        except Exception as error:
            kept = tmp_path / f"{seed}-{name}"
            kept.write_bytes(data)
            error.add_note(f"damage {seed} of {kind}, kept as {kept}")
            raise
    assert 0 < len(refused) < count
    assert all(error.what and error.where for error in refused)
