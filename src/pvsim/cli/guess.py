"""What someone meant who typed a command or an option that does not exist: the nearest thing, or nothing."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

import click

from pvsim.cli.made_file import MadeFile

__all__ = ["command_meant", "extra_argument", "nearest", "option_meant", "plain", "value_example"]

_ALIKE = {1: 1.0, 2: 1.0, 3: 0.65, 4: 0.65}
"""How alike words of so many letters must be: of three, one may be wrong; MW is not a mistyped W."""

_ALIKE_LONGER = 0.75
_SHOWN = 3
_DASHES = "-‐‑‒–—―−﹣－"  # noqa: RUF001 - what word processors and web pages make of "-"
_QUOTES = "“”„‟«»‘’‚"  # noqa: RUF001 - what they make of quotation marks
_SPACES = "\u00a0\u202f\u2009"

_COMMANDS = {
    "pvsim run": "start simulation sim go execute day pvsim",
    "pvsim run --resume runs/latest": "resume continue restart",
    "pvsim verify runs/latest": "check validate prove test show summary results",
    "pvsim report runs/latest": "html page chart charts plot view",
    "pvsim broker up": "up rabbitmq",
    "pvsim broker down": "down stop shutdown kill",
    "pvsim broker status": "status ps",
    "pvsim doctor": "diagnose diagnostics setup install troubleshoot",
    "pvsim --help": "help commands usage man",
    "pvsim --version": "version",
    "pvsim schema": "schemas contract json",
    "pvsim bench": "benchmark perf speed",
}
_BELOW = {
    "broker": {
        "up": "start run begin launch on",
        "down": "stop kill end quit off shutdown",
        "status": "info state ps show",
    }
}
_OPTIONS = {
    "--date": "start from begin first-day day start-date",
    "--days": "duration length num-days n-days",
    "--tz": "timezone time-zone zone",
    "--every": "interval step resolution period freq frequency rate sampling timestep",
    "--pv-peak-kw": "peak kwp kw pv-kwp pv-power peak-power peak-kw pv-peak pv-size power",
    "--annual-kwh": "kwh consumption annual yearly annual-consumption",
    "--meter": "load consumption profile load-profile building",
    "--meters": "n count number houses",
    "--out": "output outdir out-dir output-dir directory folder o",
    "--broker": "url host server amqp amqp-url broker-url rabbitmq uri",
    "--patience": "timeout wait retry retries",
    "--quiet": "silent q s",
    "--seed": "random-seed random rng",
    "--site": "location place config lat lon latitude longitude",
    "--resume": "continue restart",
    "--spread-km": "spread distance",
    "--json": "format output-format",
}
_SITE_WORDS = """
    battery storage soc capacity charge discharge inverter tilt azimuth orientation albedo horizon losses
    weather clouds cloud temperature temp wind heat-pump heatpump car ev electric-car export-limit feed-in
    curtail grid altitude people plant plants panels roof
"""
_EXAMPLES = {
    "--date": "2024-06-21",
    "--tz": "Europe/Berlin",
    "--site": "home",
    "--meter": "walk",
    "--meters": "20",
    "--days": "7",
    "--resume": "runs/latest",
    "--case": "studies/roof:5e23b587",
    "--dir": "runs/latest",
    "--out": "runs",
    "--pv": "site",
    "--pv-peak-kw": "10",
    "--annual-kwh": "4000",
    "--spread-km": "3",
    "--every": "15min",
    "--seed": "7",
    "--patience": "60",
    "--run-id": "house-a",
    "--broker": "amqp://user:password@host:5672/vhost",
}
_KINDS = ("uniform", "walk", "household", "office", "depot")
_AREAS = {"Europe", "America", "Asia", "Africa", "Australia", "Pacific"}
_IN_A_SITE = "{} is described in a site file: --site FILE.toml (see: pvsim schema site)"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is alike, whatever its capital letters; None rather than one that is not."""
    by_letters = {each.lower(): each for each in known}
    cutoff = _ALIKE.get(len(word), _ALIKE_LONGER)
    found = get_close_matches(word.lower(), by_letters, n=1, cutoff=cutoff)
    return by_letters[found[0]] if found else None


def plain(argument: str) -> tuple[str, str] | None:
    """What a word processor did to an argument, and the argument without it; None where it did nothing."""
    name = argument.lstrip(_DASHES)
    dashes = argument[: len(argument) - len(name)]
    if dashes.strip("-") and name[:1].isalpha():
        return "a dash that is no hyphen", f"{'-' if len(name) == 1 else '--'}{name}"
    for space in _SPACES:
        if dashes and space in argument:
            return "a no-break space", argument.replace(space, " ")
    value = argument.partition("=")[2] if dashes else argument
    if value and (value[0] in _QUOTES or value[-1] in _QUOTES) and not Path(value).exists():
        return "typographic quotation marks", argument.replace(value, f'"{value.strip(_QUOTES)}"')
    return None


