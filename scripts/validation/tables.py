# ruff: noqa: INP001 - stands beside the scripts that import it
"""The tables of the page about the building models, in Markdown."""

from typing import TYPE_CHECKING, Any, TypeAlias

import measured
import worse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Found: TypeAlias = dict[str, Any]
"""What `compute.everything` gives, of this version or of another."""

PERCENT, TENTHS, HUNDREDTHS, WATTS, PLAIN = "{:.1%}", "{:.1f}", "{:.2f}", "{:,.0f}", "{:.0f}"
NOTHING = "–"


def differences(now: Found, before: Found) -> str:
    """Homes of one annual energy."""
    of_now, of_before = now["one_energy"], before["one_energy"]
    rows = [_head("homes of 3,500 kWh", "measured", "pvsim", "ratio", "pvsim 0.1")]
    singles: list[tuple[str, float | None, Callable[[Found], Any], str]] = [
        ("self-sufficiency, mean", None, lambda f: f["self_sufficiency"]["mean"], PERCENT),
        ("the same, sd in points", measured.SUFFICIENCY_SD, lambda f: 100 * f["self_sufficiency"]["sd"], TENTHS),
        ("self-consumption, mean", None, lambda f: f["self_consumption"]["mean"], PERCENT),
        ("the same, sd in points", None, lambda f: 100 * f["self_consumption"]["sd"], TENTHS),
        ("correlation of quarter hours", measured.FOUR_CORRELATION, lambda f: f["pair_correlation"], HUNDREDTHS),
    ]
    for name, theirs, of, form in singles:
        ours, old = of(of_now), of(of_before)
        ratio = NOTHING if theirs is None else f"{ours / theirs:.2f}"
        cells = (NOTHING if theirs is None else form.format(theirs), form.format(ours), ratio, form.format(old))
        rows.append(_row(name, *cells))
    spans: list[tuple[str, str, tuple[float, float] | None, str]] = [
        ("self-sufficiency", "self_sufficiency", measured.SUFFICIENCY, "{:.0%}"),
        ("weekly energies, coefficient of variation", "weekly_cv", measured.WEEKLY_CV, HUNDREDTHS),
        ("the same, SimBench", "weekly_cv", measured.FOUR_WEEKLY_CV, HUNDREDTHS),
        ("base load (P5 of the seconds) in W", "base_w", None, WATTS),
        ("load factor: mean over highest quarter hour", "load_factor", measured.FOUR_LOAD_FACTOR, "{:.3f}"),
        ("hour of the evening peak", "evening_hour", measured.FOUR_EVENING, PLAIN),
        ("share of the energy from 9 to 17 h", "daytime_share", measured.FOUR_DAYTIME, "{:.0%}"),
        ("P50 of the 1-min change in W", "steps_w_50", measured.STEP_P50_W, TENTHS),
    ]
    for name, key, ends, form in spans:
        spread, old_spread = (_range(f["one_energy"][key], form) for f in (now, before))
        rows.append(_row(name, _between(ends, form), spread, _middle_ratio(ends, of_now[key]), old_spread))
    return "\n".join(rows)


def in_a_street(now: Found, before: Found) -> str:
    """Homes of a street, with energies of their own."""
    low, high = measured.STREET_SD

    def sd(found: Found) -> float:
        return 100 * float(found["street"]["self_consumption"]["sd"])

    ratio = sd(now) / ((low + high) / 2)
    rows = [
        _head("56 homes of a street under the same roof", "measured", "pvsim", "ratio", "pvsim 0.1"),
        _row(
            "self-consumption, sd in points",
            f"{low} (74 homes), {high} (16)",
            TENTHS.format(sd(now)),
            f"{ratio:.2f}",
            TENTHS.format(sd(before)),
        ),
    ]
    for name, key, form in (
        ("self-consumption", "self_consumption", "{:.0%}"),
        ("self-sufficiency", "self_sufficiency", "{:.0%}"),
        ("annual energy in kWh", "annual_kwh", WATTS),
    ):
        ours, old = (_range(f["street"][key], form) for f in (now, before))
        rows.append(_row(name, NOTHING, ours, NOTHING, old))
    counts = list(now["december"]["coincident_w"])
    rows += [
        "",
        _head("highest quarter hour of December, W a home", *(f"{n} home{'s' * (n != '1')}" for n in counts)),
    ]
    for version, found in (("pvsim", now), ("pvsim 0.1", before)):
        rows.append(_row(version, *(WATTS.format(found["december"]["coincident_w"][count]) for count in counts)))
    return "\n".join(rows)


