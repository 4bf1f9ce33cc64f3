"""Rows read back from the text of a samples file."""

from collections.abc import Callable
from datetime import datetime

import numpy as np

from pvsim.core.devices.balance import NO_BATTERY, SOC_STEPS
from pvsim.core.quantities import digits
from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results import rows
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError

__all__ = ["first_difference", "parse"]

_FRACTION_DIGITS = 4
_SHOWN_BYTES = 120
_TIME = b"0000-00-00T00:00:00+00:00"
_MARKS = ((b"-", 0), (b"-", 5), (b"T", 0), (b":", 0), (b":", 14), (b":", 20))  # each, and where to look for it
_LOCAL_CHARS = _TIME.index(b"+")
_YEAR_2000_UTC = 946_684_800
_TOO_MANY = 1e15  # units of 1/10,000; below it a float has each of them
_TEXTS = {"timestamp", "meter", "flags"}
_NO_SOC = b"%.4f" % (NO_BATTERY / SOC_STEPS)
"""An empty state of charge, of a site without a battery, as a number."""


def parse(lines: list[bytes], plan: RunPlan, first_line: int) -> Samples:
    """The rows as their own columns say; what follows from them is for the caller to render and compare.

    Args:
        lines: Lines of the file, each ended by a newline.
        plan: The run.
        first_line: Number of the first of them in the file, for messages.

    Raises:
        BadInputError: if a line is not a row of the run.
    """
    samples = _parse_columns(lines, plan)
    if samples is not None and rows.render(samples, plan) == b"".join(lines):
        return samples
    return _parse_lines(lines, plan, first_line)


def _parse_columns(lines: list[bytes], plan: RunPlan) -> Samples | None:
    """All rows at once, ten times as fast as one by one; None where some line is not quite a row of the run."""
    cells = b"".join(lines).replace(b"\n", b",").split(b",")[:-1]
    names = rows.header(plan).decode().strip().split(",")
    if len(cells) != len(lines) * len(names):
        return None
    columns = {name: np.array(cells[i :: len(names)]) for i, name in enumerate(names)}
    try:
        t_utc = _times(columns["timestamp"])
        meter = _mapped(columns["meter"], plan.meters.index) if "meter" in columns else np.zeros_like(t_utc)
        held_s = _mapped(columns["flags"], lambda flags: _held_s(flags.encode(), plan)) if plan.holds else None
        units = {name: _column_units(columns[name], name) for name in names if name not in _TEXTS}
    except ValueError:
        return None
    meter_dw, since_start = units["meter_kw"], t_utc - plan.timeline.start_utc
    inside = (since_start >= 0) & (since_start < plan.timeline.seconds) & (since_start % plan.every_s == 0)
    inside &= (meter_dw >= plan.meter_range.low_dw) & (meter_dw <= plan.meter_range.high_dw)
    if not inside.all():
        return None
    battery_dw, soc_steps = units.get("battery_kw"), units.get("soc")
    return Samples(t_utc, meter, meter_dw, units["pv_kw"], battery_dw, soc_steps, held_s=held_s)


def _times(texts: digits.Texts) -> Ints:
    """Unix times of `2024-06-21T12:00:00+02:00`."""
    if texts.dtype.itemsize != len(_TIME):
        raise ValueError(texts[:1])
    octets, marks = texts.view(np.uint8).reshape(-1, len(_TIME)), np.frombuffer(_TIME, dtype=np.uint8)
    if (octets != marks)[:, [_TIME.index(mark, at) for mark, at in _MARKS]].any():
        raise ValueError(texts[:1])
    local = texts.astype(f"S{_LOCAL_CHARS}").astype("M8[s]").astype(np.int64)
    offsets = np.array([text[_LOCAL_CHARS:] for text in texts.tolist()])
    return local - _mapped(offsets, _offset_s)


def _offset_s(text: str) -> int:
    return _YEAR_2000_UTC - int(datetime.fromisoformat(f"2000-01-01T00:00:00{text}").timestamp())


