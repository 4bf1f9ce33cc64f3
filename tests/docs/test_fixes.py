"""Each message names only commands and options that the command which prints it has.

The acceptance tests look at what is really printed; here every text in the sources is looked at.
"""

import ast
import dataclasses
import re
from pathlib import Path

import click
import msgspec
import pytest
from tests.named import COMMANDS, options, wrong_names

import pvsim
from pvsim.cli.fields import FieldOption, option_names
from pvsim.config import FileOptions, Request
from pvsim.core.series import SeriesOptions

SOURCES = Path(pvsim.__file__).parent
ROLES = ("run", "meter", "simulate")
WITH_PV = ("run", "simulate")
PRINTED_BY = {
    "adapters/rundir": WITH_PV,  # the directory is made there
    "cli/bench": ("bench",),
    "adapters/pool": ("study",),
    "adapters/study_directory": ("study",),
    "cli/study": ("study",),
    "wiring/study": ("study",),
    "wiring/study/case": ("run",),
    "adapters/mqtt": ("listen",),
    "app/publish": ("listen",),
    "cli/publishing": ("listen",),
    "wiring/service_results": ("listen",),
    "cli/broker": ("broker up", "broker url"),
    "cli/broker_users": ("broker users",),
    "core/rights": ("broker users",),
    "adapters/passwords": ("broker users",),
    "adapters/management": ("broker users",),
    "wiring/broker_users": ("broker users",),
    "cli/command": tuple(COMMANDS),
    "cli/compare": ("compare",),
    "cli/completion": ("completion",),
    "cli/export": ("export",),
    "cli/answers": ("query",),
    "cli/query": ("query",),
    "cli/facts": ("verify", "schema", "doctor"),
    "cli/fit": ("fit",),
    "cli/listen": ("listen",),
    "wiring/listen": ("listen",),
    "wiring/service_log": ("listen",),
    "config/listening": ("listen",),
    "config/meter_forms": ("listen",),
    "core/session": ("listen",),
    "core/metering": ("listen",),
    "core/publishing": ("listen",),
    "adapters/metrics": ("listen",),
    "adapters/session_files": ("listen",),
    "cli/main": tuple(COMMANDS),
    "cli/roles": ("meter", "simulate"),
    "adapters/dask": ("study",),
    "adapters/scenario_files": ("scenarios show", "scenarios run", "scenarios check"),
    "cli/scenarios": ("scenarios", "scenarios show", "scenarios run", "scenarios check"),
    "wiring/scenarios": ("scenarios check",),
    "cli/part_roles": ("meter", "simulate"),
    "core/run/shares": ("meter", "simulate"),
    "cli/run": ("run",),
    "cli/study_case": ("run",),
    "cli/pictures": ("run", "report"),
    "cli/report": ("report",),
    "core/pv/fit": ("fit",),
    "core/pv/curve": WITH_PV,
    "core/pv": WITH_PV,
    "core/weather": WITH_PV,
    "core/quantities/physics": (*WITH_PV, "fit"),
    "wiring/compare": ("compare",),
    "wiring/fit": ("fit",),
    "wiring/plots": ("run", "report"),
}
"""The commands that print the texts of a module; of all others those that make or go through a run."""

NO_MESSAGES = {
    "adapters/node/apt": "options of apt and dpkg",
    "cli/guess": "tables of words; tests/unit/cli/test_guess.py looks at what they lead to",
    "cli/options": "declares options",
    "wiring/role_processes": "options of the processes that pvsim run starts",
}
NOT_PRINTED = {
    "meter": {
        "--pv": "a message about PV is printed where PV is made",
        "--spread-km": "likewise",
        "--out": "runs are made by those that have it",
        "--format": "files of rows are made by those that have it",
        "--every": "rows are made where there are rows",
        "--split": "files of rows are made by those that have it",
    },
    "simulate": {"--batch": "what only reads asks for no batches"},
}
"""Options that a command does not have, in modules whose texts about them it cannot print."""

FOREIGN = {"--silent": "of rabbitmqctl"}
"""Options that pvsim gives to other programs."""

PUT_IN = {
    "{quantity}": ("meter", "pv"),
    "{of}": ("meter", "pv"),
    "{self.files.resume_command}": (
        "pvsim simulate --dir DIR",
    ),  # with more options: of a run with a foreign meter
}
NOT_OF_FIT = {"annual_kwh", "peak_kw", "fill"}
"""Options of a file that only a message names about the option's own value, so that one was given."""

UNRESOLVED = re.compile(r"--\{|--(?:meter|pv)-\{")
FIELD = re.compile(r"`([a-z_]+(?:\.[a-z_]+)*)`")


def texts(tree):
    """The texts of a module with their lines, docstrings aside; `{…}` stands for what is put in."""
    skipped = {id(child) for node in ast.walk(tree) if isinstance(node, ast.Expr) for child in ast.walk(node)
               if isinstance(node.value, ast.Constant)}  # fmt: skip
    skipped |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (
                part.value if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
                for part in node.values
            )
            yield node.lineno, "".join(parts)


