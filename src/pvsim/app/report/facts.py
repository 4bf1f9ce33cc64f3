"""What a page says of a run besides its figures: how it was made, and what became of its messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["RunFacts"]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Facts of a run; those that have the name of a field of its manifest are that field.

    Attributes:
        site: Name of its place; nothing where it has none.
        pv: Whether the run has PV; a meter at the grid connection may have some that nobody knows of.
        homes_with_pv: How many homes of a street have PV; None where all are alike.
        homes: Of each meter what there is at its home, by what the manifest calls it.
        random_meter: Whether a meter draws its powers at random, as no building does.
        export_limits: What may be fed in from a day on in kW, and why; None is no limit.
        command: What repeats the run; nothing where no command does.
        files: Length in bytes and SHA-256 by name.
    """

    run_id: str
    status: str
    seed: int
    config_sha256: str
    versions: Mapping[str, str]
    created_utc: str
    counts: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    missing: Mapping[str, Any] | None = None
    held: Mapping[str, Any] | None = None
    not_promised: Sequence[str] = ()
    site: str = ""
    pv: bool = True
    homes_with_pv: int | None = None
    homes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    random_meter: bool = False
    export_limits: Sequence[tuple[str, float | None, str]] = ()
    command: str = ""
