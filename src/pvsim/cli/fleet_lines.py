"""How the meters of a run differ, and how far their peaks coincide, as lines on the terminal."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pvsim.core.results.distribution import Distribution
    from pvsim.core.results.summary import Summary

__all__ = ["fleet_lines"]

_ROUNDED_KWH = 1e-5


def fleet_lines(summary: "Summary") -> list[str]:
    """Some lines where there are several meters; none where there is one."""
    over = summary.over_meters
    if over is None:
        return []
    energy = "load" if over.load_kwh is not None else "import"
    parts = [
        _shown(energy, over.load_kwh or over.import_kwh, " kWh", digits=1),
        _shown("self-consumption", over.self_consumption, "%"),
        _shown("self-sufficiency", over.self_sufficiency if over.self_consumption else None, "%"),
        _shown("cycles", over.full_cycles, "", digits=1),
        _shown("bill", over.money_total, "", digits=2),
    ]
    lines = ["of the meters 5 % · half · 95 % have no more than: " + ", ".join(part for part in parts if part)]
    peaks = summary.coincidence or ()
    for name in ("load", "import"):
        known = [(peak.meters, getattr(peak, f"{name}_w_per_meter")) for peak in peaks]
        if peaks and known[0][1] is not None and (name == "load" or over.load_kwh is None):
            listed = " · ".join(f"{watts:,.0f} W of {meters:,}" for meters, watts in known)
            lines.append(f"15-min peak {name} by meter, of the first meters together: {listed}")
    return [*lines, *_netted(summary)]


def _netted(summary: "Summary") -> list[str]:
    """Why energies may be more than the peaks allow, where they are."""
    energy, peak, meters = summary.energy_kwh, summary.peak_of_all_kw, len(summary.meters or ())
    if peak is None or not meters:
        return []
    hours = summary.rows / meters * summary.resolution_s / 3_600
    more = energy.import_ - peak.import_ * hours, energy.export - peak.export * hours
    if max(more) <= _ROUNDED_KWH:
        return []
    net = "peaks of import and export are net of all meters: one's export meets another's import"
    return [f"{net}; energies are sums over the meters"]


def _shown(name: str, over: "Distribution | None", unit: str, *, digits: int = 0) -> str:
    if over is None:
        return ""
    factor = 100 if unit == "%" else 1
    numbers = (f"{factor * each:,.{digits}f}" for each in (over.p5, over.p50, over.p95))
    return f"{name} {' · '.join(numbers)}{unit}"
