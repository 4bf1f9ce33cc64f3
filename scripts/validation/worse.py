# ruff: noqa: INP001 - stands beside the scripts that import it
"""Which figures of the building models are farther from the measured ones than those of the version before."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Any, TypeAlias

import measured

Found: TypeAlias = dict[str, Any]

WORTH_SAYING = 0.02  # by so much the factor between ours and theirs must have grown
COINCIDENT_W, COINCIDENT_HOMES = (900.0, 1_600.0), "92"


@dataclass(frozen=True)
class Compared:
    """A figure that was measured, as a number or as a range: of now, and of the version before.

    Attributes:
        name: What it is, and in which unit.
        low: The lowest that was measured.
        high: The highest; the same as `low` of a single number.
        now: Of this version.
        before: Of that before.
        form: How it is written.
    """

    name: str
    low: float
    high: float
    now: float
    before: float
    form: str

    @property
    def is_worse(self) -> bool:
        """Whether this version is farther off."""
        return self._off(self.now) > self._off(self.before) + WORTH_SAYING

    def _off(self, ours: float) -> float:
        """The factor between ours and the nearest end of theirs, as a logarithm."""
        return max(log(self.low / ours), log(ours / self.high), 0.0)


def compared(now: Found, before: Found) -> Iterator[Compared]:
    """Every figure of the page that has a measured counterpart."""
    yield from _of_one_energy(now["one_energy"], before["one_energy"])
    for key, kwh, theirs in (
        ("htw", measured.HTW_KWH, measured.HTW_QUANTILES_W),
        ("couple", measured.COUPLE_KWH, measured.COUPLE_QUANTILES_W),
    ):
        for level, watts in zip(("50", "95", "99", "99.9"), theirs, strict=True):
            ours, old = (found[key][f"quantiles_w_{level}"]["p50"] for found in (now, before))
            yield Compared(f"P{level} of the seconds in W, {kwh:,.0f} kWh", watts, watts, ours, old, "{:,.0f}")
    for hour, watts in measured.HTW_HOURS_W.items():
        ours, old = (found["htw"]["hours"][hour] for found in (now, before))
        yield Compared(f"mean from {hour} to {hour + 1} h in W, 4,674 kWh", watts, watts, ours, old, "{:,.0f}")
    ours, old = (100 * found["street"]["self_consumption"]["sd"] for found in (now, before))
    low, high = measured.STREET_SD
    yield Compared("sd of self-consumption in a street, points", low, high, ours, old, "{:.1f}")
    ours, old = (found["december"]["coincident_w"][COINCIDENT_HOMES] for found in (now, before))
    low, high = COINCIDENT_W
    yield Compared("highest quarter hour of 92 homes, W a home", low, high, ours, old, "{:,.0f}")
    yield from _of_house(now["house"], before["house"])


def _of_one_energy(now: Found, before: Found) -> Iterator[Compared]:
    sd = measured.SUFFICIENCY_SD
    ours, old = (100 * found["self_sufficiency"]["sd"] for found in (now, before))
    yield Compared("sd of self-sufficiency, points", sd, sd, ours, old, "{:.1f}")
    for name, key, ends, form in (
        ("self-sufficiency", "self_sufficiency", measured.SUFFICIENCY, "{:.0%}"),
        ("variation of weekly energies", "weekly_cv", measured.WEEKLY_CV, "{:.2f}"),
        ("load factor", "load_factor", measured.FOUR_LOAD_FACTOR, "{:.3f}"),
        ("hour of the evening peak", "evening_hour", measured.FOUR_EVENING, "{:.0f}"),
        ("share of the energy from 9 to 17 h", "daytime_share", measured.FOUR_DAYTIME, "{:.0%}"),
        ("P50 of the 1-min change in W", "steps_w_50", measured.STEP_P50_W, "{:.1f}"),
    ):
        low, high = ends
        yield Compared(name, low, high, now[key]["p50"], before[key]["p50"], form)
    mean = measured.FOUR_CORRELATION
    yield Compared(
        "correlation of quarter hours", mean, mean, now["pair_correlation"], before["pair_correlation"], "{:.2f}"
    )
    pairs = zip(measured.H25_MONTHS, measured.FOUR_MONTHS, strict=True)
    for month, theirs in enumerate(pairs, 1):
        ours, old = (found["month_factors"][month - 1] for found in (now, before))
        yield Compared(f"month {month} over the year", min(theirs), max(theirs), ours, old, "{:.2f}")
    for key, name in (
        ("summer_17_19", "June to August, 17 to 19 h"),
        ("winter_05_06", "December to February, 5 to 6 h"),
        ("winter_23_01", "December to February, 23 to 1 h"),
    ):
        theirs = measured.H25_HOURS[key], measured.FOUR_HOURS[key]
        yield Compared(f"{name}, over the year", min(theirs), max(theirs), now[key], before[key], "{:.2f}")


def _of_house(now: Found, before: Found) -> Iterator[Compared]:
    for case, share in now["self_consumption"].items():
        month, kw = case.split()
        ours, old = (share + found["points"][case]["p50"] / 100 for found in (now, before))
        yield Compared(f"self-consumption of the house, {month}, {kw} kWp", share, share, ours, old, "{:.1%}")
    for level, watts, ours, old in zip(
        ("50", "90", "99", "99.9"),
        now["steps_w"]["house"],
        now["steps_w"]["ours"],
        before["steps_w"]["ours"],
        strict=True,
    ):
        name = f"P{level} of the 1-min change of the house in W"
        yield Compared(name, watts, watts, ours["p50"], old["p50"], "{:,.0f}")
    part = now["autocorrelation"]
    for lag, theirs, ours, old in zip(
        part["lags"], part["house"], part["ours"], before["autocorrelation"]["ours"], strict=True
    ):
        name = f"correlation of the house's quarter hours {lag} apart"
        yield Compared(name, theirs, theirs, ours["p50"], old["p50"], "{:.2f}")
