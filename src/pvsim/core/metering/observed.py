"""What one message of a meter says, or why it says nothing that can be used."""

from dataclasses import dataclass

__all__ = ["Observed", "Refused"]


@dataclass(frozen=True, slots=True)
class Observed:
    """What one body says.

    Attributes:
        t_ms: Its time in Unix milliseconds: its own, or that of its arrival.
        timed: Whether it is its own.
        power_dw: The power in 0.1 W, negative only of a meter at the grid connection; None where it shows
            counters.
        counters_mwh: Counters of imported and exported energy in mWh, in place of power.
    """

    t_ms: int
    timed: bool
    power_dw: int | None
    counters_mwh: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a body cannot be used: a reason to count it by, and what was found."""

    reason: str
    detail: str = ""
