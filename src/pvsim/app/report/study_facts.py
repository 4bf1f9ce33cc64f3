"""What the page of a study says besides its figures, as plain data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pvsim.core.study.ranking import Objective
    from pvsim.core.study.record import CaseRecord, Hours

__all__ = ["StudyFacts"]


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """How a study was made, and what of its records the page shows whole.

    Attributes:
        name: Of the study.
        period: Its first day and number of days, as the base has them.
        drawn: Paths of the parameters whose values are drawn.
        x: Path of the parameter along the heat map; None is the first that varies, as with `y`.
        y: Path of the one up the heat map.
        objective: What the best combination is the best by; None is what `default_objective` says.
        versions: Of pvsim and what it computes with.
        sha256: Of the study file.
        text: The study file.
        missing: Cases that have no record yet.
        failed: Records of the first cases that have failed.
        hours: Of some combinations, by position, the powers by hour of the day of each case.
    """

    name: str
    period: tuple[str, int]
    drawn: Collection[str] = ()
    x: str | None = None
    y: str | None = None
    objective: "Objective | None" = None
    versions: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    text: str = ""
    missing: int = 0
    failed: "Sequence[CaseRecord]" = ()
    hours: "Mapping[int, Sequence[Hours]]" = field(default_factory=dict)
