"""What a user should know of a run before it begins."""

from typing import TYPE_CHECKING

from pvsim.cli.connection_notes import connection_notes
from pvsim.cli.energy_notes import energy_notes
from pvsim.cli.input_notes import input_notes

if TYPE_CHECKING:
    from pvsim.wiring.runs import Run

__all__ = ["start_notes"]


def start_notes(run: "Run", *, resumed: bool = False) -> list[str]:
    """Of its directory, and of its files, energies and limits, which are said once: when it is made."""
    if resumed:
        return [*run.directory.notes]
    config = run.models.config
    read = input_notes(run.models.inputs, config.meter_max_w)
    return [*run.directory.notes, *read, *energy_notes(config), *connection_notes(config)]
