"""How a figure is distributed over many, as percentiles of the nearest rank."""

from collections.abc import Sequence

import msgspec

__all__ = ["Distribution", "OverMeters", "nearest_rank"]


class Distribution(msgspec.Struct, frozen=True):
    """How a figure differs between meters. Percentiles are those of the nearest rank.

    Attributes:
        p5: 5 % of the meters have this or less.
        p50: The median meter.
        p95: 95 % of the meters have this or less.
    """

    p5: float
    p50: float
    p95: float


class OverMeters(msgspec.Struct, frozen=True):
    """Figures of single meters, as they are distributed over the meters of a run that has several.

    Meters of which a figure is null are left out of its distribution; it is null if all are.

    Attributes:
        load_kwh: `energy_kwh.load` of each meter.
        pv_kwh: `energy_kwh.pv` of each meter.
        import_kwh: `energy_kwh.import` of each meter.
        export_kwh: `energy_kwh.export` of each meter.
        self_consumption: Of each meter.
        self_sufficiency: Of each meter.
        peak_import_kw: `peak_kw.import` of each meter.
        peak_import_15min_kw: `peak_kw.import_15min` of each meter.
        peak_load_15min_kw: Of each meter.
        load_factor: Of each meter.
        full_cycles: `battery.full_cycles` of each meter that has a battery.
        money_total: `total` of the bill of each meter, as `money.meters` has it.
    """

    load_kwh: Distribution | None
    pv_kwh: Distribution | None
    import_kwh: Distribution | None
    export_kwh: Distribution | None
    self_consumption: Distribution | None
    self_sufficiency: Distribution | None
    peak_import_kw: Distribution | None
    peak_import_15min_kw: Distribution | None
    peak_load_15min_kw: Distribution | None = None
    load_factor: Distribution | None = None
    full_cycles: Distribution | None = None
    money_total: Distribution | None = None


def nearest_rank(ranked: Sequence[float], percent: int) -> float:
    """The lowest of some values that at least so many percent of them do not exceed.

    Args:
        ranked: The values in rising order, at least one.
        percent: 1 to 100.
    """
    return ranked[-(-len(ranked) * percent // 100) - 1]
