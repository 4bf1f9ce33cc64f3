"""Rows as a data frame of pandas or polars, for whoever has one of them."""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pvsim.core.results.columns import Array
from pvsim.core.run.plan import RunPlan
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from pandas import DataFrame as PandasFrame
    from polars import DataFrame as PolarsFrame

__all__ = ["pandas_frame", "polars_frame"]


def pandas_frame(arrays: Mapping[str, Array], plan: RunPlan) -> "PandasFrame":
    """Columns of a run as a data frame, under the local times of their rows.

    Args:
        arrays: As `pvsim.core.results.columns.arrays_of` gives them.
        plan: Their run.

    Raises:
        UsageError: if pandas is not installed.
    """
    pd = _imported("pandas")
    index = pd.DatetimeIndex(arrays["t_utc"], tz="UTC", name="timestamp").tz_convert(plan.timeline.zone)
    columns = {name: values for name, values in arrays.items() if name != "t_utc"}
    if "meter" in columns:
        columns["meter"] = pd.Categorical(columns["meter"], categories=list(plan.meters))
    frame: PandasFrame = pd.DataFrame(columns, index=index)
    return frame


def polars_frame(arrays: Mapping[str, Array], plan: RunPlan) -> "PolarsFrame":
    """Columns of a run as a data frame; the first, `timestamp`, has the local times of the rows.

    Args:
        arrays: As `pvsim.core.results.columns.arrays_of` gives them.
        plan: Their run.

    Raises:
        UsageError: if polars is not installed.
    """
    pl = _imported("polars")
    times = pl.Series("timestamp", arrays["t_utc"].astype("M8[ms]"))
    columns = [times.dt.replace_time_zone("UTC").dt.convert_time_zone(plan.timeline.zone)]
    for name, values in arrays.items():
        if name == "meter":
            columns.append(pl.Series(name, values, dtype=pl.Enum(plan.meters)))
        elif name != "t_utc":
            columns.append(pl.Series(name, values))
    frame: PolarsFrame = pl.DataFrame(columns)
    return frame


def _imported(package: str) -> Any:
    try:
        return import_module(package)
    except ImportError as error:
        what = f"a data frame needs {package}, which is not installed"
        raise UsageError(what, fix=f"python -m pip install {package}") from error
