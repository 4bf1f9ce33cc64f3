"""The tables of a page: what its charts show, to be read without them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pvsim.app.report.forms import Forms
from pvsim.app.report.page import Cell, Table
from pvsim.core.results.profile import POWERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pvsim.core.results.profile import ProfileResult
    from pvsim.core.results.summary import Energies, PeriodEnergies, Summary
    from pvsim.core.run.plan import RunPlan

__all__ = ["energies", "fleet", "hours", "periods"]

_DWS_PER_KWH = 36_000_000
_HOUR_S = 3_600
_OF_PV = {"pv", "self_consumed"}
_ENERGIES = (
    "load",
    "meter",
    "pv",
    "self_consumed",
    "import",
    "export",
    "battery_charge",
    "battery_discharge",
    "curtailed",
)


def energies(summary: "Summary", forms: Forms, *, pv: bool = True) -> Table:
    """Energy, highest power and highest mean of a quarter of an hour of each quantity."""
    of_all = summary.peak_of_all_kw
    peak, where = (summary.peak_kw, "peak_kw") if of_all is None else (of_all, "peak_of_all_kw")
    rows = []
    clipped = summary.energy_kwh.inverter_clipped
    known = [*_known(summary.energy_kwh, pv=pv), *([("inverter_clipped", clipped)] if clipped else [])]
    for name, kwh in known:
        kw, quarter = getattr(peak, _attribute(name), None), getattr(peak, f"{name}_15min", None)
        rows.append(
            (
                Cell(forms.words[f"energy.{name}"]),
                Cell(forms.number(kwh, 3), kwh, f"energy_kwh.{name}"),
                _power(forms, kw, f"{where}.{name}"),
                _power(forms, quarter, f"{where}.{name}_15min"),
            )
        )
    head = tuple(forms.words[f"head.{key}"] for key in ("quantity", "energy_kwh", "peak_kw", "quarter_kw"))
    return Table(forms.words["table.energies"], head, tuple(rows))


def hours(plan: "RunPlan", profile: "ProfileResult", forms: Forms, *, pv: bool = True) -> Table:
    """Energy of each hour of the local clock, over all days of the run."""
    grid = plan.meter_range.grid
    there = {"load": not grid, "pv": pv, "import": True, "export": pv or grid}
    names = [name for name, shown in there.items() if shown]
    names += ["battery_charge", "battery_discharge"] if plan.has_battery else []
    names += ["curtailed"] if plan.has_export_limit else []
    rows = []
    usual_s = _HOUR_S * plan.timeline.days
    for hour in range(24):
        seconds = int(profile.hour_s[hour])
        mark = "" if seconds == usual_s else " *"
        cells = [Cell(f"{hour:02}:00–{hour + 1:02}:00{mark}")]
        for name in names:
            kwh = int(profile.hour_dws[POWERS.index(name), hour]) / _DWS_PER_KWH
            cells.append(Cell(forms.number(kwh if seconds else None, 3)))
        rows.append(tuple(cells))
    head = (forms.words["head.hour"], *(_in_kwh(forms, name) for name in names))
    return Table(forms.words["table.hours"], head, tuple(rows))


def periods(found: "Sequence[PeriodEnergies]", forms: Forms, kind: str, *, pv: bool = True) -> Table:
    """Energies of each day or month; `kind` is `days` or `months`."""
    names = [name for name, _ in _known(found[0], pv=pv)]
    rows = []
    for i, period in enumerate(found):
        cells = [Cell(forms.day(period.period))]
        for name, kwh in _known(period, pv=pv):
            cells.append(Cell(forms.number(kwh, 3), kwh, f"{kind}.{i}.{name}"))
        rows.append(tuple(cells))
    head = (forms.words[f"head.{kind}"], *(_in_kwh(forms, name) for name in names))
    return Table(forms.words[f"table.{kind}"], head, tuple(rows), folded=True)


def fleet(summary: "Summary", forms: Forms, *, pv: bool = True) -> Table:
    """Energies, shares and peaks of each meter of a run that has several."""
    meters: dict[str, Any] = summary.meters or {}
    names = [name for name, _ in _known(summary.energy_kwh, pv=pv)]
    shares = ("self_consumption", "self_sufficiency") if pv else ()
    rows = []
    for name, meter in meters.items():
        at = f"meters.{name}"
        cells = [Cell(name)]
        cells += [
            Cell(forms.number(kwh, 3), kwh, f"{at}.energy_kwh.{which}")
            for which, kwh in _known(meter.energy_kwh, pv=pv)
        ]
        for share in shares:
            cells.append(Cell(forms.percent(getattr(meter, share)), getattr(meter, share), f"{at}.{share}"))
        cells.append(_power(forms, meter.peak_kw.import_, f"{at}.peak_kw.import"))
        cells.append(_power(forms, meter.peak_kw.export, f"{at}.peak_kw.export"))
        rows.append(tuple(cells))
    titles = (forms.words[f"figure.{share}"] for share in shares)
    peaks = (forms.words["head.peak_import_kw"], forms.words["head.peak_export_kw"])
    head = (forms.words["head.meter"], *(_in_kwh(forms, name) for name in names), *titles, *peaks)
    return Table(forms.words["table.fleet"], head, tuple(rows), folded=True)


def _known(energy: "Energies", *, pv: bool) -> Iterator[tuple[str, float]]:
    """The energies that a run has, by their names in the summary."""
    for name in _ENERGIES:
        kwh = getattr(energy, _attribute(name))
        if kwh is not None and (pv or name not in _OF_PV):
            yield name, kwh


def _attribute(name: str) -> str:
    return "import_" if name == "import" else name


def _power(forms: Forms, kw: float | None, path: str) -> Cell:
    return Cell("") if kw is None else Cell(forms.number(kw, 3), kw, path)


def _in_kwh(forms: Forms, name: str) -> str:
    return f"{forms.words[f'energy.{name}']}, kWh"
