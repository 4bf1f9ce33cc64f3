"""Exports of prices and emissions as their sources write them."""

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from pvsim.adapters.tables.value_files import read_values
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.site.tariff import DataSeries
from pvsim.errors import BadInputError

BERLIN = ZoneInfo("Europe/Berlin")
DAY = Timeline.of_days(date(2024, 10, 27), 1, BERLIN)  # of 25 hours
HOURS = [datetime.fromtimestamp(t, UTC) for t in range(DAY.start_utc, DAY.end_utc + 1, 3_600)]
LOCAL = [hour.astimezone(BERLIN) for hour in HOURS]
PAIRS = list(pairwise(HOURS))


@pytest.fixture
def read(tmp_path):
    def read_text(text, quantity="price", currency="EUR", **said):
        path = tmp_path / "values.csv"
        path.write_text(text)
        series = DataSeries(str(path), **said)
        return read_values(series, quantity, setting="tariff.import_series", currency=currency, tz="Europe/Berlin")

    return read_text


def lines(header, rows):
    return "\n".join([header, *rows]) + "\n"


def entsoe_of_2025(rows=PAIRS):
    form = "%d/%m/%Y %H:%M:%S"
    cells = [
        f'"{a:{form}} - {b:{form}}","BZN|DE-LU","Without Sequence",{i}.25,""' for i, (a, b) in enumerate(rows)
    ]
    return lines('"MTU (UTC)","Area","Sequence","Day-ahead Price (EUR/MWh)","Intraday Period (UTC)"', cells)


def entsoe_before():
    form = "%d.%m.%Y %H:%M"
    edges = list(pairwise(LOCAL))
    cells = [f'"{a:{form}} - {b:{form}}","{i}.25","EUR","BZN|DE-LU"' for i, (a, b) in enumerate(edges)]
    return lines('"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"', cells)


def smard():
    form = "%d.%m.%Y %H:%M"
    edges = list(pairwise(LOCAL))
    cells = [f"{a:{form}};{b:{form}};{i},25;-" for i, (a, b) in enumerate(edges)]
    return lines("Datum von;Datum bis;Deutschland/Luxemburg [€/MWh];Temperatur", cells)


def tibber():
    cells = [f"{a.isoformat(timespec='milliseconds')},{i + 0.25},0.1" for i, a in enumerate(LOCAL[:-1])]
    return lines("startsAt,total [EUR/MWh],tax", cells)


def epoch_ms():
    return lines(
        "start_timestamp,marketprice", [f"{int(a.timestamp())}000,{i}.25" for i, a in enumerate(HOURS[:-1])]
    )


def ends():
    return lines(
        "Hour ending (UTC),price EUR/MWh", [f"{b:%Y-%m-%d %H:%M},{i}.25" for i, (_, b) in enumerate(PAIRS)]
    )


@pytest.mark.parametrize(
    ("text", "said", "known"),
    [
        (entsoe_of_2025(), {}, ("UTC", "header", "start", "assumed")),
        (entsoe_before(), {}, ("CET/CEST", "header", "start", "assumed")),
        (smard(), {}, ("Europe/Berlin", "assumed", "start", "header")),
        (smard(), {"tz": "Europe/Berlin", "stamp": "start"}, ("Europe/Berlin", "site file", "start", "site file")),
        (tibber(), {}, ("+01:00/+02:00", "offset", "start", "header")),
        (epoch_ms(), {"unit": "EUR/MWh"}, ("UTC", "times", "start", "header")),
        (ends(), {}, ("UTC", "header", "end", "header")),
    ],
)
def test_exports_of_a_day_on_which_the_clock_changes(read, text, said, known):
    stamp = known[2]
    found = read(text, **said)
    starts = [int(hour.timestamp()) for hour in HOURS]
    assert found.series.t_utc.tolist() == (starts[1:] if stamp == "end" else starts[:-1])
    assert found.series.values.tolist() == [i + 0.25 for i in range(25)]
    assert found.series.unit.nano_per_kwh == 10**6
    assert found.series.stamp_is_end == (stamp == "end")
    reading = found.reading
    assert (reading.zone, reading.zone_from, reading.stamp, reading.stamp_from) == known
    assert reading.rows == 25


def test_a_day_that_ends_at_24_00_has_ends(read):
    cells = [f"2024-06-21 {hour:02}:00,1" for hour in range(1, 25)]
    reading = read(lines("time,EUR/MWh", cells)).reading
    assert (reading.stamp, reading.stamp_from) == ("end", "times")


def test_emissions_have_no_currency(read):
    found = read(lines("time UTC,g CO2/kWh", ["2024-06-21 00:00,380", "2024-06-21 01:00,390"]), "co2", "")
    assert found.series.unit.nano_per_kwh == 10**6
    assert "'g CO2/kWh' as co2 in g/kWh (by header)" in found.reading.line()


def test_totals_under_a_table_are_left_out(read):
    found = read(tibber() + "Total,12,3\n")
    assert len(found.series.values) == 25
    assert any("left out after the last time" in remark for remark in found.reading.remarks)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("time,price EUR/MWh\n", "only a header, no data"),
        ("time,price EUR/MWh\n2024-06-21 00:00,x\n", "which is not a number"),
        ("time,price EUR/MWh\n2024-06-31 00:00,1\n", "2024-06-31"),
        ("", "the file has no header line"),
        (
            "time (middle),EUR/MWh\n2024-06-21 00:30,1\n",
            "each time is the middle",
        ),
    ],
)
def test_files_that_cannot_be_read(read, text, what):
    with pytest.raises(BadInputError) as caught:
        read(text)
    assert what in str(caught.value)
    assert caught.value.fix


def test_a_file_that_is_not_there(tmp_path):
    series = DataSeries(str(tmp_path / "no.csv"))
    with pytest.raises(BadInputError) as caught:
        read_values(series, "price", setting="tariff.import_series", currency="EUR", tz="UTC")
    assert caught.value.fix == "check path under [tariff.import_series]; it is relative to the site file"
