"""What a message names: commands and options that must exist where it is printed."""

import re
from collections.abc import Iterator

import click

from pvsim.cli.main import cli

PROSE = frozenset(
    [
        "a",
        "account",
        "again",
        "asks",
        "and",
        "did",
        "does",
        "has",
        "have",
        "in",
        "is",
        "itself",
        "of",
        "on",
        "reads",
        "s",
        "simulates",
        "that",
        "to",
        "too",
        "uses",
        "was",
        "without",
        "works",
        "wrote",
    ]
)
"""Words that may follow the name of the program in a sentence."""

_COMMAND = re.compile(r"(?:\bpvsim|(?<![\w/])\./run)((?: (?:[a-z]+(?![\w'.(]|://)|--[a-z][a-z-]*))*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")


def commands(command: click.Command = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Each command by its words; the program itself by ``."""
    yield " ".join(path), command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


COMMANDS = dict(commands())


def options(name: str) -> set[str]:
    """The options of a command; those of the program are `run`'s too."""
    taken = COMMANDS[name].params
    own = {option for each in taken for option in (*each.opts, *each.secondary_opts)} | {"--help"}
    return own | options("run") | {"--version"} if not name else own


def wrong_names(text: str, printed_by: str) -> list[str]:
    """What a message of a command names that does not exist.

    An option belongs to the command that is named before it in the same clause, else to the one that prints.
    """
    wrong = []
    for clause in re.split(r"[;,]\s|\. |: (?=pvsim )|\n| or (?=pvsim )", text):
        owner, rest = printed_by, clause
        if named := _COMMAND.search(clause):
            words = [word for word in named[1].split() if not word.startswith("-")]
            if words and words[0] not in COMMANDS and words[0] not in PROSE:
                wrong.append(f"pvsim {words[0]}")
            if words and words[0] in COMMANDS:
                owner = words[0]
                if f"{owner} {' '.join(words[1:2])}" in COMMANDS:
                    owner = f"{owner} {words[1]}"
                elif isinstance(COMMANDS[owner], click.Group) and words[1:]:
                    wrong.append(f"pvsim {owner} {words[1]}")
                belonging = clause[: named.start()].endswith(" belongs to ")
                rest = clause[0 if belonging else named.start() :]
                wrong += [] if belonging else _unknown(clause[: named.start()], printed_by)
            elif not words and named[1].strip():
                owner, rest = "", clause
        wrong += _unknown(rest, owner)
    return wrong


def _unknown(text: str, command: str) -> list[str]:
    known = options(command)
    if "pip install" in text:  # the options are pip's
        return []
    return [f"{option} of pvsim {command}" for option in _OPTION.findall(text) if option not in known]
