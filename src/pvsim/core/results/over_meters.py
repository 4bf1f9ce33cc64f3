"""How the figures of single meters are distributed over a fleet."""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from pvsim.core.results.distribution import Distribution, OverMeters, nearest_rank
from pvsim.core.results.money import Money
from pvsim.core.results.summary import Summary

__all__ = ["over_meters", "with_bills"]

_FIGURES: dict[str, Callable[[Summary], float | None]] = {
    "load_kwh": lambda meter: meter.energy_kwh.load,
    "pv_kwh": lambda meter: meter.energy_kwh.pv,
    "import_kwh": lambda meter: meter.energy_kwh.import_,
    "export_kwh": lambda meter: meter.energy_kwh.export,
    "self_consumption": lambda meter: meter.self_consumption,
    "self_sufficiency": lambda meter: meter.self_sufficiency,
    "peak_import_kw": lambda meter: meter.peak_kw.import_,
    "peak_import_15min_kw": lambda meter: meter.peak_kw.import_15min,
    "peak_load_15min_kw": lambda meter: meter.peak_load_15min_kw,
    "load_factor": lambda meter: meter.load_factor,
    "full_cycles": lambda meter: None if meter.battery is None else meter.battery.full_cycles,
}


def over_meters(meters: Iterable[Summary]) -> OverMeters:
    """The distributions over meters, each figure by itself; goes through the meters once."""
    rows = [tuple(of(meter) for of in _FIGURES.values()) for meter in meters]
    return OverMeters(**{name: _distribution(row[i] for row in rows) for i, name in enumerate(_FIGURES)})


def with_bills(over: OverMeters | None, money: Money | None) -> OverMeters | None:
    """The distributions with that of the bills, where there are several."""
    if over is None or money is None or money.meters is None:
        return over
    return replace(over, money_total=_distribution(bill.total for bill in money.meters.values()))


def _distribution(values: Iterable[float | None]) -> Distribution | None:
    """Percentiles by the nearest rank; None where no meter has the figure."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return Distribution(*(nearest_rank(known, percent) for percent in (5, 50, 95)))