def _mapped(texts: digits.Texts, number_of: Callable[[str], int]) -> Ints:
    """A number for each text, looked up once for those that are equal."""
    distinct, index = np.unique(texts, return_inverse=True)
    numbers = [number_of(text.decode()) for text in distinct.tolist()]
    return np.array(numbers, dtype=np.int64)[index]


def _column_units(texts: digits.Texts, name: str) -> Ints:
    """Numbers in units of 1/10,000; whoever calls renders them again, so that nothing else passes for them."""
    if name == "soc" and (texts == b"").any():
        texts = np.where(texts == b"", _NO_SOC, texts)
    units = np.rint(texts.astype(np.float64) * DW_PER_KW)
    if not (np.abs(units) < _TOO_MANY).all():  # also refuses NaN
        raise ValueError(texts[:1])
    return units.astype(np.int64)


def _parse_lines(lines: list[bytes], plan: RunPlan, first_line: int) -> Samples:
    """Row by row, so that the first wrong one is named."""
    meters = {name.encode(): i for i, name in enumerate(plan.meters)}
    columns: list[list[int]] = []
    for number, line in enumerate(lines, start=first_line):
        try:
            timestamp, *rest = line.rstrip(b"\n").split(b",")
            meter = meters[rest.pop(0)] if plan.names_meters else 0
            since_start = int(datetime.fromisoformat(timestamp.decode()).timestamp()) - plan.timeline.start_utc
            power_dw = _units(rest[0])
            others = [_units(rest[i]) for i in ((1, 3) if plan.has_battery else (1,))]
            others += [_units(rest[4] or _NO_SOC)] if plan.has_battery else []
            others += [_held_s(rest[-1], plan)] if plan.holds else []
        except (ValueError, KeyError, IndexError) as error:
            raise BadInputError(f"{_shown(line)} is not a row of this run", where=f"line {number}") from error
        if not 0 <= since_start < plan.timeline.seconds or since_start % plan.every_s:
            raise BadInputError(f"{_shown(timestamp)} is not a time of this run", where=f"line {number}")
        if not plan.meter_range.low_dw <= power_dw <= plan.meter_range.high_dw:
            raise BadInputError(f"a meter power of {_shown(rest[0])} kW is out of range", where=f"line {number}")
        columns.append([since_start // plan.every_s * len(meters) + meter, power_dw, *others])
    arrays = list(np.array(columns, dtype=np.int64).T)
    row, meter_dw, pv_dw, *more = arrays
    names = [*(("battery_dw", "soc_steps") if plan.has_battery else ()), *(("held_s",) if plan.holds else ())]
    return Samples.of_rows(plan, row, meter_dw, pv_dw, **dict(zip(names, more, strict=True)))


def _held_s(flags: bytes, plan: RunPlan) -> int:
    """How many seconds of a row the value before stands for: `held`, or of a longer period `held:37`."""
    if not flags:
        return 0
    word, _, seconds = flags.partition(b":")
    if word != b"held" or (plan.every_s > 1) != seconds.isdigit():
        raise ValueError(flags)
    return int(seconds or b"1")


def _units(text: bytes) -> int:
    """A number with four decimals, in units of the last: kW in 0.1 W, a state of charge in 1/10,000."""
    whole, point, fraction = text.removeprefix(b"-").partition(b".")
    if not point or len(fraction) != _FRACTION_DIGITS or not (whole + fraction).isdigit():
        raise ValueError(text)
    units = int(whole) * DW_PER_KW + int(fraction)
    return -units if text.startswith(b"-") else units


def first_difference(found: bytes, wanted: bytes, first_line: int) -> BadInputError:
    """The error that names the first line in which two texts differ."""
    found_lines, wanted_lines = found.splitlines(), wanted.splitlines()
    for number, (ours, theirs) in enumerate(zip(found_lines, wanted_lines, strict=False), start=first_line):
        if ours != theirs:
            what = f"the line is {_shown(ours)} and should be {_shown(theirs)}"
            return BadInputError(what, where=f"line {number}")
    return BadInputError("the file ends early", where=f"line {first_line + len(found_lines)}")


def _shown(text: bytes) -> str:
    return repr(text[:_SHOWN_BYTES].decode("utf-8", errors="backslashreplace").rstrip("\n"))
