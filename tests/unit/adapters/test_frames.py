"""Samples as a data frame: the columns of the file."""

from datetime import UTC, date

import numpy as np

from pvsim.adapters.frames import pandas_frame, polars_frame
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results import rows
from pvsim.core.results.columns import arrays_of
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

DAY = Timeline.of_days(date(2024, 1, 1), 1, UTC)


def test_a_battery_and_held_values_have_columns():
    plan = RunPlan("r1", DAY, ("m1",), balance=Balance((BatteryModel(10, 5, 5),)), missing="hold")
    names = ("battery_dw", "soc_steps", "held_s")
    more = dict(zip(names, np.array([[-5_000, 0], [8_712, 10_000], [0, 1]]), strict=True))
    samples = Samples.of_rows(plan, np.array([0, 1]), np.array([10_000, 20_000]), np.array([30_000, 1]), **more)
    arrays = arrays_of([samples.where(slice(0, 1)), samples.where(slice(1, 2))], plan)
    frame = pandas_frame(arrays, plan)
    polars = polars_frame(arrays, plan)
    assert frame.reset_index(drop=True).to_dict("list") == {
        "meter_kw": [1.0, 2.0],
        "pv_kw": [3.0, 0.0001],
        "net_kw": [-2.0, 1.9999],
        "battery_kw": [-0.5, 0.0],
        "soc": [0.8712, 1.0],
        "grid_kw": [-2.5, 1.9999],
        "held_s": [0, 1],
    }
    assert polars.drop("timestamp").to_dict(as_series=False) == frame.reset_index(drop=True).to_dict("list")
    assert [*frame.columns[:-1]] == rows.header(plan).decode().strip().split(",")[1:-1]


def test_no_rows_make_an_empty_frame():
    plan = RunPlan("r1", DAY, ("a", "b"))
    frame = pandas_frame(arrays_of([], plan), plan)
    assert (len(frame), list(frame.columns)) == (0, ["meter", "meter_kw", "pv_kw", "net_kw"])
    frame = polars_frame(arrays_of([], plan), plan)
    assert (len(frame), frame.columns) == (0, ["timestamp", "meter", "meter_kw", "pv_kw", "net_kw"])
