"""`pvsim compare`: the figures of finished runs beside each other."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pvsim.cli.answers import one_line
from pvsim.cli.command import Configured, given_options
from pvsim.cli.made_file import PageFile
from pvsim.cli.options import json_option
from pvsim.cli.report import lang_option, show_page
from pvsim.cli.run_path import RunPath
from pvsim.cli.summary import beginning
from pvsim.errors import BadInputError, UsageError

if TYPE_CHECKING:
    from pvsim.core.results.comparison import Figure
    from pvsim.wiring.compare import Runs

__all__ = ["COMMANDS"]

_PAGE = "compare.html"
_NAME, _CELL, _CHANGE = 30, 13, 20
_DIGITS = {"kWh": 3, "kW": 4}


@click.command(cls=Configured)
@click.argument("directories", nargs=-1, type=click.Path(path_type=Path), metavar="DIR DIR...")
@click.option("--label", "labels", multiple=True, metavar="NAME", help="What a run is called; one for each DIR.")
@click.option("--anyway", is_flag=True, help="Compare runs of other periods, loads or weather, and say so.")
@click.option(
    "--out",
    type=PageFile(),
    metavar="FILE",
    help="Write a page with charts to FILE.",
)
@lang_option
@click.option(
    "--open",
    "open_page",
    is_flag=True,
    help="Open the page in the browser; without --out it is compare.html here.",
)
@json_option("the comparison")
@click.pass_context
def compare(
    context: click.Context,
    /,
    directories: tuple[Path, ...],
    labels: tuple[str, ...],
    *,
    anyway: bool,
    out: Path | None,
    lang: str,
    open_page: bool,
    as_json: bool,
) -> None:
    """Compare the figures of finished runs; the first is what the others are compared with.

    \b
    Examples:
      pvsim compare south/latest east-west/latest
      pvsim compare runs/*                               each run once, also that of the link latest
      pvsim compare runs/A runs/B runs/C --label "no battery" --label "5 kWh" --label "10 kWh"
      pvsim compare runs/A runs/B --out compare.html --open
      pvsim compare runs/A runs/B --json

    The runs must have the same period, load and weather: then only plants, battery and limits make the difference.
    """  # noqa: D301
    from pvsim.wiring.compare import open_runs, write_page  # noqa: PLC0415
    from pvsim.wiring.places import require_file_place  # noqa: PLC0415

    if out is None and not open_page and "lang" in given_options(context):
        what = "--lang is the language of the page, and neither --out nor --open asks for one"
        raise UsageError(what, where="--lang", fix="leave it out, or add --out compare.html")
    page = out
    if out is None and open_page:
        page = Path(_PAGE)
        require_file_place(page, "--open", "page")
    found = open_runs(_runs(context, directories), labels)
    if found.unlike and not anyway:
        words = ["pvsim", "compare", *map(str, directories)]
        words += [word for name in labels for word in ("--label", name)]
        words += [] if out is None else ["--out", str(out)]
        words += [] if lang == "en" else ["--lang", lang]
        words += [name for name, said in (("--open", open_page), ("--json", as_json)) if said]
        what = f"the runs cannot be compared: {'; '.join(found.unlike)}"
        raise UsageError(what, fix=f"to compare them all the same: {shlex.join([*words, '--anyway'])}")
    if page is not None:  # before the text, whose reader may go away
        write_page(found, page, language=lang)
    if as_json:
        click.echo(json.dumps(_facts(found), indent=2))
    else:
        _print(found)
    if page is not None and not as_json:
        click.echo(f"\n{page}")
    if page is not None and open_page:
        show_page(page.absolute())


def _runs(context: click.Context, directories: tuple[Path, ...]) -> list[Path]:
    """The directories of the runs; where one is none, the fix is the whole command."""
    found = []
    (parameter,) = (each for each in context.command.params if each.name == "directories")
    for i, directory in enumerate(directories):
        try:
            found.append(RunPath().convert(str(directory), parameter, context))
        except BadInputError as error:
            start = f"name a run: {context.command_path} "
            if error.fix.startswith(start):
                before, after = (shlex.join(map(str, part)) for part in (directories[:i], directories[i + 1 :]))
                error.fix = " ".join(filter(None, (start.strip(), before, error.fix.removeprefix(start), after)))
            raise
    return found


def _facts(found: "Runs") -> dict[str, Any]:
    """The comparison as plain data."""
    from dataclasses import asdict  # noqa: PLC0415 - only for this

    return {
        "runs": [
            {
                "name": each.name,
                "directory": str(each.run.path),
                "run_id": each.config.run_id,
                "status": each.manifest.status,
                "pvsim": each.manifest.versions.get("pvsim"),
            }
            for each in found.runs
        ],
        "unlike": list(found.unlike),
        "notes": list(found.notes),
        "figures": [asdict(figure) for figure in found.comparison.figures],
    }


def _print(found: "Runs") -> None:
    """The table, and what a reader of it should know."""
    comparison = found.comparison
    plan = found.runs[0].run.plan
    days = beginning(plan)
    counts = {each.summary.rows for each in found.runs}
    rows = f" · {counts.pop():,} rows each" if len(counts) == 1 else ""
    click.echo(f"{days}{plan.timeline.first_date} · {plan.timeline.zone}{rows}\n")
    names = tuple(map(one_line, comparison.names))
    if any(len(name) >= _CELL for name in names):  # cut, they could look the same
        names = tuple(f"run {i}" for i in range(1, len(names) + 1))
        for short, name in zip(names, map(one_line, comparison.names), strict=True):
            click.echo(f"{short}: {name}")
    heads = [f"{name:>{_CELL}}{'difference':>{_CHANGE}}" for name in names[1:]]
    click.echo(f"{'':{_NAME}}{names[0]:>{_CELL}}{''.join(heads)}")
    for figure in comparison.figures:
        click.echo(_line(figure).rstrip())
    for text in (*found.unlike, *found.notes):
        click.echo(f"· {one_line(text)}", err=True)


def _line(figure: "Figure") -> str:
    cells = [f"{figure.label:{_NAME - 5}}{figure.unit or '–':>5}", f"{_number(figure, figure.values[0]):>{_CELL}}"]
    others = zip(figure.values[1:], figure.differences[1:], figure.relative[1:], strict=True)
    for value, difference, relative in others:
        change = "" if difference is None else _number(figure, difference, sign=True)
        change += f" ({relative:+.1%})" if relative else ""
        change += " points" if difference and figure.unit == "%" else ""
        cells.append(f"{_number(figure, value):>{_CELL}}{change:>{_CHANGE}}")
    return "".join(cells)


def _number(figure: "Figure", value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "–"
    if sign and not value:
        return "="
    mark = "+" if sign else ""
    if figure.unit == "%":
        return f"{100 * value:{mark}.1f}"
    return f"{value:{mark},.{_DIGITS.get(figure.unit, 2)}f}"


COMMANDS = (compare,)
