"""A request whose every field is of its type, for whoever made it may not have asked a type checker."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import PurePath
from typing import Any

from msgspec import Struct, convert, json
from msgspec.structs import asdict, replace

from pvsim.config.mistakes import Mistakes
from pvsim.config.request import MeterRequest, PvRequest, Request
from pvsim.core.site.energy import EnergyPopulation
from pvsim.core.site.plain_data import plain
from pvsim.core.site.problems import problems
from pvsim.core.site.schema import Site
from pvsim.errors import UsageError

__all__ = ["typed"]

_STRUCTS: dict[str, type[Struct]] = {"meter": MeterRequest, "pv": PvRequest, "annual_kwh": EnergyPopulation}
_MADE_OF = {"site": "Site", "meter": "MeterRequest", "pv": "PvRequest", "annual_kwh": "EnergyPopulation"}
"""What the fields in a field are those of."""
_A_SITE = 'give an example by its name, site="home", the path of a site file, or a pvsim.Site; or leave it out'
_OF_PYTHON = {"null": "None", "true": "True", "false": "False"}
_NO_TEXT = (" is not a text", " is not a text or a list", " is not a text or a table")
_NO_NUMBER = (" is not a number", " is not a whole number", " is not a number or a list or a table")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


def typed(request: Request) -> Request:
    """The request with numbers, texts and lists of Python: `np.float64(4000)` is 4000, an array a list.

    Raises:
        ConfigurationError: if several fields are of another type.
        UsageError: if one is.
    """
    site = request.site if isinstance(request.site, Site) else None  # it is checked as a whole
    fields = {name: _data(name, value) for name, value in asdict(request).items()}
    data = fields | ({} if site is None else {"site": None})
    mistakes = Mistakes()
    for mistake in _wrong_types(data):
        mistakes.add(mistake)
    mistakes.raise_any()
    return replace(convert(data, Request), **({} if site is None else {"site": site}))


def _data(name: str, value: Any) -> Any:
    """A field's value as plain data; a struct that is not its own is left as it is, and is no such data."""
    return value if isinstance(value, Struct) and not isinstance(value, _STRUCTS.get(name, ())) else plain(value)


def _wrong_types(data: dict[str, Any]) -> Iterator[UsageError]:
    if data["site"] == {}:  # else each field that no site may lack is a problem
        yield UsageError("`site`: {} is no site", field="site", fix=_A_SITE)
        data = data | {"site": None}
    for problem in problems(data, Request):
        name, _, said = problem.partition(": ")
        word, space, rest = said.partition(" ")
        said = f"{_OF_PYTHON.get(word, word)}{space}{rest}"
        fix = _instead(_at(data, name), said) or _otherwise(name, said)
        yield UsageError(f"`{name}`: {said}", field=name, fix=fix)


def _at(data: Any, name: str) -> Any:
    """The value of a field: of `meter.kind` that of `kind` in that of `meter`."""
    for part in name.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _instead(value: Any, said: str) -> str:
    """What to give instead of a value of another type, where that is plain from the value; else empty."""
    if said.endswith(_NO_TEXT):
        if isinstance(value, date | time | PurePath):
            text = value.isoformat() if isinstance(value, date | time) else str(value)
            return f"give a text: {json.encode(text).decode()}"
        if isinstance(value, timedelta):
            return f'give a text: "{value.total_seconds():g}s"'
    if said.endswith("is not a whole number") and isinstance(value, float) and value.is_integer():
        return f"give {int(value)}"
    if said.endswith(_NO_NUMBER) and isinstance(value, str) and _NUMBER.fullmatch(value):
        return f"give {value}, without quotes"
    return ""


def _otherwise(name: str, said: str) -> str:
    """What to give for a field, or where that is said."""
    if name == "site":
        return _A_SITE
    field, *nested = re.split("[. ]", name)  # `site.grid.fuse_a`, `site plant 1`
    if said.startswith("None ") and field != "site":  # a site has fields without a default
        return "leave it out, for its default"
    return f"see pvsim.{_MADE_OF.get(field, 'Request') if nested else 'Request'}"
