"""What the bodies of one meter look like."""

import json
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pvsim.core.metering.paths import Path
from pvsim.core.quantities.types import BRIEFS_RANGE, DW_PER_W, MeterRange

__all__ = ["MAX_INTERVAL_S", "OWN_PATHS", "MeterForm", "Sign"]

Sign: TypeAlias = Literal[1, -1]

MAX_INTERVAL_S = 3_600
"""The longest that the interval of a counter may be said to be: its seconds stay open for so long."""

OWN_PATHS: tuple[Path, ...] = tuple(
    (name,) for name in ("v", "kind", "run", "meter", "seq", "t_utc", "meter_w", "power_w", "time")
)
"""What is read of bodies in pvsim's own forms."""


@dataclass(frozen=True, slots=True)
class MeterForm:
    """What the bodies of one meter look like.

    Without paths they have one of pvsim's own forms: a reading of the contract, an object with `power_w` and
    perhaps `time`, or a bare number.

    Attributes:
        power: Where the power is; several values (phases) are added.
        energy: Where a counter of energy is, in place of power; several are added.
        energy_export: The same of the energy that flows out, of a meter at the grid connection.
        time: Where the time of the reading is; None: time of arrival.
        bare: Whether the body may be the value itself, without an object around it.
        unit_at: Where a body may name the unit of its power, which must then be W or kW.
        unit_dw: What one of the unit of power is, in 0.1 W.
        unit_mwh: What one of the unit of energy is, in mWh.
        sign: −1 where the device shows import as a negative power.
        rollover_mwh: The state at which a counter goes on from 0; None: it does not roll over.
        max_interval_s: The longest time between two states of a counter over which its energy is spread.
        waits: Whether seconds stay open until the counter has told of them, for so long at most.
        meter_range: What the meter may show; of a meter at the grid connection also negative powers.
        quoted: Names of the fields that are read, in quotes, as in a body.
    """

    power: tuple[Path, ...] = ()
    energy: tuple[Path, ...] = ()
    energy_export: tuple[Path, ...] = ()
    time: Path | None = None
    bare: bool = False
    unit_at: Path | None = None
    unit_dw: int = DW_PER_W
    unit_mwh: int = 1_000
    sign: Sign = 1
    rollover_mwh: int | None = None
    max_interval_s: int = 300
    waits: bool = False
    meter_range: MeterRange = BRIEFS_RANGE
    quoted: tuple[bytes, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = {step for path in self.read_paths for step in path if isinstance(step, str)}
        quoted = tuple(sorted(json.dumps(name, ensure_ascii=False).encode() for name in names))
        object.__setattr__(self, "quoted", quoted)

    @property
    def own(self) -> bool:
        """Whether bodies have pvsim's own forms."""
        return not (self.power or self.energy)

    @property
    def read_paths(self) -> tuple[Path, ...]:
        """All that is read of a body."""
        if self.own:
            return OWN_PATHS
        more = tuple(path for path in (self.time, self.unit_at) if path is not None)
        return (*self.power, *self.energy, *self.energy_export, *more)
