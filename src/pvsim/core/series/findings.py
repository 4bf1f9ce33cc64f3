"""What a reader took from a file and how it knew, in one line for people and as facts for the manifest."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["FileReading", "Known", "Taken", "span_text"]

Known: TypeAlias = Literal[
    "option", "header", "units row", "column", "times", "offset", "format", "site file", "values", "assumed"
]
"""How something was known: said by the user, by the file in some way, or assumed."""

_SHOWN = 4  # of the ignored columns; the manifest has all
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


@dataclass(frozen=True, slots=True)
class Taken:
    """A column that was taken.

    Args:
        column: Its header.
        quantity: What it was taken for, such as "power" or "energy per 15 min"; "" where the header says it.
        unit: Its unit in the file; "" where it has none.
        unit_from: How the unit was known.
    """

    column: str
    quantity: str
    unit: str
    unit_from: Known


@dataclass(frozen=True, slots=True)
class FileReading:
    """How a file was read.

    Args:
        source: The file.
        taken: The columns that were taken.
        ignored: Headers of columns that hold quantities of the same kind and were not taken.
        rows: Rows with a time.
        step_s: Seconds from row to row.
        zone: Whose clock its times are: an IANA zone, `UTC`, or an offset.
        zone_from: How that was known.
        stamp: What of its interval a time is: start, middle or end; `moment` where values hold at the time only.
        stamp_from: How that was known.
        gaps: Gaps in the part that is used.
        gap_s: Seconds without a value in them.
        clipped_low: Values taken as the lowest possible one.
        clipped_high: Values taken as the highest possible one.
        clipped_low_kwh: Energy that was added by raising them; None where the values are not powers.
        clipped_high_kwh: Energy that was cut off; None where the values are not powers.
        highest: The highest value that is used, such as `up to 4.2 kW`; "" where it says nothing.
        remarks: Whatever else the user should know, each a few words.
    """

    source: str
    taken: tuple[Taken, ...]
    ignored: tuple[str, ...]
    rows: int
    step_s: int
    zone: str
    zone_from: Known
    stamp: Literal["start", "middle", "end", "moment"]
    stamp_from: Known
    gaps: int = 0
    gap_s: int = 0
    clipped_low: int = 0
    clipped_high: int = 0
    clipped_low_kwh: float | None = None
    clipped_high_kwh: float | None = None
    highest: str = ""
    remarks: tuple[str, ...] = ()

    def line(self) -> str:
        """All of it in one line."""
        gaps = f"{_count(self.gaps, 'gap')} of {span_text(self.gap_s)} in all" if self.gaps else "no gaps"
        parts = [
            ", ".join(_taken(column) for column in self.taken),
            f"times {self.zone} ({_how(self.zone_from)})",
            f"stamps {self.stamp} ({_how(self.stamp_from)})",
            f"{_count(self.rows, 'row')} every {span_text(self.step_s)}",
            gaps,
        ]
        for count, kwh, which in (
            (self.clipped_low, self.clipped_low_kwh, "low"),
            (self.clipped_high, self.clipped_high_kwh, "high"),
        ):
            if count:
                parts.append(f"{count:,} clipped {which}" + ("" if kwh is None else f" ({kwh:,.3g} kWh)"))
        parts += [self.highest] if self.highest else []
        text = ", ".join([*parts, *self.remarks])
        name = self.source.replace("\\", "/").rpartition("/")[2]
        return f"{name}: {text}" + self._ignored()

    def _ignored(self) -> str:
        if not self.ignored:
            return ""
        names = ", ".join(repr(name) for name in self.ignored[:_SHOWN])
        more = len(self.ignored) - _SHOWN
        return f"; ignored: {names}" + (f" and {more:,} more" if more > 0 else "")


def span_text(seconds: int) -> str:
    """A length of time in the largest unit that holds it whole: `15 min`, `90 s`, `2 d`."""
    for size, unit in _UNITS:
        if seconds and seconds % size == 0:
            return f"{seconds // size:,} {unit}"
    return f"{seconds:,} s"


def _taken(column: Taken) -> str:
    quantity = f" as {column.quantity}" if column.quantity else ""
    if not column.unit:
        return f"{column.column!r}{quantity}"
    return f"{column.column!r}{quantity} in {column.unit} ({_how(column.unit_from)})"


def _how(known: Known) -> str:
    return known if known == "assumed" else f"by {known}"


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
