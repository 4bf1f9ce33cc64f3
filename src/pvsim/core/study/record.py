"""What a case of a study is when it travels: to a worker as a job, back as a result, and on disk as a record."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import msgspec

from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.figure_tables import FIGURES, Kind, figure_columns, figure_rows
from pvsim.core.results.hour_sums import POWERS
from pvsim.core.results.input_counts import INPUT_COUNTS, InputCounts

if TYPE_CHECKING:
    from pvsim.core.results.summary import Summary
    from pvsim.errors import PvsimError

__all__ = [
    "CaseError",
    "CaseRecord",
    "CaseResult",
    "Figures",
    "Hours",
    "Job",
    "JobCase",
    "decode_results",
    "encode_results",
    "hours_of",
    "misfit_of",
    "single_figures",
]

Figures: TypeAlias = dict[str, float | int | str | bool | None]
"""The single figures of a run by the names of `pvsim query`, such as `energy_kwh_import`."""

Hours: TypeAlias = dict[str, list[float | None]]
"""Mean powers in kW of the 24 hours of the local clock, of all days and all meters together; None where an hour
has no row. `load`, `pv`, `net` (load − PV) and `battery`, positive charges."""


_MEANT: Mapping[Kind, str] = {float: "not a number", int: "not a whole number", str: "not a text"}
_HOURS = DAY_S // HOUR_S
_TOO_LARGE = 2**63
"""A whole number that tables do not hold."""


class CaseError(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a case failed.

    Attributes:
        kind: Name of the error's class, for example `BadInputError`.
        what: What happened.
        where: The file, line or option that it happened at.
        field: What of the case is wrong, by its path: `pv.peak_kw`.
        fix: What the user can do.
        trace: Of a defect of pvsim, where in its code.
    """

    kind: str
    what: str
    where: str = ""
    field: str = ""
    fix: str = ""
    trace: str = ""

    @classmethod
    def of(cls, error: "PvsimError", trace: str = "") -> Self:
        """From an error, all its problems in one text."""
        what = str(error).removeprefix(f"{error.where}: ")
        return cls(type(error).__name__, what, error.where, error.field, error.fix, trace)


class JobCase(msgspec.Struct, frozen=True):
    """A case as a worker needs it.

    Attributes:
        number: Its place in the study.
        id: What it is known by in any study.
        config: Its `RunConfig` as JSON.
    """

    number: int
    id: str
    config: msgspec.Raw


class Job(msgspec.Struct, frozen=True):
    """Cases that one worker carries out together.

    Attributes:
        number: Counts the jobs.
        cases: In rising order of their numbers.
    """

    number: int
    cases: tuple[JobCase, ...]

    def encode(self) -> bytes:
        """As JSON."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """From JSON.

        Raises:
            msgspec.MsgspecError: it is none.
        """
        return msgspec.json.decode(data, type=cls)


class CaseResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a worker found of a case: its figures, the counts of its inputs and its hours, or its error."""

    number: int
    id: str
    figures: Figures = {}
    hours: Hours = {}
    inputs: InputCounts = {}
    error: CaseError | None = None


class CaseRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is on disk of a case that is done or has failed.

    Attributes:
        number: Its place in the study.
        id: Sixteen hexadecimal digits of the digest of its configuration: what it is known by in any study.
        variant: The name of its `[[compare]]`; empty without one.
        parameters: What was set for it, by path.
        repeat: Which repeat it is, from 0.
        seed: Its seed.
        figures: Its single figures; empty where it failed.
        hours: Its mean powers by hour of the day; empty where it failed.
        inputs: What was filled, clipped or cut in its inputs; empty where there is nothing to count.
        error: Why it failed; None where it did not.
    """

    number: int
    id: str
    variant: str
    parameters: Mapping[str, Any]
    repeat: int
    seed: int
    figures: Figures = {}
    hours: Hours = {}
    inputs: InputCounts = {}
    error: CaseError | None = None


def encode_results(results: list[CaseResult]) -> bytes:
    """The results of a job as JSON."""
    return msgspec.json.encode(results)


def decode_results(data: bytes) -> list[CaseResult]:
    """The results of a job from JSON.

    Raises:
        msgspec.MsgspecError: they are none.
    """
    return msgspec.json.decode(data, type=list[CaseResult])


def misfit_of(record: CaseRecord) -> str:
    """What of a record is not what its name says, such as a text for a number; "" where nothing is."""
    for of, values, kinds in (("figures", record.figures, _kinds()), ("inputs", record.inputs, INPUT_COUNTS)):
        for name, value in values.items():
            kind = kinds.get(name)
            if value is not None and kind is not None and not _is_of(kind, value):
                return f"{of}.{name} is {value!r}, {_MEANT.get(kind, 'which is in no record')}"
    for name, means in record.hours.items():
        if len(means) != _HOURS:
            return f"hours.{name} has {len(means):,} values, not {_HOURS}"
    return ""


def _is_of(kind: Kind, value: float | str) -> bool:
    if isinstance(value, bool | str):
        return kind is type(value)
    if kind is int:
        return -_TOO_LARGE <= value < _TOO_LARGE and value == int(value)
    return kind is float


@cache
def _kinds() -> Mapping[str, Kind]:
    return figure_columns()[FIGURES]


def single_figures(summary: "Summary") -> Figures:
    """The figures of a run that are one value each, as `pvsim query` has them in its table `figures`."""
    row = figure_rows(summary)[FIGURES][0]
    return {name: value for name, value in row.items() if not isinstance(value, list)}


def hours_of(hour_dws: Ints, hour_s: Ints, *, battery: bool) -> Hours:
    """The mean powers of a run by hour of the local clock, from the sums that `HourSums` has.

    Args:
        hour_dws: Sums of each power.
        hour_s: Seconds of each hour.
        battery: Whether the run has one.
    """
    dws = dict(zip(POWERS, hour_dws, strict=True))
    powers = {"load": dws["load"], "pv": dws["pv"], "net": dws["load"] - dws["pv"]}
    if battery:
        powers["battery"] = dws["battery_charge"] - dws["battery_discharge"]
    seconds = hour_s.tolist()
    return {
        name: [each / s / DW_PER_KW if s else None for each, s in zip(by_hour.tolist(), seconds, strict=True)]
        for name, by_hour in powers.items()
    }