def seasons(now: Found, before: Found) -> str:
    """Months and hours of the mean home."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    rows = [_head("mean power of a month, year = 1", *names)]
    rows.append(_row("H25 (BDEW 2025)", *(HUNDREDTHS.format(value) for value in measured.H25_MONTHS)))
    rows.append(_row("four homes (SimBench 2016)", *(HUNDREDTHS.format(value) for value in measured.FOUR_MONTHS)))
    versions = (("pvsim", now["one_energy"]), ("pvsim 0.1", before["one_energy"]))
    for version, found in versions:
        rows.append(_row(version, *(HUNDREDTHS.format(value) for value in found["month_factors"])))
    rows += ["", _head("hour whose mean is highest", *names)]
    rows.append(_row("H25 (BDEW 2025)", *map(str, measured.H25_PEAKS)))
    for version, found in versions:
        rows.append(_row(version, *map(str, found["peak_hours"])))
    hours = ("summer_17_19", "winter_05_06", "winter_23_01")
    rows += ["", _head("mean power, year = 1", "Jun–Aug, 17–19 h", "Dec–Feb, 05–06 h", "Dec–Feb, 23–01 h")]
    rows.append(_row("H25 (BDEW 2025)", *(HUNDREDTHS.format(measured.H25_HOURS[key]) for key in hours)))
    rows.append(
        _row("four homes (SimBench 2016)", *(HUNDREDTHS.format(measured.FOUR_HOURS[key]) for key in hours))
    )
    for version, found in versions:
        rows.append(_row(version, *(HUNDREDTHS.format(found[key]) for key in hours)))
    return "\n".join(rows)


def seconds(now: Found, before: Found) -> str:
    """Quantiles of seconds and of the changes of minutes."""
    levels = ("50", "95", "99", "99.9")
    rows = [_head("1-s power in W", *(f"P{level}" for level in levels), "above 9 kW")]
    for key, source, theirs, kwh in (
        ("htw", "74 homes (HTW Berlin)", measured.HTW_QUANTILES_W, measured.HTW_KWH),
        (
            "couple",
            "a couple (LoadProfileGenerator CHR01, a model)",
            measured.COUPLE_QUANTILES_W,
            measured.COUPLE_KWH,
        ),
    ):
        rows.append(_row(f"{source}, {kwh:,.0f} kWh", *(WATTS.format(watts) for watts in theirs), NOTHING))
        for version, found in (("pvsim", now), ("pvsim 0.1", before)):
            cells = [_median(found[key][f"quantiles_w_{level}"]) for level in levels]
            rows.append(_row(f"{version}, {kwh:,.0f} kWh", *cells, f"{found[key]['above_9_kw']['mean']:.3%}"))
        medians = [now[key][f"quantiles_w_{level}"]["p50"] for level in levels]
        ratios = [f"{ours / watts:.2f}" for ours, watts in zip(medians, theirs, strict=True)]
        rows.append(_row("ratio", *ratios, NOTHING))
    steps = ("50", "90", "99", "99.9")
    rows += ["", _head("1-min change in W", *(f"P{level}" for level in steps))]
    rows += [_row(source, *(WATTS.format(watts) for watts in theirs)) for source, theirs in measured.STEPS_W]
    for version, found in (("pvsim", now), ("pvsim 0.1", before)):
        for key, kwh in (("htw", measured.HTW_KWH), ("one_energy", 3_500), ("couple", measured.COUPLE_KWH)):
            cells = [_median(found[key][f"steps_w_{level}"]) for level in steps]
            rows.append(_row(f"{version}, {kwh:,.0f} kWh", *cells))
    hours = (3, 7, 12, 15, 19)
    rows += ["", _head("mean power in W, 4,674 kWh", *(f"{hour:02}–{hour + 1:02} h" for hour in hours))]
    of_homes = [str(measured.HTW_HOURS_W.get(hour, NOTHING)) for hour in hours]
    rows.append(_row("74 homes (HTW Berlin)", *of_homes))
    for version, found in (("pvsim", now), ("pvsim 0.1", before)):
        rows.append(_row(version, *(WATTS.format(found["htw"]["hours"][hour]) for hour in hours)))
    return "\n".join(rows)


def house(now: Found, before: Found) -> str:
    """The measured house near Paris."""
    cases = list(now["house"]["points"])
    rows = [_head("PV of four weeks, peak", "the house", "pvsim less the house, points", "pvsim 0.1")]
    for case in cases:
        month, kw = case.split()
        theirs = now["house"]["self_consumption"][case]
        ours, old = (_points(found["house"]["points"][case]) for found in (now, before))
        rows.append(_row(f"{month}, {kw} kWp", PERCENT.format(theirs), ours, old))
    lags = now["house"]["autocorrelation"]["lags"]
    rows += ["", _head("", *(f"minute change P{level}" for level in ("50", "90", "99", "99.9")), *lags)]
    rows.append(
        _row(
            "the house",
            *(WATTS.format(value) for value in now["house"]["steps_w"]["house"]),
            *(HUNDREDTHS.format(value) for value in now["house"]["autocorrelation"]["house"]),
        )
    )
    for version, found in (("pvsim", now), ("pvsim 0.1", before)):
        part = found["house"]
        rows.append(
            _row(
                version,
                *(_range(of, WATTS) for of in part["steps_w"]["ours"]),
                *(_range(of, HUNDREDTHS) for of in part["autocorrelation"]["ours"]),
            )
        )
    return "\n".join(rows)


def energies(now: Found) -> str:
    """What a year's energy is, by kind."""
    rows = [_head("", "asked for", "homes", "energy of the seconds is off by", "seconds above 9 kW")]
    for name, key, kwh in (
        ("household, every second week", "one_energy", 3_500),
        ("household, every fourth week", "htw", measured.HTW_KWH),
        ("office, every fourth week", "office", 9_000),
        ("depot, every fourth week", "depot", 9_000),
    ):
        found = now[key]
        low, high = (found["annual_kwh"][end] / kwh - 1 for end in ("min", "max"))
        rows.append(
            _row(
                name,
                f"{kwh:,.0f} kWh",
                str(found["homes"]),
                f"{low:+.1%} to {high:+.1%}",
                f"{found['above_9_kw']['min']:.3%} to {found['above_9_kw']['max']:.3%}",
            )
        )
    return "\n".join(rows)


