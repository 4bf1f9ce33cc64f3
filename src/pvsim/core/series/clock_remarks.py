"""What becomes of the hours in which the clock of a run or of its file is changed, and the other one is not."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Final, Literal

import numpy as np

from pvsim.core.quantities.clock_span import clock_text
from pvsim.core.series.order import OrderedSeries
from pvsim.core.series.passings import Passings, Spans, common
from pvsim.core.series.types import DAY_S, RawSeries, wall_time
from pvsim.core.times.wallclock import WallClock

__all__ = ["changed_hours", "clock_remarks"]

_MINUTE_S: Final = 60


def clock_remarks(samples: RawSeries, zone: tzinfo) -> tuple[str, ...]:
    """How times of another clock than the run's were taken."""
    if samples.utc:
        return () if samples.zone == str(zone) else (f"shown on the clock of {zone}",)
    if samples.offset_s is None:
        return ()
    t_utc = samples.wall_s - samples.offset_s
    shown, _ = WallClock.over(zone, int(t_utc.min()), int(t_utc.max()) + 1).wall(t_utc)
    return () if np.array_equal(shown, samples.wall_s) else ("taken as the wall clock of the run's place",)


def changed_hours(
    file: OrderedSeries, run: Passings, needed: Spans, fill: Literal["hold", "interpolate"]
) -> tuple[str, ...]:
    """What is used twice, left out or filled, since only one of the two clocks passes it twice or never.

    Args:
        file: The samples.
        run: What the clock of the run shows twice and never, in seconds of the file's wall clock.
        needed: What the run needs, likewise.
        fill: How the hours are filled that the file's clock never shows.
    """
    repeated, absent = common(file.repeated, needed), common(file.skipped, needed)
    twice, skipped = common(run.twice, needed), common(run.skipped, needed)
    once = [span for span in _beyond(repeated, run.twice) if _has_both(file, *span)]
    found = (
        (_beyond(twice, repeated), "{} used twice: the run's clock passes it twice, the file has it once"),
        (once, "the second {} left out: the run's clock passes it once"),
        (_beyond(skipped, absent), "{} left out: the run's clock skips it"),
        (_beyond(absent, run.skipped), f"{{}} filled ({fill}): the file's clock skips it"),
    )
    return tuple(what.format(_text(spans)) for spans, what in found if spans)


def _has_both(file: OrderedSeries, begin: int, end: int) -> bool:
    """Whether the file has values of a wall clock for both of its passings."""
    wall = file.samples.wall_s
    here = (wall >= begin) & (wall < end) & ~np.isnan(file.samples.values)
    return bool(np.isin(wall[here & file.again], wall[here & ~file.again]).any())


def _beyond(spans: Spans, others: Spans) -> list[tuple[int, int]]:
    """Those that are not wholly within one of the others."""
    return [(low, high) for low, high in spans if not any(a <= low and high <= b for a, b in others)]


def _text(spans: Iterable[tuple[int, int]]) -> str:
    """The first of them, and how many more there are."""
    (low, high), *others = spans
    until = (high - 1) % DAY_S + 1  # a day ends at 24:00
    text = f"{wall_time(low):%Y-%m-%d %H:%M} to {clock_text(until // _MINUTE_S)}"
    return text + (f" and {len(others)} more" if others else "")
