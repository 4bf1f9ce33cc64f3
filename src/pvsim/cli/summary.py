"""What a finished run comes to, as a table on the terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pvsim.cli.fleet_lines import fleet_lines
from pvsim.cli.money import money_lines

if TYPE_CHECKING:
    from pvsim.config import RunConfig
    from pvsim.core.results.summary import Summary
    from pvsim.core.run.plan import RunPlan
    from pvsim.wiring.runs import Run

__all__ = ["beginning", "print_summary"]

_WORTH_SAYING_S = 0.5
_WORTH_SAYING_SHARE = 0.0005
_ON_REQUEST = {"samples.parquet", "report.html"}
_WINDOWS = {60: "1 min", 900: "15 min", 3_600: "1 h"}


def print_summary(summary: "Summary", this: "Run", seconds: float | None = None, broker_s: float = 0.0) -> None:
    """A short table, and where the files are.

    Args:
        summary: What it comes to.
        this: The run.
        seconds: How long it took, without the broker.
        broker_s: How long it took to find the broker, and to fetch and start it where that was needed.
    """
    plan, config = this.models.plan, this.models.config
    took = "" if seconds is None else f" · {seconds:.2f} s"
    if broker_s >= _WORTH_SAYING_S:
        took += f" · broker ready after {broker_s:.1f} s"
    days = beginning(plan)
    sites = f" · {_sites(config)}" if len(plan.meters) > 1 else ""
    click.echo(
        f"{days}{plan.timeline.first_date} · {plan.timeline.zone}{sites} · {summary.rows:,} rows, verified{took}"
    )
    click.echo(_site_line(config))
    _print_table(summary)
    lines = (
        _shares(summary, grid=plan.meter_range.grid),
        _averaged(summary),
        _battery(summary),
        *fleet_lines(summary),
        _among_years(summary),
    )
    click.echo("\n" + "\n".join(line for line in lines if line) + "\n")
    if money := money_lines(summary, config):
        click.echo("\n".join(money) + "\n")
    for note in [*_message_notes(this), *_fuse_notes(summary)]:
        click.echo(f"· {note}", err=True)
    _print_files(this)


def _print_table(summary: "Summary") -> None:
    """Energies and peaks, a row each; what the run does not have is left out."""
    energy, peak = summary.energy_kwh, summary.peak_kw
    if summary.peak_of_all_kw is not None:  # totals beside the peaks of one meter would mislead
        peak = summary.peak_of_all_kw
    click.echo(f"{'':16}{'energy':>14}{'peak':>14}{'15-min peak':>14}")
    for name, kwh, kw, quarter in (
        ("load", energy.load, peak.load, summary.peak_load_15min_kw),
        ("grid meter", energy.meter, peak.meter, None),
        ("PV", energy.pv, peak.pv, None),
        ("self-consumed", energy.self_consumed, None, None),
        ("import", energy.import_, peak.import_, peak.import_15min),
        ("export", energy.export, peak.export, peak.export_15min),
        ("battery charge", energy.battery_charge, None, None),
        ("battery use", energy.battery_discharge, None, None),
        ("curtailed", energy.curtailed, None, None),
        ("above inverter", energy.inverter_clipped or None, None, None),
    ):
        if kwh is not None:
            cells = (f"{kwh:,.3f} kWh", _kw(kw), _kw(quarter))
            click.echo(f"{name:16}" + "".join(f"{cell:>14}" for cell in cells).rstrip())


def _print_files(this: "Run") -> None:
    """Where the rows, the figures and what is made on request are."""
    path, rows = this.directory.path, this.files.names
    others = _others(len(rows) - 1)
    click.echo(f"{_short(path / ('samples' if this.models.config.split == 'day' else rows[0]))}{others}")
    for name in ("samples.parquet", "summary.json", "manifest.json", "report.html"):
        if name not in _ON_REQUEST or (path / name).exists():
            click.echo(_short(path / name))


def _others(partitions: int) -> str:
    """That other partitions have files of rows too, where they do."""
    return f" and those of {partitions:,} other partition{'s' * (partitions > 1)}" if partitions else ""


def beginning(plan: "RunPlan") -> str:
    """What is said before the first day of a run: of which days, or of which part of it, it is."""
    if plan.timeline.clock is not None:
        return f"{plan.timeline.clock} of "
    if not plan.timeline.is_whole:
        return f"the first {plan.timeline.seconds // 3_600} h of "
    return f"{plan.timeline.days} days from " if plan.timeline.days > 1 else ""


def _kw(power: float | None) -> str:
    """A power in a cell of the table; runs of 0.1 said -0.0 of several meters that export nothing."""
    return "" if power is None else f"{power + 0.0:,.4f} kW"


def _shares(summary: "Summary", *, grid: bool) -> str:
    energy = summary.energy_kwh
    shares = [
        f"self-consumption {_percent(summary.self_consumption)}",
        f"self-sufficiency {_percent(summary.self_sufficiency)}",
    ]
    if grid:
        shares = ["the meter is at the grid: load and self-consumption are not known"]
    if energy.curtailed:  # a self-consumption of 100 % would hide it
        lost = energy.curtailed / (energy.pv + energy.curtailed)
        shares.append(f"curtailed {_percent(lost)} of the potential PV energy")
    return " · ".join(shares)


def _averaged(summary: "Summary") -> str:
    """What a meter with longer means would show; nothing where it is the same."""
    rows, *longer = summary.resolution or (None,)
    if rows is None or rows.self_consumption is None:
        return ""
    if rows.window_s in _WINDOWS and not longer:
        return f"these are of means over {_WINDOWS[rows.window_s]}: shorter rows (--every) show less of both"
    if not longer:
        return ""
    if (longer[-1].self_consumption or 0.0) - rows.self_consumption < _WORTH_SAYING_SHARE:
        return ""
    seen = (f"{_WINDOWS[each.window_s]} {_percent(each.self_consumption)}" for each in longer)
    return f"self-consumption from means over {' · '.join(seen)}"


def _battery(summary: "Summary") -> str:
    """So that charge and discharge add up to the reader; nothing without a battery."""
    use = summary.battery
    if use is None:
        return ""
    stored = f"{use.stored_start_kwh:,.3f} → {use.stored_end_kwh:,.3f} kWh ({use.stored_change_kwh:+,.3f})"
    done = f"battery: stored {stored} · losses {use.losses_kwh:,.3f} kWh · {use.full_cycles:,.2f} full cycles"
    if use.from_grid_kwh is None:
        return done
    return f"{done} · too late {use.from_grid_kwh:,.3f} kWh from the grid and {use.to_grid_kwh:,.3f} kWh into it"


def _among_years(summary: "Summary") -> str:
    """Whether the run's sky is a usual one; nothing where there are no other years of the site."""
    found = summary.yield_among_years
    if found is None:
        return ""
    others = f"mean {found.mean:,.0f}, P10 {found.p10:,.0f}, P90 {found.p90:,.0f}"
    place = f"percentile {found.percentile:.0f} of {found.years} years of this site"
    return f"PV yield {found.kwh_per_kwp:,.0f} kWh/kWp: {place} ({others})"