def got_worse(now: Found, before: Found) -> str:
    """The figures that are farther from what was measured than before, and how many are not."""
    compared = list(worse.compared(now, before))
    found = [figure for figure in compared if figure.is_worse]
    rows = [_head("figure", "measured", "pvsim", "pvsim 0.1")]
    for figure in found:
        form = figure.form.format
        theirs = form(figure.low) if figure.low == figure.high else f"{form(figure.low)} to {form(figure.high)}"
        rows.append(_row(figure.name, theirs, form(figure.now), form(figure.before)))
    rest = f"The other {len(compared) - len(found)} of {len(compared)} figures are as near or nearer."
    return "\n".join([*rows, "", rest] if found else [rest])


def _between(ends: tuple[float, float] | None, form: str) -> str:
    return NOTHING if ends is None else f"{form.format(ends[0])} to {form.format(ends[1])}"


def _range(of: dict[str, float], form: str) -> str:
    return f"**{form.format(of['p50'])}** ({form.format(of['p10'])} to {form.format(of['p90'])})"


def _points(of: dict[str, float]) -> str:
    return f"**{of['p50']:+.1f}** ({of['p10']:+.1f} to {of['p90']:+.1f})"


def _median(of: dict[str, float]) -> str:
    return _range(of, WATTS)


def _middle_ratio(theirs: tuple[float, float] | None, of: dict[str, float]) -> str:
    """Our median over the middle of the measured range."""
    return NOTHING if theirs is None else f"{2 * of['p50'] / sum(theirs):.2f}"


def _head(*cells: str) -> str:
    return f"{_row(*cells)}\n|{'---|' * len(cells)}"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def blocks(now: Found, before: Found) -> dict[str, str]:
    """Each table by the name of its place on the page."""
    of_both: Sequence[tuple[str, Callable[[Found, Found], str]]] = (
        ("differences", differences),
        ("street", in_a_street),
        ("seasons", seasons),
        ("seconds", seconds),
        ("house", house),
        ("worse", got_worse),
    )
    return {name: make(now, before) for name, make in of_both} | {"energies": energies(now)}
