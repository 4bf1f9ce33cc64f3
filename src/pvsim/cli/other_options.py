"""The options of `pvsim run`, `meter` and `simulate` that say nothing of a request: broker, directory, output."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from pvsim.core.run.shares import Share
    from pvsim.wiring.broker import AskedTransport

__all__ = ["OtherOptions"]


@dataclass(frozen=True, slots=True)
class OtherOptions:
    """What is not the run but how it is done and told; what a command has no option for stays as it is here.

    Attributes:
        broker: Its URL; None is pvsim's own.
        transport: How to speak to it: `auto`, `streams` or `amqp`.
        patience_s: How long to go on without it.
        keep_stream: Leave the messages on it.
        speed: Seconds of the run in a second; None where nothing is said.
        out: Where the run's directory is made.
        resume: The directory of the run to be finished.
        case: The case of a study that is run.
        directory: The directory of the run to be continued.
        share: Which partitions of it; None is all.
        allow_unsafe_filesystem: Use a file system that has no locks or no fsync.
        quiet: Print nothing but errors.
        as_json: Print the summary as JSON.
        plot: Where a picture of the powers goes; None is none.
        width_mm: Its width.
        no_report: Write no page about the run.
        lang: Language of the page.
        open_page: Open it in the browser.
    """

    broker: str | None = None
    transport: "AskedTransport" = "auto"
    patience_s: float = 60.0
    keep_stream: bool = False
    speed: float | None = None
    out: Path = Path("runs")
    resume: Path | None = None
    case: str | None = None
    directory: Path | None = None
    share: "Share | None" = None
    allow_unsafe_filesystem: bool = False
    quiet: bool = False
    as_json: bool = False
    plot: Path | None = None
    width_mm: float = 180.0
    no_report: bool = False
    lang: Literal["en", "de"] = "en"
    open_page: bool = False

    @classmethod
    def of(cls, context: click.Context) -> "OtherOptions":
        """Those of a command."""
        return cls(
            **{field.name: context.params[field.name] for field in fields(cls) if field.name in context.params}
        )
