"""What single settings of a run may be, whatever the others are."""

from typing import Literal, TypeAlias

from pvsim.core.messages.numbering import MAX_BATCH
from pvsim.errors import UsageError

__all__ = [
    "MAX_METER_W",
    "Format",
    "check_batch",
    "check_days",
    "check_meter_max_w",
    "check_seed",
    "parse_formats",
]

MAX_DAYS = 36_600
MAX_SEED = 10**18 - 1
MAX_METER_W = 10_000_000

Format: TypeAlias = Literal["csv", "parquet"]


def check_meter_max_w(meter_max_w: int) -> int:
    """The meter's maximum, if one may have it.

    Raises:
        UsageError: if it is out of range.
    """
    if not 1 <= meter_max_w <= MAX_METER_W:
        what = f"a meter's maximum of {meter_max_w:,} W is outside 1..{MAX_METER_W:,} W"
        fix = "give it in W, for example 43500 for a connection of 63 A in three phases"
        raise UsageError(what, field="meter.max_w", fix=fix)
    return meter_max_w


def check_days(days: int) -> int:
    """The number of days, if a run may have it: one to a lifetime.

    Raises:
        UsageError: if the number is out of range.
    """
    return _within("days", days, 1, MAX_DAYS, fix="give a number of whole days, for example 7")


def check_seed(seed: int) -> int:
    """The seed, if it is one: a whole number of at most 18 digits, without a sign.

    Raises:
        UsageError: if it is out of range.
    """
    return _within("seed", seed, 0, MAX_SEED, fix="give any whole number of that range, for example 7")


def check_batch(batch: int) -> int:
    """The size of the batches, if a run may have it.

    Raises:
        UsageError: if it is out of range.
    """
    fix = "leave it out, or give 1 to publish each message by itself"
    return _within("batch", batch, 1, MAX_BATCH, fix=fix, of=" messages")


def _within(field: str, value: int, least: int, most: int, *, fix: str, of: str = "") -> int:
    if not least <= value <= most:
        raise UsageError(f"`{field}` is {least} to {most:,}{of}, not {value:,}", field=field, fix=fix)
    return value


def parse_formats(text: str) -> tuple[Format, ...]:
    """The formats of `csv,parquet`, each once.

    Raises:
        UsageError: if one is unknown, or csv is not among them.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    known: dict[str, Format] = {"csv": "csv", "parquet": "parquet"}
    if unknown := [name for name in names if name not in known]:
        what = f"`format`: {unknown[0]!r} is no format of a file of rows"
        raise UsageError(what, field="format", fix="use csv, or csv,parquet")
    if "csv" not in names:
        what = "`format` has csv in any case: it is the file that a run is continued and verified by"
        raise UsageError(what, field="format", fix="use csv, or csv,parquet")
    return tuple(known[name] for name in known if name in names)
