"""What a user should know of the files that a run has read."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["input_notes"]

_SHOWN_NAMES = 3
_OTHER_SEASON_DAYS = 45


def input_notes(inputs: "Mapping[str, Mapping[str, Any]]", meter_max_w: int) -> list[str]:
    """How the files were read, and what a user should know of it: gaps that were filled, values that were cut."""
    from pvsim.core.results.input_counts import reports_of  # noqa: PLC0415 - most runs read no file

    inputs = reports_of(inputs)
    notes = _readings(inputs)
    above = f"above {meter_max_w} W, taken as {meter_max_w} W (--meter-max-w sets another maximum)"
    for name, report in inputs.items():
        if seconds := report.get("clipped_s"):
            notes.append(f"{name}: {seconds:,} s {above}")
        if "dimmed_s" in report:
            cut, later, less = (f"{report[name]:,.3f} kWh" for name in ("cut_kwh", "later_kwh", "unserved_kwh"))
            seconds = f"{report['dimmed_s']:,} s"
            notes.append(f"{name}: dimmed for {seconds}: {cut} cut, {later} taken later, {less} not at all")
        if "source" not in report:
            continue
        source = report["source"]
        if report.get("has_run_days"):
            option = "--pv-start" if name == "pv" else "--meter-start"
            notes.append(
                f"{name}: {report['first_day']} of {source} is used for {report['run_day']}, "
                f"which the file has too: {option} {report['run_day']} takes it"
            )
        elif report["season_days"] > _OTHER_SEASON_DAYS:
            notes.append(
                f"{name}: {report['first_day']} of {source} is used for {report['run_day']}, "
                f"{report['season_days']} days of the year away; "
                f"to use its own season: --date {report['first_day']}"
            )
        for key, text in (
            ("clipped_low", "below 0 W, taken as 0" if name == "pv" else f"below -{meter_max_w} W, taken as that"),
            ("clipped_high", above),
        ):
            if report[key]:
                notes.append(f"{name}: {key.replace('_', ' ')}: {text}")
    return notes


def _readings(inputs: "Mapping[str, Mapping[str, Any]]") -> list[str]:
    """A line for each file; meters that share one share its line."""
    read = {name: report["reading"] for name, report in inputs.items() if "reading" in report}
    if not read:
        return []
    import msgspec  # noqa: PLC0415 - as below

    from pvsim.core.series import FileReading  # noqa: PLC0415 - most runs read no file

    names: dict[str, list[str]] = {}
    for name, facts in read.items():
        names.setdefault(msgspec.convert(facts, FileReading).line(), []).append(name)
    return [f"{_several(those)}: {line}" for line, those in names.items()]


def _several(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN_NAMES])
    return shown if len(names) <= _SHOWN_NAMES else f"{shown} and {len(names) - _SHOWN_NAMES:,} more"
