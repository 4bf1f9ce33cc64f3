"""Samples as a pandas data frame, for whoever has pandas."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from pvsim.core.devices.balance import SOC_STEPS
from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["frame_of"]


def frame_of(samples: Iterable[Samples], plan: RunPlan) -> "DataFrame":
    """The rows with the columns of `samples.csv`, under their local times.

    Args:
        samples: Rows in order, in any portions.
        plan: Their run.

    Raises:
        UsageError: if pandas is not installed.
    """
    pd = _pandas()
    portions = list(samples)
    t_utc = _joined([portion.t_utc for portion in portions])
    index = pd.DatetimeIndex(t_utc.astype("M8[s]"), tz="UTC", name="timestamp").tz_convert(plan.timeline.zone)
    columns: dict[str, Any] = {}
    if len(plan.meters) > 1:
        meter = _joined([portion.meter for portion in portions])
        columns["meter"] = pd.Categorical.from_codes(meter, list(plan.meters))
    for name, found, steps in (
        ("meter_kw", [portion.meter_dw for portion in portions], DW_PER_KW),
        ("pv_kw", [portion.pv_dw for portion in portions], DW_PER_KW),
        ("net_kw", [portion.meter_dw - portion.pv_dw for portion in portions], DW_PER_KW),
    ):
        columns[name] = _joined(found) / steps
    if plan.has_battery:
        columns["battery_kw"] = _joined([portion.battery_dw for portion in portions]) / DW_PER_KW
        columns["soc"] = _joined([portion.soc_steps for portion in portions]) / SOC_STEPS
        columns["grid_kw"] = _joined([portion.grid_dw for portion in portions]) / DW_PER_KW
    if plan.holds:
        columns["held_s"] = _joined([portion.held_s for portion in portions])
    frame: DataFrame = pd.DataFrame(columns, index=index)
    return frame


def _joined(portions: list[Ints] | list[Ints | None]) -> Ints:
    found = [portion for portion in portions if portion is not None]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _pandas() -> Any:
    try:
        import pandas as pd  # noqa: PLC0415 - most of pvsim needs none
    except ImportError as error:
        what = "a data frame needs pandas, which is not installed"
        raise UsageError(what, fix="python -m pip install pandas") from error
    return pd
