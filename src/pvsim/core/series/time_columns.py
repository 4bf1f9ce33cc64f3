"""Which columns of a file hold its times: one, a date and a time of day, the ends of an interval, a zone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pvsim.core.times import Stamp, is_date_heading, is_time_heading, is_zone_heading, stamp_in_header
from pvsim.errors import BadInputError

__all__ = ["TimeColumns", "find_time_columns"]


@dataclass(frozen=True, slots=True)
class TimeColumns:
    """Where the times are.

    Args:
        places: The column of times, or those of date and time of day.
        zone: The column of the times' zone; None where there is none.
        end: The column of the ends, where `places` has the starts of intervals.
        stamp: What of its interval a time is, if headers say it.
    """

    places: tuple[int, ...]
    zone: int | None = None
    end: int | None = None
    stamp: Stamp | None = None


def find_time_columns(
    names: Sequence[str],
    times: Sequence[int],
    named: int | None,
    several: Callable[[Sequence[int]], BadInputError],
) -> TimeColumns:
    """Find the columns of times by their headers and by what the data looks like.

    Args:
        names: Headers of all columns.
        times: The columns in which the data has times; two of them are a date and a time of day.
        named: The column that the user names.
        several: The error where several columns would fit.

    Raises:
        BadInputError: several columns would fit.
    """
    fit = [i for i, name in enumerate(names) if is_time_heading(name)]
    stamps = {i: stamp_in_header(names[i]) for i in fit}
    starts, ends = ([i for i in fit if stamps[i] == which] for which in ("start", "end"))
    end = ends[0] if len(ends) == 1 == len(starts) else None
    if named is not None:
        places = tuple(times) if named in times else (named,)
    elif len(times) > 1:  # of a time of day that begins and one that ends, the first
        places = (times[0], starts[0]) if times[1] in ends and end is not None else tuple(times)
    elif end is not None and set(fit) == {starts[0], end}:
        places = (starts[0],)
    elif len(times) == 1 and len(fit) == 2 and _is_date_and_clock(names, times[0], fit):  # noqa: PLR2004
        places = (times[0], next(i for i in fit if i != times[0]))  # a clock without a colon looks like a number
    elif not fit or set(fit) == set(times):
        places = (times[0] if times else 0,)
    elif len(fit) > 1:
        raise several(fit)
    else:
        places = (fit[0],)
    zones = [i for i, name in enumerate(names) if is_zone_heading(name) and i not in places]
    return TimeColumns(
        places,
        zone=zones[0] if len(zones) == 1 else None,
        end=end if len(places) == 1 and end is not None and places[0] == starts[0] else None,
        stamp=stamp_in_header(" ".join(names[i] for i in places)),
    )


def _is_date_and_clock(names: Sequence[str], first: int, fit: Sequence[int]) -> bool:
    """Whether two headers are those of a date, in column `first`, and of a time of day."""
    others = [names[i] for i in fit if i != first]
    return len(others) == 1 and is_date_heading(names[first]) and not is_date_heading(others[0])
