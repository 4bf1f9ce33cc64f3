"""`pvsim report`: the page about a finished run."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pvsim.cli.command import OUTPUT, Configured, given_options, section
from pvsim.cli.made_file import PageFile
from pvsim.cli.pictures import figures_options
from pvsim.cli.run_path import RunPath
from pvsim.cli.values import Choice
from pvsim.errors import PvsimError, UsageError

if TYPE_CHECKING:
    from pvsim.cli.other_options import OtherOptions
    from pvsim.cli.progress import Display
    from pvsim.core.results.profile import Profile
    from pvsim.core.results.summary import Summary
    from pvsim.wiring.plots import Format, Language
    from pvsim.wiring.runs import Run

__all__ = ["COMMANDS", "lang_option", "prepare_page", "report_options", "show_page", "write_page"]

lang_option = click.option(
    "--lang",
    type=Choice(["en", "de"]),
    default="en",
    show_default=True,
    envvar="PVSIM_LANG",
    help="Language of the page.",
)
_open_option = click.option("--open", "open_page", is_flag=True, help="Open the report in the browser.")

report_options = section(
    OUTPUT,
    click.option(
        "--no-report", is_flag=True, envvar="PVSIM_NO_REPORT", help="Write no report.html about the run."
    ),
    lang_option,
    _open_option,
)
"""What `pvsim run` is told of its report."""


@click.command(cls=Configured)
@click.argument("directory", type=RunPath(), metavar="DIR")
@lang_option
@click.option(
    "--out",
    type=PageFile(),
    metavar="FILE",
    help="Write the page to FILE.  [default: report.html in DIR]",
)
@_open_option
@figures_options
@click.pass_context
def report(
    context: click.Context,
    /,
    directory: Path,
    lang: "Language",
    out: Path | None,
    *,
    open_page: bool,
    figures: Path | None,
    figure_format: "Format",
    width_mm: float,
) -> None:
    """Verify a finished run and write a page about it: figures, charts and tables in one HTML file.

    \b
    Examples:
      pvsim report runs/latest --open
      pvsim report runs/latest --lang de --out bericht.html
      pvsim report runs/latest --figures pictures --figure-format pdf --figure-width 85
    """  # noqa: D301
    from pvsim.core.results.profile import Profile  # noqa: PLC0415
    from pvsim.wiring.report import write_report  # noqa: PLC0415
    from pvsim.wiring.runs import Run  # noqa: PLC0415

    if figures is None and (alone := {"width_mm", "figure_format"} & set(given_options(context))):
        option = "--figure-width" if "width_mm" in alone else "--figure-format"
        what = f"{option} is about pictures, and no --figures asks for them"
        raise UsageError(what, where=option, fix="leave it out, or add --figures pictures")
    if figures is not None:
        from pvsim.wiring.plots import require_matplotlib  # noqa: PLC0415 - only for pictures

        require_matplotlib()
    this = Run.open(directory.resolve())
    if figures is not None:
        from pvsim.wiring.places import make_directory  # noqa: PLC0415 - only for pictures

        make_directory(figures)
    profile = Profile(this.models.plan)
    summary = this.files.prove(profile)
    path = write_report(this, profile, lang, summary=summary, out=out)
    click.echo(str(directory / path.name if out is None else path))
    if figures is not None:
        from pvsim.wiring.plots import Subject, draw_all  # noqa: PLC0415 - as above

        subject = Subject(this.models.plan, summary, profile.result())
        for picture in draw_all(figures, subject, file_format=figure_format, width_mm=width_mm, language=lang):
            click.echo(str(picture))
    if open_page:
        show_page(path)


def show_page(path: Path) -> None:
    """Open a page, or say where it is."""
    from pvsim.adapters.browser import open_page  # noqa: PLC0415

    if not open_page(path):
        click.echo(f"· no browser was found here; open this file in one: {path}", err=True)


def prepare_page() -> None:
    """Import what `write_page` needs, while there is time."""
    from pvsim.wiring.report import prepare_report  # noqa: PLC0415

    prepare_report()


def write_page(
    this: "Run",
    profile: "Profile | None",
    options: "OtherOptions",
    display: "Display",
    summary: "Summary | None" = None,
) -> None:
    """Write the page about a run that has ended; that there is none does not spoil the run.

    Args:
        this: The run.
        profile: As of `write_report`.
        options: What was asked for.
        display: Where to say that there is none.
        summary: As of `write_report`.
    """
    if profile is None or options.no_report:
        return
    from pvsim.wiring.report import write_report  # noqa: PLC0415

    try:
        path = write_report(this, profile, options.lang, summary=summary)
    except PvsimError as error:
        display.say(f"the run is verified, but its report was not written: {error}; pvsim report DIR writes it")
        return
    if options.open_page:
        show_page(path)


COMMANDS = (report,)
