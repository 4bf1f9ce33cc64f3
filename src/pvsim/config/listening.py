"""What `pvsim listen` can be asked for: a service, its meters, and what its rows are made of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import Struct

from pvsim.config.meter_forms import MeterForms, meter_forms, meter_problems
from pvsim.config.meter_tables import MeterTable
from pvsim.config.request import Request
from pvsim.config.single_settings import check_meter_max_w
from pvsim.core.quantities.types import METER_MAX_W, MeterRange
from pvsim.core.run.plan import MAX_METERS
from pvsim.core.site.problems import listed, problems
from pvsim.errors import BadInputError

__all__ = ["ListenFile", "ListenRequest", "forms_of", "meters_of"]


_OF_METER = re.compile(r"meter (\d+)\b")


class ListenRequest(Struct, frozen=True, kw_only=True):
    """A service, as it is asked for.

    Attributes:
        name: Its name, in routing keys and of its directory.
        run: Site, PV power, time zone and seed; what it says of days and meters is not looked at.
        lateness_s: How long a second stays open for readings that come late.
        hold_s: For how long the last value stands for seconds without a reading; 0: not at all.
        silence_s: After how long without a reading a meter counts as silent; 0: never.
        keep_days: How many local days are kept; None: all.
        max_meters: How many meters may join.
        kind: What meters measure that are not described.
        max_w: The most that they may show, in W.
        meters: Those that are described.
    """

    name: str = "home"
    run: Request = Request()
    lateness_s: int = 10
    hold_s: int = 0
    silence_s: int = 60
    keep_days: int | None = None
    max_meters: int = MAX_METERS
    kind: str = "load"
    max_w: int = METER_MAX_W
    meters: tuple[MeterTable, ...] = ()


class ListenFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The file of a service: options of `pvsim listen` by their names, and its meters.

    Attributes:
        meters: Those that send something else than pvsim's own forms, or to a topic of their own.
    """

    meters: tuple[MeterTable, ...] = ()


def meters_of(said: Mapping[str, Any], where: str, lines: Sequence[int] = ()) -> tuple[MeterTable, ...]:
    """The meters that a file describes.

    Args:
        said: Its `meters`, as plain data; without any there are none.
        where: The file.
        lines: On which their tables begin, if each is known.

    Raises:
        BadInputError: if something is wrong: all that is, each with its place.
    """
    found = problems(dict(said), ListenFile)
    if not found:
        tables = msgspec.convert(said, ListenFile).meters
        found = meter_problems(tables)
        if not found:
            return tables
    fix = "correct the file; its settings are in docs/reference/listen.md"
    meters = said.get("meters")
    if not isinstance(meters, list) or len(meters) != len(lines):  # a text may have a line that looks like a table
        raise BadInputError(listed(found), where=where, fix=fix)
    numbers = [_OF_METER.match(problem) for problem in found]
    places = [lines[int(number[1]) - 1] if number else None for number in numbers]
    if len(found) == 1:
        raise BadInputError(found[0], where=where if places[0] is None else f"{where}:{places[0]}", fix=fix)
    with_lines = (one if line is None else f"line {line}: {one}" for line, one in zip(places, found, strict=True))
    raise BadInputError(listed(list(with_lines)), where=where, fix=fix)


def forms_of(request: ListenRequest) -> MeterForms:
    """What the meters of a service look like.

    Raises:
        UsageError: if their range is none.
    """
    forms = meter_forms(request.meters, max_w=check_meter_max_w(request.max_w))
    may = MeterRange.up_to(request.max_w, grid=request.kind == "grid")
    return replace(forms, default=replace(forms.default, meter_range=may))
