"""The options of pictures."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pvsim.cli.command import OUTPUT, section
from pvsim.cli.other_options import OtherOptions
from pvsim.cli.values import Choice, Quantity
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from typing import TypeAlias

    from pvsim.core.results.profile import Profile
    from pvsim.wiring.runs import Run

    _Path: TypeAlias = click.ParamType[Any]
else:  # generic only in later versions of click
    _Path = click.ParamType

__all__ = ["draw_plot", "figure_width_option", "figures_options", "plot_option"]

Command = TypeVar("Command", bound=Callable[..., Any])

_FORMATS = ("svg", "pdf", "png")


class PictureFile(_Path):
    """The path of a picture, whose ending says the format."""

    name = "FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Read it; see `click.ParamType.convert`.

        Raises:
            UsageError: if its ending is no format.
        """
        path = Path(value)
        ending = path.suffix.lower().removeprefix(".")
        if ending not in _FORMATS:
            option = param.opts[0] if param is not None else "the picture"
            end = f".{ending}" if ending else "no ending"
            what = f"{option} draws a file that ends with .svg, .pdf or .png, not {value!r}, which has {end}"
            name = path.with_suffix(".svg") if path.name not in {"", ".."} else path / "day.svg"
            raise UsageError(what, where=option, fix=f"for example {option} {name}")
        return path


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
    help="Width of pictures; 180 is a page, 85 a column of a journal.",
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