def _message_notes(this: "Run") -> list[str]:
    """What became of messages that are in no row, or stand in for others."""
    counts = this.directory.load().counts or {}
    notes = []
    if held := counts.get("held"):
        notes.append(f"{held:,} s hold the previous value, because no reading came (column flags; manifest)")
    if rejected := counts.get("rejected"):
        notes.append(f"rejected messages: {rejected:,}, kept with their reasons in rejected.jsonl")
    return notes


def _fuse_notes(summary: "Summary") -> list[str]:
    """That the main fuses would have to carry too much."""
    fuse = summary.fuse
    if fuse is None or not fuse.seconds_above:
        return []
    means = "" if summary.resolution_s == 1 else f" in rows of {summary.resolution_s:,} s"
    return [f"main fuses: the grid is above their {fuse.rated_kw:g} kW for {fuse.seconds_above:,} s{means}"]


def _sites(config: "RunConfig") -> str:
    """How many meters there are, and which of their homes have PV and battery."""
    from pvsim.config import NoPvConfig  # noqa: PLC0415

    count, with_pv = len(config.meters), config.homes_with_pv
    if with_pv is None:
        return f"{count:,} meters" + ("" if isinstance(config.pv, NoPvConfig) else ", each with its PV")
    batteries = sum(battery is not None for battery in config.batteries or ())
    return f"{count:,} homes, {with_pv:,} with PV, {batteries:,} with a battery"


def _site_line(config: "RunConfig") -> str:
    """What a site's figures rest on; nothing where there is no site."""
    from pvsim.config import SitePvConfig  # noqa: PLC0415
    from pvsim.core.site.schema import CloudyWeather, FileWeather  # noqa: PLC0415

    if not isinstance(config.pv, SitePvConfig):
        return _line_without_plants(config)
    loads = "".join(f" · {kind}" for kind in _loads(config))
    weather = config.pv.site.weather
    sky = "weather from a file" if isinstance(weather, FileWeather) else "clear sky"
    if isinstance(weather, CloudyWeather):
        sky = f"clouds: {weather.regime}"
    return f"site {config.pv.site.name}{loads} · {sky} · seed {config.seed}\n"


def _line_without_plants(config: "RunConfig") -> str:
    """What is a site's although its plants are not there; nothing where nothing is."""
    from pvsim.config import BuildingMeter, CurveConfig, NoPvConfig  # noqa: PLC0415

    parts = {
        "battery": config.battery is not None or bool(config.batteries),
        "grid connection": config.export_limit_kw is not None or config.connection is not None,
        "tariff": config.tariff is not None,
        "CO2": config.co2 is not None,
    }
    used = [name for name, is_used in parts.items() if is_used]
    if not used and not any(isinstance(meter.source, BuildingMeter) for meter in config.meters):
        return ""
    pv = "PV from a file"
    if isinstance(config.pv, CurveConfig | NoPvConfig):
        pv = "PV of the curve" if isinstance(config.pv, CurveConfig) else "no PV"
    of_site = [f"the site's {', '.join(used)}"] if used else []
    return " · ".join([*_loads(config), pv, *of_site, f"seed {config.seed}"]) + "\n"


def _loads(config: "RunConfig") -> list[str]:
    """The kinds of meters whose power is made for the site."""
    from pvsim.config import BuildingMeter, SyntheticMeter  # noqa: PLC0415
    from pvsim.core.site.energy import plain_kwh  # noqa: PLC0415

    kinds: list[str] = []
    energies: dict[str, list[float]] = {}
    for meter in config.meters:
        if isinstance(meter.source, BuildingMeter):
            load = meter.source.load
            energies.setdefault(load.kind, []).append(plain_kwh(load.annual_kwh))
        elif isinstance(meter.source, SyntheticMeter) and meter.source.model == "uniform":
            kinds.append("random meter (uniform)")
    for kind, of_kind in energies.items():
        least, most = min(of_kind), max(of_kind)
        between = f"{least:,.10g}" if least == most else f"{least:,.10g} to {most:,.10g}"
        kinds.append(f"{kind} of {between} kWh a year")
    return list(dict.fromkeys(kinds))


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
