"""Rows as arrays of numbers: what the text of the file gives when it is read."""

from datetime import UTC, date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.devices.balance import NO_BATTERY, Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results import rows
from pvsim.core.results.columns import arrays_of, columns_of
from pvsim.core.results.samples import Samples, joined
from pvsim.core.run.plan import RunPlan

DAY = Timeline.of_days(date(2024, 6, 21), 1, UTC)
BATTERY = Balance((BatteryModel(10, 5, 5), None))


def text_columns(samples, plan):
    """The cells of the file by column."""
    names = rows.header(plan).decode().strip().split(",")
    cells = [line.split(",") for line in rows.render(samples, plan).decode().splitlines()]
    return dict(zip(names, zip(*cells, strict=True), strict=True))


@given(
    powers=st.lists(
        st.tuples(st.integers(0, 90_000), st.integers(0, 90_000), st.integers(-50_000, 50_000)), min_size=1
    ),
    cut=st.integers(0, 100),
)
def test_the_values_are_those_of_the_text(powers, cut):
    plan = RunPlan("r1", DAY, ("a", "b"), balance=BATTERY)
    meter, pv, battery = (np.array(each) for each in zip(*powers, strict=True))
    rows_with = np.arange(len(powers)) % 2 == 0
    soc = np.where(rows_with, np.arange(len(powers)) * 37 % 10_001, NO_BATTERY)
    samples = Samples.of_rows(plan, np.arange(len(powers)), meter, pv, battery_dw=battery, soc_steps=soc)
    cut %= len(powers) + 1
    arrays = arrays_of([samples.where(slice(0, cut)), samples.where(slice(cut, None))], plan)
    text = text_columns(samples, plan)
    assert list(arrays) == ["t_utc", *list(text)[1:]]
    assert arrays["t_utc"].tolist() == [np.datetime64(each[:19], "s").item() for each in text["timestamp"]]
    assert arrays["meter"].tolist() == list(text["meter"])
    for column in columns_of(plan):
        read = [float(cell or "nan") for cell in text[column.name]]
        np.testing.assert_array_equal(arrays[column.name], read)
    assert [cell == "" for cell in text["soc"]] == (~rows_with).tolist()


def test_held_seconds_stand_for_the_flags_and_a_grid_meter_has_a_sign():
    grid = MeterRange.up_to(9_000, grid=True)
    plan = RunPlan("r1", DAY, ("m1",), meter_range=grid, missing="hold")
    samples = Samples.of_rows(
        plan, np.array([0, 1]), np.array([-10_000, 5]), np.array([0, 0]), held_s=np.array([0, 1])
    )
    arrays = arrays_of([samples], plan)
    assert arrays["meter_kw"].tolist() == [-1.0, 0.0005]
    assert arrays["held_s"].tolist() == [0, 1]
    assert [(column.name, column.unit) for column in columns_of(plan)] == [
        ("meter_kw", "kW"),
        ("pv_kw", "kW"),
        ("net_kw", "kW"),
        ("held_s", "s"),
    ]
    assert columns_of(plan)[0].sign == "positive imports, negative exports"


def test_no_rows_have_all_columns():
    plan = RunPlan("r1", DAY, ("a", "b"), balance=BATTERY, missing="hold")
    arrays = arrays_of([], plan)
    assert list(arrays) == ["t_utc", "meter", *(column.name for column in columns_of(plan))]
    assert {name: values.dtype.kind for name, values in arrays.items()} == {
        "t_utc": "M",
        "meter": "U",
        **dict.fromkeys(["meter_kw", "pv_kw", "net_kw", "battery_kw", "soc", "grid_kw"], "f"),
        "held_s": "i",
    }
    assert len(joined([])) == 0
