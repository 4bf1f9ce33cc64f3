"""Tables of a query: any values come back, and rows are the same from CSV and Parquet."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.adapters.duckdb.connection import connect
from pvsim.adapters.duckdb.parquet import ParquetWriter
from pvsim.adapters.duckdb.tables import JSON_TEXT, RowFiles, Table, create_samples, create_table
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results import rows
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

CLOCKS_BACK = Timeline.of_days(date(2024, 10, 27), 1, ZoneInfo("Europe/Berlin"))
COLUMNS = "run, status, epoch(t_utc)::BIGINT, t_local::VARCHAR, * EXCLUDE (run, status, t_utc, t_local)"


def files_of(directory, plan, form):
    """The rows of a run as a file, and where it is; any values of all columns that the plan has."""
    number = np.arange(plan.rows)
    battery = {"battery_dw": number % 7_919 - 4_000, "soc_steps": number * 37 % 10_001} if plan.has_battery else {}
    held = {"held_s": number % (plan.every_s + 1) % 61} if plan.holds else {}
    samples = Samples.of_rows(plan, number, number * 7_907 % 90_001, number * 13 % 30_000, **battery, **held)
    header = rows.header(plan)
    path = directory / f"samples.{form}"
    if form == "csv":
        path.write_bytes(header + rows.render(samples, plan))
    else:
        with ParquetWriter(directory, plan, {}) as writer:
            writer.add(samples)
            writer.finish().replace(path)
    return RowFiles("it's", "complete", (path,), tuple(header.decode().strip().split(",")), plan.meters[0])


@pytest.mark.parametrize("every_s", [10, 900])
@pytest.mark.parametrize("names", [("m1",), ("a", "b")])
@pytest.mark.parametrize("missing", ["stop", "hold"])
@pytest.mark.parametrize("battery", [None, BatteryModel(10, 5, 5)])
def test_rows_are_the_same_from_both_files(tmp_path, every_s, names, missing, battery):
    balance = battery and Balance((battery, None)[: len(names)][::-1])
    plan = RunPlan("r1", CLOCKS_BACK, names, every_s, balance=balance, missing=missing)
    found = []
    for form in ("csv", "parquet"):
        with connect() as db:
            create_samples(db, "samples", [files_of(tmp_path, plan, form)])
            found.append(db.execute(f"SELECT {COLUMNS} FROM samples ORDER BY ALL LIMIT 5000").fetchall())  # noqa: S608
    csv, parquet = found
    assert csv == parquet
    assert len(csv) == min(plan.rows, 5_000)
    meter, meter_kw, pv_kw, net_kw, battery_kw, soc, grid_kw, held_s = csv[3][4:]
    assert meter in names
    assert round(meter_kw - pv_kw, 4) == net_kw
    assert round(net_kw + (battery_kw or 0.0), 4) == grid_kw
    assert (battery_kw is None, soc is None, held_s is None) == (
        balance is None,
        balance is None,
        missing == "stop",
    )
    if missing == "hold":
        assert {row[-1] for row in csv} == set(range(min(every_s + 1, 61)))


def test_values_of_all_kinds_come_back():
    columns = {"f": float, "i": int, "t": str, "b": bool, "l": list[float], "j": JSON_TEXT, "d": date}
    given = {"f": 0.1, "i": 2**40, "t": 'it\'s "x"\n', "b": False, "l": [1.0, 2.5], "j": "[1]", "d": "2024-06-21"}
    with connect() as db:
        create_table(db, Table("t", columns, [given, {}]))
        create_table(db, Table("none", columns, []))
        assert db.execute("SELECT * FROM t").fetchall() == [
            (0.1, 2**40, 'it\'s "x"\n', False, [1.0, 2.5], "[1]", date(2024, 6, 21)),
            (None,) * 7,
        ]
        assert db.execute("SELECT count(*) FROM none").fetchall() == [(0,)]
