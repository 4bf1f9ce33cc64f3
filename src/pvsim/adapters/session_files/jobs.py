"""What is left to do for days that are over: plain data, for a worker process."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pvsim.core.session.closed import EndedDay

__all__ = ["Figures", "Job", "Kind", "Listed", "Sealed"]

Kind: TypeAlias = Literal["seal", "list", "figures"]


@dataclass(frozen=True, slots=True)
class Job:
    """One thing: seal a day, so that its directory is that of a run; list one that is sealed; add up its figures.

    Attributes:
        kind: Which.
        path: Directory of the meter's day.
        meter: The meter.
        day: The day, `2024-06-21`.
        ended: What its rows come to, of a day to be sealed.
        config: The configuration of the day, as JSON, likewise.
        crc32: Of the file of its rows, likewise.
    """

    kind: Kind
    path: Path
    meter: str
    day: str
    ended: EndedDay | None = None
    config: bytes = b""
    crc32: int = 0


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealed day is: whether each second has a row, and its file of rows."""

    complete: bool
    gaps: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Energies of a day in kWh, as in its summary."""

    load_kwh: float
    pv_kwh: float
    import_kwh: float
    export_kwh: float


@dataclass(frozen=True, slots=True)
class Listed:
    """What a directory says of a day that was sealed before, which is not in the index."""

    rows: int
    held: int
    sealed: Sealed
    figures: Figures | None
