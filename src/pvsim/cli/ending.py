"""How a command that failed ends: what happened, where, what to type next, and the exit code."""

import errno
import os
import sys
from typing import NoReturn, TextIO

import click

from pvsim.adapters.shared.memory import MORE_MEMORY, memory_short
from pvsim.errors import CannotWriteError, InternalError, PvsimError

__all__ = ["abandon", "end", "error_of", "short_of_memory"]

_LESS = ("meters", "jobs")
"""Options of which fewer need less memory."""

_CANNOT_WRITE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}


def end(error: PvsimError) -> NoReturn:
    """Say what happened, and end with its exit code."""
    try:
        _say(error)
        sys.stderr.flush()
    except OSError:  # nowhere to say it; the exit code tells
        abandon(sys.stderr)
    sys.exit(error.exit_code)


def abandon(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere: at its end Python would try once more to write it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def error_of(error: Exception) -> PvsimError:
    """What to say of any error: what the machine refuses is no defect."""
    if isinstance(error, PvsimError):
        return error
    if (short := short_of_memory(error)) is not None:
        return short
    return _refused(error) if isinstance(error, OSError) else _unexpected(error)


def short_of_memory(error: BaseException) -> PvsimError | None:
    """What to say where memory is short, with the options that help the command; None of any other error."""
    if (short := memory_short(error)) is None:
        return None
    context = click.get_current_context(silent=True)
    options = context.command.params if context else []
    less = [f"fewer {name}" for each in options for name in each.opts if name.removeprefix("--") in _LESS]
    return PvsimError(short, fix=", or give ".join([MORE_MEMORY, *less]))


def _refused(error: OSError) -> PvsimError:
    """The error of something that the operating system refuses: perhaps to take what was printed."""
    try:
        sys.stdout.flush()
    except OSError:
        abandon(sys.stdout)
    if error.filename is None and error.errno in _CANNOT_WRITE:
        fix = "free some space, or redirect standard output elsewhere"
        return CannotWriteError(f"cannot write: {error.strerror}", where="standard output or a file", fix=fix)
    where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    kind = CannotWriteError if error.errno in _CANNOT_WRITE else PvsimError
    fix = "check with: pvsim doctor, df, ulimit -a"
    return kind(f"the operating system refuses: {error.strerror or error}", where=where, fix=fix)


def _unexpected(error: Exception) -> PvsimError:
    """The error of what should not happen: packages that are damaged, else a defect, with its traceback."""
    from pvsim.adapters.environment import explain  # noqa: PLC0415 - only where something is wrong

    if (said := explain(error)) is not None:
        what, where, fix = said
        return PvsimError(what, where=where, fix=fix)
    sys.excepthook(type(error), error, error.__traceback__)
    return InternalError(f"a defect of pvsim: {error!r}", fix="report it with the lines above")


def _say(error: PvsimError) -> None:
    color = False if os.environ.get("NO_COLOR") else None
    several = error.problems != (error,)
    mark = click.style("error:", fg="red", bold=True)
    click.echo(f"{mark} {error.what}{':' if several else ''}", err=True, color=color)
    if not several:
        _say_rest(error, "")
    for each in error.problems if several else ():
        click.echo(f"  {each.what}", err=True)
        _say_rest(each, "  ")


def _say_rest(error: PvsimError, indent: str) -> None:
    if error.where:
        click.echo(f"{indent}   at: {error.where}", err=True)
    if error.fix:
        click.echo(f"{indent}  fix: {error.fix}", err=True)
