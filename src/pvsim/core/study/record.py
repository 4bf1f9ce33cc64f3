"""What a case of a study is when it travels: to a worker as a job, back as a result, and on disk as a record."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import msgspec

from pvsim.core.quantities.types import DW_PER_KW, Ints
from pvsim.core.results.figure_tables import FIGURES, figure_rows
from pvsim.core.results.hour_sums import POWERS
from pvsim.core.results.input_counts import InputCounts

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
    "single_figures",
]

Figures: TypeAlias = dict[str, float | int | str | bool | None]
"""The single figures of a run by the names of `pvsim query`, such as `energy_kwh_import`."""

Hours: TypeAlias = dict[str, list[float | None]]
"""Mean powers in kW of the 24 hours of the local clock, of all days and all meters together; None where an hour
has no row. `load`, `pv`, `net` (load − PV) and `battery`, positive charges."""


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