def command_meant(word: str, group: click.Group, path: str) -> str | None:
    """The command line that was meant; `path` is the group's own."""
    known = [name for name, command in group.commands.items() if not command.hidden]
    if path == "pvsim":
        for line, words in _COMMANDS.items():
            if word.lower() in words.split():
                return line
    for name, words in _BELOW.get(group.name or "", {}).items():
        if name in known and word.lower() in words.split():
            return f"{path} {name}"
    if (near := nearest(word, known)) is not None:
        return f"{path} {near}"
    run = group.commands.get("run")
    use = extra_argument(word, run, group) if run is not None else None
    return use and (use if use.startswith("pvsim") else use.replace("type ", "pvsim run ", 1))


def option_meant(word: str, command: click.Command, root: click.Group) -> str | None:
    """What to do instead of giving an option that the command does not have."""
    return next(_instead(word, command, root), None)


def _instead(word: str, command: click.Command, root: click.Group) -> Iterator[str]:
    """The surest first."""
    known = [name for name in (*_names(command), "--help") if name.startswith("--")]
    name = word.lstrip("-").partition("=")[0].replace("_", "-").lower()
    if f"--{name}" in known:
        yield f"did you mean --{name}?"
    yield from (
        f"did you mean {each}?" for each, words in _OPTIONS.items() if each in known and name in words.split()
    )
    if name in _SITE_WORDS.split() and "--site" in known:
        yield _IN_A_SITE.format(name)
    if word.lower() == "-v":
        yield "did you mean pvsim --version?"
    if owners := [path for path, other in _commands(root, "pvsim") if f"--{name}" in _names(other)]:
        yield f"--{name} belongs to {' and '.join(owners[:_SHOWN])}"
    if " " in name and f"--{name.split()[0]}" in known:
        yield f"leave the quotation marks out: {word}"
    if len(name) > 1 and (near := nearest(f"--{name}", known)):
        yield f"did you mean {near}?"
    if nearest(f"--{name}", ["--version"]):
        yield "did you mean pvsim --version?"


def extra_argument(word: str, command: click.Command, root: click.Group) -> str | None:
    """What to do with an argument that the command does not take."""
    known = {name for parameter in _options(command) for name in parameter.opts}
    if word in _SITE_WORDS.split() and "--site" in known:
        return _IN_A_SITE.format(word)
    return next((fix for option, fix in _uses(word, root) if option is None or option in known), None)


def _uses(word: str, root: click.Group) -> Iterator[tuple[str | None, str]]:
    path = Path(word)
    if (path / "manifest.json").is_file():
        yield "--resume", f"pvsim run --resume {word}, or pvsim verify {word}"
        yield "--dir", f"type --dir {word}"
    if path.suffix.lower() == ".toml":
        yield "--site", f"type --site {word}"
    if path.suffix.lower() in {".csv", ".gz"}:
        yield "--pv", f"type --meter {word}, or --pv {word}"
        yield "--meter", f"type --meter {word}"
    if word in root.commands:
        yield None, f"write the command first: pvsim {word} ..."
    if word in _site_names():
        yield "--site", f"type --site {word}"
    if word in _KINDS:
        yield "--meter", f"type --meter {word}"
    digits = word.translate({ord(mark): None for mark in "-./"})
    if digits != word and digits.isdecimal():
        yield "--date", f"type --date {word}"
    if word.isdecimal():
        yield "--days", f"type --days {word}"
    if word.partition("/")[0] in _AREAS and "/" in word:
        yield "--tz", f"type --tz {word}"


def _site_names() -> tuple[str, ...]:
    from pvsim.adapters.site_file import EXAMPLES  # noqa: PLC0415 - only where something is wrong

    return EXAMPLES


def value_example(option: str, command: click.Command) -> str:
    """How the option is written with a value."""
    example = _EXAMPLES.get(option)
    for parameter in _options(command):
        if option in parameter.opts and isinstance(parameter.type, click.Choice):
            example = str(parameter.type.choices[0])
        if option in parameter.opts and isinstance(parameter.type, MadeFile):
            example = parameter.type.example
    return f"for example {option} {example}" if example else ""


def _options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option) and not each.hidden]


def _names(command: click.Command) -> set[str]:
    return {name for parameter in _options(command) for name in parameter.opts}


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    for name, below in command.commands.items() if isinstance(command, click.Group) else ():
        yield from _commands(below, f"{path} {name}")