def printed_by(module):
    longest = max((prefix for prefix in PRINTED_BY if module.startswith(prefix)), key=len, default=None)
    return PRINTED_BY[longest] if longest else ROLES


def spelled_out(text):
    """The text with each thing that may be put in."""
    for mark, words in PUT_IN.items():
        if mark in text:
            return [text.replace(mark, word) for word in words]
    return [text]


def names_of(command):
    root = click.Context(COMMANDS[""])
    return option_names(click.Context(COMMANDS[command], parent=root, info_name=command))


def with_options(text, command):
    """The text as the command prints it: an option for each field; a field that there is not stands out."""
    names = names_of(command)
    return FIELD.sub(lambda found: names.get(found[1], f"--no-such-field-{found[1]}"), text)


def faults(module, source):
    """What the texts of a module name that does not exist, with the lines."""
    found = []
    for line, written in texts(ast.parse(source)):
        for text in spelled_out(written):
            if UNRESOLVED.search(text):
                continue  # what is put in comes from the options that were given
            alone = re.fullmatch(r"--[a-z][a-z-]*(/--[a-z][a-z-]*)?", text)  # the subject, or an argument
            for command in printed_by(module):
                wrong = wrong_names(with_options(text, command), command)
                wrong = [each for each in wrong if not each.startswith(tuple(NOT_PRINTED.get(command, ())))]
                if text in FOREIGN or (alone and any({*text.split("/")} <= options(each) for each in COMMANDS)):
                    wrong = []
                found += [f"{module}.py:{line}: {each}: {text!r}" for each in wrong]
    return found


MODULES = sorted(str(path.relative_to(SOURCES).with_suffix("")) for path in SOURCES.rglob("*.py"))


@pytest.mark.parametrize("module", [name for name in MODULES if name not in NO_MESSAGES])
def test_messages_name_only_what_exists(module):
    assert faults(module, (SOURCES / f"{module}.py").read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("module", "text", "wrong"),
    [
        ("core/run/plan", '"give another --run-name"', "--run-name of pvsim run"),
        ("cli/fit", '"pass --pv-column NAME"', "--pv-column of pvsim fit"),
        ("cli/fit", '"see: pvsim run --pv-column NAME"', ""),
        ("core/run/plan", '"use: pvsim start"', "pvsim start"),
        ("core/run/plan", '"type pvsim broker start"', "pvsim broker start"),
        ("core/run/plan", '"pvsim verify --resume DIR"', "--resume of pvsim verify"),
        ("core/run/plan", '"pvsim verify DIR, or pvsim run --resume DIR"', ""),
        ("core/run/plan", 'f"pass `{quantity}.colour`"', "--no-such-field-meter"),
        ("core/run/plan", 'f"pass `{quantity}.column`"', ""),
        ("core/run/plan", '"pass `pv.power_kw`"', "--no-such-field-pv"),
        ("cli/fit", '"pass `pv.column`"', ""),
        ("cli/fit", '"pass `pv.fill`"', "--pv-fill of pvsim fit"),
        ("core/run/plan", '"the pvsim that made the run"', ""),
        ("app/meter", '"use another --run-id"', "--run-id of pvsim run"),
    ],
)
def test_the_check_finds_what_is_wrong(module, text, wrong):
    found = faults(module, f"fix = {text}\n")
    assert bool(found) is bool(wrong)
    assert not wrong or wrong in found[0]


def fields_of(command):
    return {each.field: each.opts[0] for each in COMMANDS[command].params if isinstance(each, FieldOption)}


def fields_in(kind, within=""):
    """The paths of all that a request says."""
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, FileOptions):
            yield from fields_in(field.type, f"{field.name}.")
        else:
            yield within + field.name


def test_every_field_of_a_request_has_an_option_and_every_option_a_field():
    asked_for = set(fields_in(Request))
    assert len(asked_for) > 40
    assert set(fields_of("simulate")) == asked_for - {"batch"}  # it reads what comes
    assert set(fields_of("run")) == asked_for - {"run_id", "meter.missing", "meter.timeout_s"}  # it makes a name
    without_pv = {name for name in asked_for if not name.startswith("pv.")}
    assert set(fields_of("meter")) == without_pv - {
        "spread_km",
        "every",
        "split",
        "format",
        "meter.missing",
        "meter.timeout_s",
    }
    for command in ("run", "meter", "simulate"):
        for name, option in fields_of(command).items():
            assert names_of(command)[name] == option == (fields_of("run") | fields_of("simulate"))[name]


def test_what_fit_calls_the_options_of_a_file_it_has():
    """The readers of series ask how messages call a setting, `option("column", …)`; fit has its own options."""
    asked = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "options.option":
                asked |= {each.value for each in node.args[:1] if isinstance(each, ast.Constant)}
    assert "column" in asked
    assert asked <= {each.name for each in dataclasses.fields(SeriesOptions)}
    own = fields_of("fit")
    assert {f"pv.{name}" for name in asked - NOT_OF_FIT} <= set(own)
    assert own["pv.column"] == names_of("fit")["pv.column"] == "--column"
    for name in asked:
        assert {f"meter.{name}", f"pv.{name}"} & set(fields_of("run")), name
