"""What one run simulates: which meters, which seconds, and how its rows are numbered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pvsim.core.devices.balance import Balance
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import BRIEFS_RANGE, MeterRange
from pvsim.errors import UsageError

__all__ = [
    "MAX_FLEET",
    "MAX_METERS",
    "NAME",
    "NAME_RULE",
    "TAKEN_NAMES",
    "Missing",
    "RunPlan",
    "check_count",
    "check_names",
    "most_meters",
]

Missing: TypeAlias = Literal["skip", "hold", "stop"]

MAX_METERS = 1_000
"""Of a run whose readings go through one stream, and on average of a partition."""

MAX_FLEET = 100_000
"""Of a run in partitions: its manifest has about 20 MB then."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
NAME_RULE = "use up to 32 letters, digits, - and _, beginning with a letter or digit"
TAKEN_NAMES = ("pv", "weather", "places_m")
"""What the manifest calls other inputs: the report of a meter of such a name would hide that one."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run: `meters` read in turn, second by second, over `timeline`.

    A reading's *position* numbers the readings of the run in time order, and within a second in the order of
    the meters: `position = seq * len(meters) + index of the meter`, where `seq` counts the seconds. Its
    publishing id is `position + 1`; the end marker follows the last reading.

    Attributes:
        every_s: Seconds that one row is the mean of.
        balance: Battery and export limit of each meter's site; None is neither.
        meter_range: What the meters may show.
        fuse_dw: Power of the main fuses of each meter's site at their rated current, in 0.1 W; None is not known.
        missing: How a reading that the log lacks is treated: no row, the value before stands for it, or the run
            stops.
        partitions: Over how many streams the meters are spread (`pvsim.core.run.partitions`); None: over none.
        partition: The partition whose readings these are, where they are a part of a run; None where they are all.
        of_several: Whether the whole run has several meters, where these are a part of it.

    Raises:
        UsageError: if a name cannot stand in a routing key or a file name, or stands twice; or if not each meter's
            site is said to have a battery or none.
    """

    run_id: str
    timeline: Timeline
    meters: tuple[str, ...]
    every_s: int = 1
    balance: Balance | None = None
    meter_range: MeterRange = BRIEFS_RANGE
    missing: Missing = "stop"
    fuse_dw: int | None = None
    partitions: int | None = None
    partition: int | None = None
    of_several: bool = False

    def __post_init__(self) -> None:
        self.timeline.check_period(self.every_s)
        check_names(self.run_id, self.meters, self.partitions)
        batteries = len(self.balance.batteries) if self.balance is not None else 0
        if batteries not in {0, len(self.meters)}:
            what = f"there are batteries of {batteries:,} sites for {len(self.meters):,} meters"
            raise UsageError(what, field="batteries", fix="give one of each meter's site, None where it has none")

    @property
    def names_meters(self) -> bool:
        """Whether each row names its meter."""
        return len(self.meters) > 1 or self.of_several

    @property
    def has_battery(self) -> bool:
        """Whether the rows have the columns of a battery."""
        return self.balance is not None and bool(self.balance.batteries)

    @property
    def has_export_limit(self) -> bool:
        """Whether PV power may be curtailed."""
        return self.balance is not None and self.balance.export_limit_dw is not None

    @property
    def holds(self) -> bool:
        """Whether the value before stands for one that is missing: the rows have a column that says so."""
        return self.missing == "hold"

    @property
    def stored_at_start(self) -> tuple[int, ...]:
        """The states of the batteries when the run begins, in the order of the meters; () where there are none."""
        return self.balance.states_at_start if self.balance is not None else ()

    @property
    def readings(self) -> int:
        """How many readings the whole run has."""
        return self.timeline.seconds * len(self.meters)

    @property
    def rows(self) -> int:
        """How many rows the whole run has."""
        return self.readings // self.every_s

    @property
    def window(self) -> int:
        """How many readings one averaging period has, over all meters."""
        return self.every_s * len(self.meters)

    @property
    def stream(self) -> str:
        """The name of the stream of these readings on the broker."""
        return f"pvsim.{self.run_id}" if self.partition is None else f"pvsim.{self.run_id}-{self.partition}"


def check_names(run_id: str | None, meters: Sequence[str], partitions: int | None = None) -> None:
    """Refuse names that cannot stand in a routing key or a file name, or stand twice; or more than there may be.

    Raises:
        UsageError: naming the first.
    """
    for name, field in ((run_id, "run_id"), *((meter, "meter.source") for meter in meters)):
        if name is not None and not NAME.fullmatch(name):
            raise UsageError(f"`{field}`: {name!r} cannot be a name", field=field, fix=NAME_RULE)
    if len(set(meters)) != len(meters):
        twice = next(name for name in meters if meters.count(name) > 1)
        fix = "give each its own: `meter.source` NAME=KIND"
        raise UsageError(f"two meters have the same name {twice!r}", field="meter.source", fix=fix)
    check_count(len(meters), partitions)


def most_meters(partitions: int | None) -> int:
    """How many meters a run may have, with so many partitions or through one stream."""
    return min(MAX_METERS * (partitions or 1), MAX_FLEET)


def check_count(count: int, partitions: int | None = None) -> int:
    """The number of meters, if a run may have so many: more than one stream takes where it has partitions.

    Raises:
        UsageError: if it is out of range.
    """
    most = most_meters(partitions)
    if 1 <= count <= most:
        return count
    what = f"`meters` is 1 to {MAX_METERS:,} meters, not {count:,}"
    if partitions is not None:
        what = f"`meters` is 1 to {most:,} meters in {partitions:,} partitions, not {count:,}"
    fix = f"give `meters` {max(1, min(count, most))}"
    if most < count <= MAX_FLEET:
        fix += f", or spread them: `partitions` {-(-count // MAX_METERS)}"
    raise UsageError(what, field="meters", fix=fix)
