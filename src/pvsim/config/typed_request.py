"""A request whose every field is of its type, for whoever made it may not have asked a type checker."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, convert
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
    for problem in problems(data, Request):
        name, _, said = problem.partition(": ")
        yield UsageError(f"`{name}`: {said}", field=name, fix="see pvsim.Request")
