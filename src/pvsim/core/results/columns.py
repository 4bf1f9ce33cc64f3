"""The columns of a run's rows as numbers: what each is called, its unit and sign, and its values as an array."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from pvsim.core.devices.balance import SOC_STEPS
from pvsim.core.quantities.types import DW_PER_KW
from pvsim.core.results.samples import Samples, joined
from pvsim.core.run.plan import RunPlan

__all__ = ["Array", "Column", "arrays_of", "columns_of", "values_of"]

Array: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[Any]]"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers.

    Attributes:
        name: What it is called, with its unit: as in `samples.csv`.
        unit: Its unit; `1` is a share.
        sign: What positive and negative values mean; empty where there is but one sign.
        label: What it is, in a few words.
    """

    name: str
    unit: str
    sign: str
    label: str


_METER = Column("meter_kw", "kW", "", "mean power that the building takes")
_GRID_METER = Column(
    "meter_kw", "kW", "positive imports, negative exports", "mean power that the grid meter shows"
)
_PV = Column("pv_kw", "kW", "", "mean PV power")
_NET = Column("net_kw", "kW", "positive imports, negative exports", "meter_kw - pv_kw")
_BATTERY = (
    Column("battery_kw", "kW", "positive charges, negative discharges", "mean power of the battery, AC"),
    Column("soc", "1", "", "state of charge of the battery at the end of the period"),
    Column("grid_kw", "kW", "positive imports, negative exports", "net_kw + battery_kw"),
)
_HELD = Column("held_s", "s", "", "seconds for which the previous value stands for a missing reading")


def columns_of(plan: RunPlan) -> tuple[Column, ...]:
    """The columns of numbers of a run, in the order of `samples.csv`; `held_s` is what its `flags` say."""
    meter = _GRID_METER if plan.meter_range.grid else _METER
    battery, held = _BATTERY if plan.has_battery else (), (_HELD,) if plan.holds else ()
    return (meter, _PV, _NET, *battery, *held)


def values_of(samples: Samples, plan: RunPlan) -> dict[str, Array]:
    """The columns of numbers of some rows, by name.

    Powers are the numbers nearest to the four decimals of the file: reading its text gives the same. A state of
    charge is NaN where a site has no battery.
    """
    kw = {
        "meter_kw": samples.meter_dw,
        "pv_kw": samples.pv_dw,
        "net_kw": samples.meter_dw - samples.pv_dw,
        "battery_kw": samples.battery_dw,
        "grid_kw": samples.grid_dw,
    }
    found: dict[str, Array] = {name: dw / DW_PER_KW for name, dw in kw.items() if dw is not None}
    if samples.soc_steps is not None:
        found["soc"] = np.where(samples.soc_steps < 0, np.nan, samples.soc_steps / SOC_STEPS)
    if samples.held_s is not None:
        found["held_s"] = samples.held_s
    return {column.name: found[column.name] for column in columns_of(plan)}


def arrays_of(portions: Iterable[Samples], plan: RunPlan) -> dict[str, Array]:
    """All rows as arrays of the same length: `t_utc`, of several meters `meter`, then `columns_of`.

    Args:
        portions: Rows in order.
        plan: Their run.

    Returns:
        By name; `t_utc` are `datetime64[s]` in UTC, `meter` are names.
    """
    samples = joined(portions)
    arrays: dict[str, Array] = {"t_utc": samples.t_utc.astype("M8[s]")}
    if len(plan.meters) > 1:
        arrays["meter"] = np.array(plan.meters)[samples.meter]
    if not len(samples):
        return arrays | {column.name: np.empty(0, dtype=_dtype(column)) for column in columns_of(plan)}
    return arrays | values_of(samples, plan)


def _dtype(column: Column) -> "np.dtype[Any]":
    return np.dtype(np.int64 if column.unit == "s" else np.float64)
