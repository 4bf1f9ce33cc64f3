"""Energy counters of a meter's site: sums of its rows since the service began, which only rise.

They are summed in 0.1 W·s, in which each row of a second is exact, and shown in whole Wh. A counter that is made
of rounded powers drifts, and one that falls once counts as a new device to whoever reads it. Import and export are
two counters, never one with a sign. A second without a row adds nothing: its energy is not known.
"""

from typing import Self

import msgspec

__all__ = ["Counters"]

DWS_PER_WH = 36_000


class Counters(msgspec.Struct, frozen=True, omit_defaults=True):
    """Energies in 0.1 W·s, none of them negative.

    Attributes:
        meter_import_dws: What the meter measured with a positive sign: what the building took.
        meter_export_dws: What it measured with a negative one, which only a meter at the grid connection can.
        pv_dws: PV energy.
        import_dws: Drawn from the grid, PV and battery counted.
        export_dws: Fed in.
        charge_dws: What went into the battery, at its AC side.
        discharge_dws: What came out of it.
    """

    meter_import_dws: int = 0
    meter_export_dws: int = 0
    pv_dws: int = 0
    import_dws: int = 0
    export_dws: int = 0
    charge_dws: int = 0
    discharge_dws: int = 0

    @classmethod
    def of_second(cls, meter_dw: int, pv_dw: int, battery_dw: int = 0) -> Self:
        """The energies of one second, from its powers in 0.1 W (battery: positive charges)."""
        grid_dw = meter_dw - pv_dw + battery_dw
        return cls(
            max(meter_dw, 0),
            max(-meter_dw, 0),
            pv_dw,
            max(grid_dw, 0),
            max(-grid_dw, 0),
            max(battery_dw, 0),
            max(-battery_dw, 0),
        )

    def __add__(self, other: "Counters") -> "Counters":
        mine, others = msgspec.structs.astuple(self), msgspec.structs.astuple(other)
        return Counters(*(a + b for a, b in zip(mine, others, strict=True)))

    @property
    def meter_dws(self) -> int:
        """Energy that the meter measured, with its sign."""
        return self.meter_import_dws - self.meter_export_dws

    @property
    def battery_dws(self) -> int:
        """Energy that the battery took, negative where it gave more."""
        return self.charge_dws - self.discharge_dws

    @property
    def wh(self) -> dict[str, int]:
        """The counters in whole Wh, by the names under which they are published."""
        named = zip(self.__struct_fields__, msgspec.structs.astuple(self), strict=True)
        return {f"{name.removesuffix('_dws')}_wh": dws // DWS_PER_WH for name, dws in named}
