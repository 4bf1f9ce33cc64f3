"""The rows of a run as a Parquet file: those of the CSV, in little memory, and no file that only looks whole."""

import json
import os
from datetime import date
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import polars as pl
import pytest

from pvsim.adapters.duckdb import parquet
from pvsim.adapters.duckdb.parquet import ParquetWriter
from pvsim.core.devices.balance import NO_BATTERY, Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results import rows
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import CannotWriteError

CLOCKS_BACK = Timeline.of_days(date(2024, 10, 27), 1, ZoneInfo("Europe/Berlin"))
BATTERY = BatteryModel(10, 5, 5)
FACTS = {"run_id": "it's one", "time_zone": "Europe/Berlin"}


def all_rows(plan):
    """Rows of any values, of all columns that the plan has."""
    number = np.arange(plan.rows)
    battery = {}
    if plan.has_battery:
        has = np.array([each is not None for each in plan.balance.batteries])[number % len(plan.meters)]
        soc = np.where(has, number * 37 % 10_001, NO_BATTERY)
        battery = {"battery_dw": np.where(has, number % 7_919 - 4_000, 0), "soc_steps": soc}
    held = {"held_s": number % 61} if plan.holds else {}
    return Samples.of_rows(plan, number, number * 7_907 % 90_001, number * 13 % 30_000, **battery, **held)


def write(directory, plan, portion=10_000):
    samples, path = all_rows(plan), directory / "file"
    with ParquetWriter(directory, plan, FACTS) as writer:
        for first in range(0, len(samples), portion):
            writer.add(samples.where(slice(first, first + portion)))
        writer.finish().replace(path)
    return path


def written(directory, plan, portion=10_000):
    path = write(directory, plan, portion)
    assert list(directory.iterdir()) == [path]
    return path


@pytest.mark.parametrize("names", [("m1",), ("a", "b")])
@pytest.mark.parametrize(("balance", "missing"), [(None, "stop"), ((BATTERY, None), "stop"), (None, "hold")])
def test_each_row_is_that_of_the_csv(tmp_path, names, balance, missing):
    balance = balance and Balance(balance[: len(names)])
    plan = RunPlan("r1", CLOCKS_BACK, names, 60, balance=balance, missing=missing)
    frame = pl.read_parquet(written(tmp_path, plan))
    text = rows.render(all_rows(plan), plan).decode().splitlines()
    header = rows.header(plan).decode().strip().split(",")
    assert frame.columns == ["t_utc", "t_local", *[name for name in header[1:] if name != "flags"]] + (
        ["held_s"] if plan.holds else []
    )
    for line, row in zip(text, frame.iter_rows(named=True), strict=True):
        cells = dict(zip(header, line.split(","), strict=True))
        assert row["t_utc"].timestamp() == np.datetime64(cells["timestamp"][:19], "s").astype(int) - (
            7_200 if cells["timestamp"].endswith("+02:00") else 3_600
        )
        assert row["t_local"].isoformat() == cells["timestamp"][:19]
        if plan.holds:
            assert row["held_s"] == int(cells.pop("flags").partition(":")[2] or 0)
        for name in header[1:]:
            if name in cells:
                cell = cells[name]
                assert row[name] == (cell if name == "meter" else float(cell) if cell else None)


def test_parts_make_the_same_file_as_one(tmp_path, monkeypatch):
    plan = RunPlan("r1", CLOCKS_BACK, ("a", "b"), 10)
    (tmp_path / "one").mkdir()
    (tmp_path / "par[t]s*").mkdir()
    one = written(tmp_path / "one", plan).read_bytes()
    monkeypatch.setattr(parquet, "_PART_ROWS", 5_000)
    assert written(tmp_path / "par[t]s*", plan, portion=1_999).read_bytes() == one


def test_the_file_says_what_its_columns_are(tmp_path):
    path = written(tmp_path, RunPlan("r1", CLOCKS_BACK, ("a", "b"), 900, balance=Balance((BATTERY,) * 2)))
    ((key, value),) = duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()  # noqa: S608
    said = json.loads(value)
    assert (key, said["run_id"], said["time_zone"]) == (b"pvsim", "it's one", "Europe/Berlin")
    assert list(said["columns"]) == pl.read_parquet_schema(path).names()
    assert said["columns"]["battery_kw"] == {
        "unit": "kW",
        "sign": "positive charges, negative discharges",
        "label": "mean power of the battery, AC",
    }
    (codecs,) = duckdb.sql(f"SELECT list(DISTINCT compression) FROM parquet_metadata('{path}')").fetchall()  # noqa: S608
    assert codecs == (["ZSTD"],)


def test_a_run_without_rows_makes_a_file_without_rows(tmp_path):
    plan = RunPlan("r1", CLOCKS_BACK, ("a", "b"), 900)
    with ParquetWriter(tmp_path, plan, FACTS) as writer:
        frame = pl.read_parquet(writer.finish())
    assert (len(frame), frame.columns[:3]) == (0, ["t_utc", "t_local", "meter"])


@pytest.mark.parametrize("part_rows", [1_000, 1_000_000])
def test_what_cannot_be_written_leaves_nothing(tmp_path, monkeypatch, part_rows):
    monkeypatch.setattr(parquet, "_PART_ROWS", part_rows)
    plan, directory = RunPlan("r1", CLOCKS_BACK, ("m1",), 10), tmp_path / "run"
    directory.mkdir()
    directory.rmdir()
    with pytest.raises(
        CannotWriteError, match=r"cannot write samples.parquet: No such file or directory$"
    ) as caught:
        write(directory, plan)
    assert (caught.value.where, caught.value.exit_code) == (str(directory / "samples.parquet"), 73)


def test_a_full_disk_is_said_to_be_full(tmp_path):
    full = tmp_path / f".samples.parquet.{os.getpid()}"
    full.symlink_to("/dev/full")
    plan = RunPlan("r1", CLOCKS_BACK, ("m1",), 60)
    with pytest.raises(CannotWriteError) as caught:
        write(tmp_path, plan)
    assert caught.value.what == "cannot write samples.parquet: No space left on device"
    assert caught.value.fix == "free some space on its disk"
    assert list(tmp_path.iterdir()) == []
