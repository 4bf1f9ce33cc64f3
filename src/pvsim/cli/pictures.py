"""The options of pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pvsim.cli.command import OUTPUT, section
from pvsim.cli.made_file import PictureFile
from pvsim.cli.other_options import OtherOptions
from pvsim.cli.values import Choice, Quantity

if TYPE_CHECKING:
    from pvsim.core.results.profile import Profile
    from pvsim.wiring.runs import Run

__all__ = ["draw_plot", "figure_width_option", "figures_options", "plot_option"]

Command = TypeVar("Command", bound=Callable[..., Any])

_FORMATS = ("svg", "pdf", "png")


def draw_plot(this: "Run", profile: "Profile | None", options: OtherOptions) -> None:
    """Draw the run that has ended where `--plot` says, and say where it is; the run stays what it is."""
    if profile is None or options.plot is None:
        return
    from pvsim.wiring.finished import FinishedRun  # noqa: PLC0415 - only for a picture
    from pvsim.wiring.plots import Subject, draw_powers  # noqa: PLC0415 - as above

    subject = Subject(this.models.plan, FinishedRun(this).summary, profile.result())
    draw_powers(options.plot, subject, width_mm=options.width_mm, language=options.lang)
    if not (options.quiet or options.as_json):
        click.echo(str(options.plot))


plot_option = section(
    OUTPUT,
    click.option(
        "--plot",
        type=PictureFile(),
        metavar="FILE",
        help="Draw the powers of the run, of several days those of the first week, for print: .svg, .pdf or .png.",
    ),
)

_width_option = click.option(
    "--figure-width",
    "width_mm",
    type=Quantity("LENGTH_MM", "MM", least=60, most=1_000),
    metavar="MM",
    default=180,
    show_default=True,
    help="Width of pictures, in mm.",
)

figure_width_option = section(OUTPUT, _width_option)


def figures_options(command: Command) -> Command:
    """The options of the pictures of a finished run."""
    for option in (
        _width_option,
        click.option(
            "--figure-format",
            type=Choice(list(_FORMATS)),
            default="svg",
            show_default=True,
            help="Format of pictures.",
        ),
        click.option(
            "--figures",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            help="Draw pictures for print into DIR: powers, duration curve, resolution, days, months.",
        ),
    ):
        command = option(command)
    return command
