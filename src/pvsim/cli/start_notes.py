"""What a user should know of a run before it begins."""

from typing import TYPE_CHECKING

from pvsim.cli.connection_notes import connection_notes
from pvsim.cli.energy_notes import energy_notes
from pvsim.cli.input_notes import input_notes
from pvsim.wiring.hours_notes import hours_notes

if TYPE_CHECKING:
    from pvsim.wiring.runs import Run

__all__ = ["start_notes"]


def start_notes(run: "Run", *, resumed: bool = False) -> list[str]:
    """Of its directory, and of its files, energies and limits, which are said once: when it is made."""
    if resumed:
        return [*run.directory.notes]
    config = run.models.config
    read = input_notes(run.models.inputs, config.meter_max_w)
    return [
        *run.directory.notes,
        *hours_notes(config.first_date, config.tz, run.models.plan.timeline.clock),
        *read,
        *energy_notes(config),
        *connection_notes(config),
        *_partition_notes(run.models.plan.partitions, [len(part.meters) for part in run.models.parts]),
    ]


def _partition_notes(total: int | None, meters: list[int]) -> list[str]:
    """How the meters of a run are spread over its partitions."""
    if total is None:
        return []
    each = f"{min(meters):,} to {max(meters):,}" if min(meters) < max(meters) else f"{max(meters):,}"
    lacking = total - len(meters)
    without = f"; {lacking:,} {'has' if lacking == 1 else 'have'} none" if lacking else ""
    count = f"{total:,} partition" + ("" if total == 1 else "s")
    return [f"{sum(meters):,} meters in {count}, {each} in each{' that has some' if without else ''}{without}"]
