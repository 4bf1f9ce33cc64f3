"""Rows read back from the text of a samples file."""

from datetime import datetime

import numpy as np

from pvsim.core.quantities.types import DW_PER_KW
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError

__all__ = ["first_difference", "parse"]

_FRACTION_DIGITS = 4
_SHOWN_BYTES = 120


def parse(lines: list[bytes], plan: RunPlan, first_line: int) -> Samples:
    """The rows as their own columns say; what follows from them is for the caller to render anew and compare.

    Args:
        lines: Lines of the file, each ended by a newline.
        plan: The run.
        first_line: Number of the first of them in the file, for messages.

    Raises:
        BadInputError: if a line is not a row of the run.
    """
    meters = {name.encode(): i for i, name in enumerate(plan.meters)}
    several = len(meters) > 1
    columns: list[list[int]] = []
    for number, line in enumerate(lines, start=first_line):
        try:
            timestamp, *rest = line.rstrip(b"\n").split(b",")
            meter = meters[rest.pop(0)] if several else 0
            since_start = int(datetime.fromisoformat(timestamp.decode()).timestamp()) - plan.timeline.start_utc
            power_dw = _units(rest[0])
            others = [_units(rest[i]) for i in ((1, 3, 4) if plan.has_battery else (1,))]
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
