"""`pvsim run --case`: the run of one case of a study."""

import secrets
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from pvsim.cli.command import given_options
from pvsim.cli.fields import FieldOption
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from pvsim.config import RunConfig

__all__ = ["run_of_case"]

_WITH_CASE = {"split", "format", "batch"}
"""Fields that change no row, and so may be said besides."""


def run_of_case(context: click.Context, text: str, say: Callable[[str], None]) -> "tuple[RunConfig, str]":
    """The configuration of the run of a case, and the command that asks for the same run.

    Args:
        context: Of the command; what changes rows may not be said besides.
        text: `DIR:ID` or `ID`.
        say: Is told which case it is.

    Raises:
        UsageError: if an option says what the case says, or the id is none.
        BadInputError: if there is no such case.
    """
    from pvsim.config.single_settings import check_batch, parse_formats  # noqa: PLC0415 - `pvsim --help` needs none
    from pvsim.config.study_cases import case_text  # noqa: PLC0415 - as above
    from pvsim.wiring.study.case import find_case  # noqa: PLC0415 - as above

    given = set(given_options(context))
    of_request = [each for each in context.command.params if isinstance(each, FieldOption) and each.name in given]
    if extra := [each.opts[0] for each in of_request if each.field not in _WITH_CASE]:
        what = f"{extra[0]} cannot be changed: the run of a case is as the study says"
        raise UsageError(what, where=extra[0], fix="leave the option out")
    found = find_case(text)
    case, said = found.case, context.params
    seed = f"seed {case.seed}"
    say(f"case {case.number} of {found.directory}: {', '.join(filter(None, (case_text(case), seed)))}")
    config = replace(
        found.config,
        run_id=secrets.token_hex(4),
        split=said["split"] or found.config.split,
        batch=found.config.batch if said["batch"] is None else check_batch(said["batch"]),
        formats=found.config.formats if said["format"] is None else parse_formats(said["format"]),
    )
    return config, shlex.join(["pvsim", "run", "--case", f"{found.directory}:{case.id}"])
