"""A building as `meter.source` says it: `household`, or with what it uses in a year: `household:3200`."""

import re
from difflib import get_close_matches
from typing import cast

from pvsim.config.ports import Outside
from pvsim.core.site.energy import BOUNDS_KWH, AnnualKwh, BuildingName
from pvsim.core.site.energy_text import parse_annual_kwh
from pvsim.errors import UsageError

__all__ = ["building_of", "near_energy", "own_energy"]

_FIELD = "meter.source"
_WITH_ENERGY = re.compile(r"([A-Za-z]+)\s*([:=,;/@~]|\s)\s*(\d.*)", re.DOTALL)
_ALSO_CALLED = {"home": "household", "house": "household"}


def building_of(text: str) -> BuildingName | None:
    """The kind of building that is meant, with its energy or without; None where none is."""
    kind = text.partition(":")[0]
    return cast("BuildingName", kind) if kind in BOUNDS_KWH else None


def own_energy(text: str, outside: Outside) -> AnnualKwh | None:
    """What a building uses in a year as its own text says it; None where it does not.

    Raises:
        UsageError: if what follows the colon is no energy, or the text is the name of a file too.
    """
    kind, colon, energy = text.partition(":")
    if not colon:
        return None
    if outside.exists(text):
        what = f"`{_FIELD}` {text} is a file here, and a {kind} that uses so much in a year"
        raise UsageError(
            what, field=_FIELD, fix=f"write ./{text} for the file, or give the energy as `annual_kwh`"
        )
    fix = f"for example {kind}:4000, {kind}:3000..5000 or {kind}:4000~20%"
    if not energy.strip():
        what = f"`{_FIELD}` {text} lacks the energy after the colon"
        raise UsageError(what, field=_FIELD, fix=f"{fix}; or leave the colon out")
    try:
        found = parse_annual_kwh(energy, _FIELD)
    except UsageError as error:
        about = error.what.removeprefix(f"`{_FIELD}`").removeprefix(":").strip()
        raise UsageError(f"`{_FIELD}` {text}: after the colon {about}", field=_FIELD, fix=fix) from error
    if isinstance(found, tuple):
        what = f"`{_FIELD}` {text} lists several energies, and a meter has one"
        fix = f"for example {kind}:{found[0]:g}; of several meters, `annual_kwh` {energy} lists them"
        raise UsageError(what, field=_FIELD, fix=fix)
    return found


def near_energy(text: str, outside: Outside, others: tuple[str, ...]) -> UsageError | None:
    """What nearly is a building with its energy, and neither one nor a file; None where it is not near.

    Args:
        text: What a meter is said to be.
        outside: Where files are.
        others: Other kinds of meters.
    """
    found = _WITH_ENERGY.fullmatch(text)
    if found is None or outside.exists(text):
        return None
    word, mark, energy = found.groups()
    if word in others:
        if mark != ":":
            return None
        what = f"`{_FIELD}` {text}: only {', '.join(BOUNDS_KWH)} have an annual energy"
        return UsageError(what, field=_FIELD, fix=f"use {word}, or for example household:{energy}")
    try:
        parse_annual_kwh(energy, _FIELD)
    except UsageError:
        return None
    near = get_close_matches(word.lower(), [*BOUNDS_KWH, *_ALSO_CALLED], n=1)
    if not near:
        return None
    meant = f"{_ALSO_CALLED.get(near[0], near[0])}:{energy}"
    return UsageError(
        f"{text!r} is neither a kind of meter nor a file", field=_FIELD, fix=f"did you mean {meant}?"
    )
