"""A file of measured power, as a request asks for it."""

from difflib import get_close_matches
from math import inf
from pathlib import PurePath
from typing import Any, Literal

from msgspec import UNSET

from pvsim.config.mistakes import Mistakes
from pvsim.config.ports import Outside
from pvsim.config.request import FileOptions, MeterRequest, PvRequest
from pvsim.config.run_config import FileConfig
from pvsim.config.zones import zone_of
from pvsim.core.quantities.typed import parse_date
from pvsim.errors import UsageError

__all__ = ["file_config", "refuse_unused"]

_USUAL = {"scale": "a factor such as 0.5", "annual_kwh": "kWh such as 4000", "peak_kw": "kW such as 8"}


def file_config(
    text: str, options: MeterRequest | PvRequest, outside: Outside, mistakes: Mistakes, *, instead: str
) -> FileConfig | None:
    """The file called `text`; None where there are mistakes.

    Args:
        text: What should be its path.
        options: How to read it.
        outside: Where it is.
        mistakes: Takes what is wrong.
        instead: What else `text` could have been, as a list.
    """
    before, of = len(mistakes), _of(options)
    path = PurePath(text)
    if not text.strip() or (not path.suffix and not outside.exists(text)):
        near = get_close_matches(text, instead.split(", "), n=1)
        fix = f"did you mean {near[0]}?" if near else f"give {instead}, or the path of a CSV file"
        mistakes.add(UsageError(f"{text!r} is neither {instead} nor a file", field=f"{of}.source", fix=fix))
    if options.stamp and options.fill == "interpolate":
        what = f"`{of}.stamp` says which interval a sample is of; with `{of}.fill` interpolate it has none"
        mistakes.add(UsageError(what, field=f"{of}.stamp", fix="leave one of the two out"))
    start, tz = options.start, options.tz
    first_day = None if start is None else mistakes.attempt(lambda: parse_date(start, f"{of}.start"))
    zone = None if tz is None else mistakes.attempt(lambda: zone_of(tz, f"{of}.tz"))
    scaling = _scaling(options, of, mistakes)
    if len(mistakes) > before:
        return None
    absolute = outside.absolute(text)
    return FileConfig(
        path=absolute,
        sha256=outside.sha256(absolute),
        column=options.column,
        time_column=options.time_column,
        unit=options.unit,
        fill=options.fill or "hold",
        gaps=options.gaps,
        start=first_day,
        tz=UNSET if zone is None else zone.key,
        date_order=options.date_order or UNSET,
        stamp=options.stamp or UNSET,
        decimal=options.decimal or UNSET,
        measures=options.kind or UNSET,
        sign="negative" if options.sign == "negative" else UNSET,
        **scaling,
    )


def refuse_unused(options: MeterRequest | PvRequest, mistakes: Mistakes) -> None:
    """What says how to read a file is a mistake where there is none."""
    of = _of(options)
    for name in (*FileOptions.__struct_fields__, "kind"):
        if getattr(options, name) not in {None, "load", "grid"}:  # those are of any meter
            what = f"`{of}.{name}` says how to read a file, but none is given"
            mistakes.add(UsageError(what, field=f"{of}.{name}", fix=f"add `{of}.source` FILE"))


def _of(options: MeterRequest | PvRequest) -> Literal["meter", "pv"]:
    return "pv" if isinstance(options, PvRequest) else "meter"


def _scaling(options: MeterRequest | PvRequest, of: str, mistakes: Mistakes) -> dict[str, Any]:
    """What the powers are scaled with: what was not said stays unset."""
    ways = {name: value for name in _USUAL if (value := getattr(options, name, None)) is not None}
    for name, value in ways.items():
        if not 0 < value < inf:
            what, field = f"`{of}.{name}` is {value:g}, not a number above 0", f"{of}.{name}"
            mistakes.add(UsageError(what, field=field, fix=f"give {_USUAL[name]}"))
    if len(ways) > 1:
        given = [f"`{of}.{name}`" for name in ways]
        fix = f"give one of them: leave {given[1]} out, for example"
        field = given[1].strip("`")
        mistakes.add(UsageError(f"{' and '.join(given)} each scale the file", field=field, fix=fix))
    return ways
