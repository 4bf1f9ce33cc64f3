"""The data of a page's charts: arrays packed, the rest as plain numbers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from pvsim.app.report.packing import Numbers, packed
from pvsim.core.results.flows import Flow, flows_of
from pvsim.core.results.profile import POWERS

if TYPE_CHECKING:
    from pvsim.core.results.profile import ProfileResult
    from pvsim.core.results.summary import PeriodEnergies, Summary
    from pvsim.core.run.plan import RunPlan

__all__ = ["MAX_DETAIL_BYTES", "chart_data", "days_of_note"]

MAX_DETAIL_BYTES = 700_000
"""A page has 2 MB, of which the charts' script takes 1.1."""

_DETAIL_UNITS = (1, 10)
_WITH_RANGE = {"load", "pv", "import", "export"}
_PER_MILLE = 1_000
_OF_METER: "dict[str, Callable[[Summary], float | None]]" = {
    "load": lambda meter: meter.energy_kwh.load,
    "pv": lambda meter: meter.energy_kwh.pv,
    "import": lambda meter: meter.energy_kwh.import_,
    "export": lambda meter: meter.energy_kwh.export,
    "self_sufficiency": lambda meter: meter.self_sufficiency,
    "self_consumption": lambda meter: meter.self_consumption,
}


def chart_data(plan: "RunPlan", summary: "Summary", profile: "ProfileResult") -> dict[str, Any]:
    """What the charts of a page show."""
    timeline = plan.timeline
    noted = days_of_note(summary)
    return {
        "start_utc": timeline.start_utc,
        "seconds": timeline.seconds,
        "first_date": timeline.first_date.isoformat(),
        "days_in_run": timeline.days,
        "every_s": plan.every_s,
        "bucket_s": profile.bucket_s,
        "offsets": [list(each) for each in zip(timeline.changes_utc, timeline.offsets_s, strict=True)],
        "meters": len(plan.meters),
        "grid_meter": plan.meter_range.grid,
        "battery": plan.has_battery,
        "curtailed": plan.has_export_limit,
        "packed": packed(_arrays(plan, profile, noted)),
        "detail": _packed_detail(plan, profile),
        "shape_s": profile.shape_s,
        "shapes": [[kind, day] for kind, day in noted.items()] if profile.days_dw is not None else [],
        "flows": [list(flow) for flow in _flows(summary)],
        "days": _periods(summary.days),
        "months": _periods(summary.months),
        "fleet": _fleet(summary),
        "duration": None if summary.duration is None else list(summary.duration.grid_kw),
    }


def _flows(summary: "Summary") -> tuple[Flow, ...]:
    """The flows of a run as its rows have them: what went past the building within a longer row is in none."""
    return flows_of(summary.energy_kwh, summary.battery if summary.resolution_s == 1 else None)


def days_of_note(summary: "Summary") -> dict[str, str]:
    """The best, the median and the worst day of a run by self-sufficiency, as `2024-06-21`; the earlier of equals.

    Nothing where a run has less than three days with rows, or the load is not known.
    """
    shares = [
        (day.self_sufficiency, date.fromisoformat(day.period))
        for day in summary.days or ()
        if day.self_sufficiency is not None
    ]
    if len(shares) < len(("best", "median", "worst")):
        return {}
    order = sorted(shares, key=lambda each: (-each[0], each[1]))
    chosen = {"best": order[0], "median": order[(len(order) - 1) // 2], "worst": order[-1]}
    return {kind: day.isoformat() for kind, (_, day) in chosen.items()}


def _arrays(plan: "RunPlan", profile: "ProfileResult", noted: Mapping[str, str]) -> dict[str, Numbers]:
    buckets = profile.buckets
    absent = buckets.periods == 0
    arrays: dict[str, Numbers] = {}
    for i, name in _shown(plan):
        arrays[f"mean.{name}"] = buckets.mean_dw[i]
        if name in _WITH_RANGE:
            arrays[f"low.{name}"] = np.where(absent, np.nan, buckets.lowest_dw[i])
            arrays[f"high.{name}"] = np.where(absent, np.nan, buckets.highest_dw[i])
    if buckets.soc is not None:
        arrays["mean.soc"] = buckets.soc * _PER_MILLE
    return arrays | _noted_days(plan, profile, noted)


def _packed_detail(plan: "RunPlan", profile: "ProfileResult") -> dict[str, Any] | None:
    """The rows of a day in 0.1 W, or in W where that is too long for a page; None where W are too long too."""
    arrays = _detail(plan, profile)
    for unit in _DETAIL_UNITS if arrays else ():
        data = packed(arrays, unit)
        if len(data["text"]) <= MAX_DETAIL_BYTES:
            return data
    return None


def _detail(plan: "RunPlan", profile: "ProfileResult") -> dict[str, Numbers]:
    """Each row of a day. Export follows from the others, and so does import of one meter."""
    if profile.detail_dw is None or profile.detail_known is None:
        return {}
    arrays: dict[str, Numbers] = {
        f"detail.{name}": np.where(profile.detail_known, profile.detail_dw[i], np.nan)
        for i, name in _shown(plan)
        if name != "export" and (len(plan.meters) > 1 or name != "import")
    }
    if profile.detail_soc is not None:
        arrays["detail.soc"] = profile.detail_soc * _PER_MILLE
    return arrays


def _noted_days(plan: "RunPlan", profile: "ProfileResult", noted: Mapping[str, str]) -> dict[str, Numbers]:
    if profile.days_dw is None:
        return {}
    arrays: dict[str, Numbers] = {}
    for kind, day in noted.items():
        number = (date.fromisoformat(day) - plan.timeline.first_date) // timedelta(days=1)
        for i, name in _shown(plan):
            arrays[f"{kind}.{name}"] = profile.days_dw[i, number]
        if profile.days_soc is not None:
            arrays[f"{kind}.soc"] = profile.days_soc[number] * _PER_MILLE
    return arrays


def _shown(plan: "RunPlan") -> list[tuple[int, str]]:
    """The powers that the run has, with their places in a profile."""
    left_out = set() if plan.has_battery else {"battery_charge", "battery_discharge"}
    left_out |= set() if plan.has_export_limit else {"curtailed"}
    return [(i, name) for i, name in enumerate(POWERS) if name not in left_out]


def _periods(periods: "Sequence[PeriodEnergies] | None") -> dict[str, Any] | None:
    if periods is None:
        return None
    first = "meter" if periods[0].load is None else "load"
    return {
        "names": [each.period for each in periods],
        "load": [getattr(each, first) for each in periods],
        "pv": [each.pv for each in periods],
        "import": [each.import_ for each in periods],
        "export": [each.export for each in periods],
        "self_sufficiency": [each.self_sufficiency for each in periods],
    }


def _fleet(summary: "Summary") -> dict[str, Any] | None:
    """Energies and shares of each meter."""
    if summary.meters is None:
        return None
    found: dict[str, list[Any]] = {name: [] for name in ("names", *_OF_METER)}
    for name, meter in summary.meters.items():  # once: those of a large fleet are put together on the way
        found["names"].append(name)
        for figure, of in _OF_METER.items():
            found[figure].append(of(meter))
    return found
