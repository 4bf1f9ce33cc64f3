"""The tables of a page: what its charts show, to be read without them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from pvsim.app.report.forms import Forms
from pvsim.app.report.page import Cell, Table
from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.quantities.types import DWS_PER_KWH
from pvsim.core.results.profile import POWERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pvsim.core.results.profile import ProfileResult
    from pvsim.core.results.summary import Energies, PeriodEnergies, Summary
    from pvsim.core.run.plan import RunPlan

__all__ = ["coincidence", "energies", "fleet", "homes", "hours", "hours_of", "over_meters", "periods"]

_OF_PV = {"pv", "self_consumed"}
_SHARES = {"self_consumption", "self_sufficiency", "load_factor"}
_OF_HOME = {"annual_kwh": 0, "people": 0, "pv_kwp": 2, "battery_kwh": 1, "heat_pump_kwh": 0, "electric_car_kwh": 0}
"""Columns of the table of homes, with their decimals."""
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
        path = f"{where}.{name}_15min"
        if name == "load":
            quarter, path = summary.peak_load_15min_kw, "peak_load_15min_kw"
        rows.append(
            (
                Cell(forms.words[f"energy.{name}"]),
                Cell(forms.number(kwh, 3), kwh, f"energy_kwh.{name}"),
                _power(forms, kw, f"{where}.{name}"),
                _power(forms, quarter, path),
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
    usual_s = HOUR_S * plan.timeline.days
    for hour in hours_of(plan):
        seconds = int(profile.hour_s[hour])
        mark = "" if seconds == usual_s else " *"
        cells = [Cell(f"{hour:02}:00–{hour + 1:02}:00{mark}")]
        for name in names:
            kwh = int(profile.hour_dws[POWERS.index(name), hour]) / DWS_PER_KWH
            cells.append(Cell(forms.number(kwh if seconds else None, 3)))
        rows.append(tuple(cells))
    head = (forms.words["head.hour"], *(_in_kwh(forms, name) for name in names))
    return Table(forms.words["table.hours"], head, tuple(rows))


def hours_of(plan: "RunPlan") -> list[int]:
    """The hours of the local clock that a run has: of a run of whole days all."""
    if plan.timeline.is_whole:
        return list(range(24))
    t_utc = np.arange(plan.timeline.start_utc, plan.timeline.end_utc, 60)
    return sorted(set(((t_utc + plan.timeline.offset_s(t_utc)) // HOUR_S % 24).tolist()))


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
    meters: Mapping[str, Any] = summary.meters or {}
    names = [name for name, _ in _known(summary.energy_kwh, pv=pv)]
    shares = ("self_consumption", "self_sufficiency") if pv else ()
    rows = []
    for name, meter in meters.items():
        at = f"meters.{name}"
        cells = [Cell(name)]
        energies = ((which, getattr(meter.energy_kwh, _attribute(which))) for which in names)
        cells += [Cell(forms.number(kwh, 3), kwh, f"{at}.energy_kwh.{which}") for which, kwh in energies]
        for share in shares:
            cells.append(Cell(forms.percent(getattr(meter, share)), getattr(meter, share), f"{at}.{share}"))
        cells.append(_power(forms, meter.peak_kw.import_, f"{at}.peak_kw.import"))
        cells.append(_power(forms, meter.peak_kw.export, f"{at}.peak_kw.export"))
        rows.append(tuple(cells))
    titles = (forms.words[f"figure.{share}"] for share in shares)
    peaks = (forms.words["head.peak_import_kw"], forms.words["head.peak_export_kw"])
    head = (forms.words["head.meter"], *(_in_kwh(forms, name) for name in names), *titles, *peaks)
    return Table(forms.words["table.fleet"], head, tuple(rows), folded=True)


def over_meters(summary: "Summary", forms: Forms, *, pv: bool = True) -> Table | None:
    """How figures differ between the meters; None where a run has one."""
    over = summary.over_meters
    if over is None:
        return None
    rows = []
    for name in over.__struct_fields__:
        each = getattr(over, name)
        if each is None or (not pv and name.startswith(("pv_", "self_"))):
            continue
        cells = [Cell(forms.words[f"over.{name}"])]
        for part in each.__struct_fields__:
            value = getattr(each, part)
            shown = forms.percent(value) if name in _SHARES else forms.number(value, 3)
            cells.append(Cell(shown, value, f"over_meters.{name}.{part}"))
        rows.append(tuple(cells))
    head = tuple(forms.words[f"head.{name}"] for name in ("figure", "p5", "p50", "p95"))
    return Table(forms.words["table.over"], head, tuple(rows))


def homes(found: "Mapping[str, Mapping[str, Any]]", forms: Forms) -> Table | None:
    """What there is at the home of each meter; None where nothing is known of them."""
    names = [name for name in _OF_HOME if any(name in home for home in found.values())]
    if not names:
        return None
    rows = [
        (Cell(meter), *(Cell(forms.number(home.get(name), _OF_HOME[name])) for name in names))
        for meter, home in found.items()
    ]
    head = (forms.words["head.meter"], *(forms.words[f"home.{name}"] for name in names))
    return Table(forms.words["table.homes"], head, tuple(rows), folded=True)


def coincidence(summary: "Summary", forms: Forms, *, pv: bool = True) -> Table | None:
    """Highest quarters of an hour of so many meters together; None where a run has one."""
    if summary.coincidence is None:
        return None
    known = [name for name in ("load", "import") if pv or name == "load" or summary.energy_kwh.load is None]
    if summary.energy_kwh.load is None:
        known.remove("load")
    rows = []
    for i, peak in enumerate(summary.coincidence):
        cells = [Cell(forms.number(peak.meters), peak.meters, f"coincidence.{i}.meters")]
        for name in known:
            power, share = (getattr(peak, f"{name}_{what}") for what in ("w_per_meter", "coincidence"))
            cells.append(Cell(forms.number(power), power, f"coincidence.{i}.{name}_w_per_meter"))
            cells.append(Cell(forms.percent(share), share, f"coincidence.{i}.{name}_coincidence"))
        rows.append(tuple(cells))
    names = ("first_meters", *(f"{name}_{what}" for name in known for what in ("w_per_meter", "coincidence")))
    return Table(
        forms.words["table.coincidence"], tuple(forms.words[f"head.{name}"] for name in names), tuple(rows)
    )


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
