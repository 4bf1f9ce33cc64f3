"""What pvsim has is described: commands, options, variables, columns, fields, reasons, exit codes, states."""

import dataclasses
import operator
import re
import types
import typing
from datetime import date
from pathlib import Path

import click
import msgspec
import pytest

import pvsim
from pvsim import config, errors
from pvsim.adapters.csvfile import CHECKPOINT, PARTIAL, REJECTED, SAMPLES
from pvsim.adapters.logs import LOG
from pvsim.adapters.rundir import MANIFEST, SUMMARY, Manifest
from pvsim.adapters.site_file import EXAMPLES
from pvsim.cli.fields import FieldOption
from pvsim.cli.main import cli
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.checkpoint import Checkpoint
from pvsim.core.messages.account import Account
from pvsim.core.messages.contract import End, Reading, Reason, rejection_line
from pvsim.core.publishing import contract as published
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results import rows
from pvsim.core.results.summary import Summary
from pvsim.core.run.plan import RunPlan
from pvsim.core.series import MeasuredSeries
from pvsim.core.site.schema import Site
from pvsim.core.stream.connection import State, StreamConnection
from pvsim.wiring.schemas import schema_of

SOURCES = Path(pvsim.__file__).parent
INTERNAL = {"PVSIM_BROKER_NODE"}  # marks the processes of a node; nobody sets it


def _commands(command=cli, path=("pvsim",)):
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _commands(below, (*path, name))


def _code(text):
    """What stands in code spans and blocks."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


@pytest.fixture(scope="module")
def settings(pages):
    return _code(pages["docs/reference/settings.md"])


@pytest.fixture(scope="module")
def files(pages):
    return _code(pages["docs/reference/files.md"])


def test_every_command_is_in_the_readme(pages):
    code = _code(pages["README.md"])
    for path, _ in _commands():
        words = [path[-1]] if len(path) > 2 else [" ".join(path)]
        assert all(re.search(rf"\b{word}\b", code) for word in words), path


def test_every_option_is_in_the_reference(settings):
    for path, command in _commands():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                long = max(parameter.opts, key=len)
                assert re.search(rf"{long}(?![\w-])", settings), (path, long)


def test_every_default_of_an_option_is_in_its_row(pages):
    text = pages["docs/reference/settings.md"]
    for _, command in _commands():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.envvar and parameter.show_default:
                default = parameter.default[0] if parameter.multiple else parameter.default
                (row,) = [line for line in text.splitlines() if f"`{parameter.envvar}`" in line and line[0] == "|"]
                assert str(default) in row, parameter.name


def test_every_default_of_a_request_is_in_help_and_reference(pages):
    text, checked = pages["docs/reference/settings.md"], set()
    for _, command in _commands():
        for option in command.params:
            if not isinstance(option, FieldOption) or command.name not in {"run", "meter", "simulate"}:
                continue
            default = operator.attrgetter(option.field)(config.Request())
            if default is not None:
                (row,) = [line for line in text.splitlines() if f"`{option.envvar}`" in line and line[0] == "|"]
                assert f"[default: {default}]" in option.help, option.name
                assert str(default) in row, option.name
                checked.add(option.field)
    assert checked == {"date", "days", "seed", "every", "split", "format", "meter.max_w", "batch"}


def test_every_variable_is_in_the_reference(settings):
    sources = "".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    variables = set(re.findall(r"\b(PVSIM_[A-Z_]*[A-Z])\b", sources)) - INTERNAL
    assert "PVSIM_BROKER_URL" in variables
    assert variables <= set(re.findall(r"PVSIM_[A-Z_]*[A-Z]", settings))


def test_no_option_or_variable_is_described_that_does_not_exist(pages):
    taken = [parameter for _, command in _commands() for parameter in command.params]
    known = {option for each in taken for option in (*each.opts, *each.secondary_opts)} | {"--help"}
    for page in ("README.md", "docs/reference/settings.md", "docs/explanation/units.md"):
        code = re.sub(r"(apt-get|docker|rabbitmqctl)[^`\n]*", "", _code(pages[page]))
        assert set(re.findall(r"(?<![\w-])(--[a-z][a-z-]*[a-z])", code)) <= known, page
    sources = "".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    for name in re.findall(r"PVSIM_[A-Z_]*[A-Z]", pages["docs/reference/settings.md"]):
        assert name in sources, name


def test_every_column_is_in_the_reference(files):
    timeline = Timeline.of_days(date(2024, 6, 21), 1, config.zone_of("UTC"))
    for column in rows.header(RunPlan("r", timeline, ("a", "b"))).decode().strip().split(","):
        assert f"`{column}`" in files


def _fields(kind):
    """The names that a struct has in JSON, and those of the structs in it."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from kind.__struct_encode_fields__
        if kind.__struct_config__.tag is not None:
            yield str(kind.__struct_config__.tag)
        for field in msgspec.structs.fields(kind):
            yield from _fields(field.type)
    elif isinstance(kind, types.GenericAlias | types.UnionType) or typing.get_args(kind):
        for argument in typing.get_args(kind):
            yield from _fields(argument)


@pytest.mark.parametrize("struct", [Manifest, Summary, config.RunConfig])
def test_every_field_of_the_files_is_in_the_reference(files, struct):
    names = set(_fields(struct))
    assert len(names) > 8
    for name in names - set(_fields(Site)):  # they have a page of their own
        assert f"`{name}`" in files, name


def test_every_field_of_the_report_on_measured_data_is_in_the_reference(files):
    findings = typing.get_type_hints(MeasuredSeries)["findings"]
    gap = typing.get_args(typing.get_type_hints(findings)["gaps"])[0]
    for field in (*dataclasses.fields(findings), *dataclasses.fields(gap)):
        assert f"`{field.name}`" in files, field.name


def test_every_field_of_the_checkpoint_is_in_the_reference(files):
    for field in (*dataclasses.fields(Checkpoint), *dataclasses.fields(Accounted)):
        assert field.name == "accounted" or f"`{field.name}`" in files, field.name


def test_rejections_are_in_the_reference(files):
    for name in msgspec.json.decode(rejection_line(1, Reason.TIME, "", b"")):
        assert f"`{name}`" in files, name
    for reason in Reason:
        assert f"`{reason.value}`" in files, reason


def test_every_status_and_file_is_in_the_reference(files):
    statuses = typing.get_args(typing.get_type_hints(Manifest)["status"])
    for word in (*statuses, SAMPLES, PARTIAL, REJECTED, CHECKPOINT, LOG, MANIFEST, SUMMARY):
        assert f"`{word}`" in files, word


def test_every_setting_of_a_site_is_in_the_reference(pages):
    code = _code(pages["docs/reference/site.md"])
    names = {name for definition in schema_of("site")["$defs"].values() for name in definition["properties"]}
    assert len(names) > 50
    for name in (*names, *EXAMPLES):
        assert f"`{name}`" in code, name


@pytest.mark.parametrize("struct", [Reading, End])
def test_every_field_of_the_messages_is_in_the_reference(pages, struct):
    _, _, section = pages["docs/reference/messages.md"].partition(f"\n## {struct.__struct_config__.tag}\n")
    section = section.partition("\n## ")[0]
    described = set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))
    assert described == {"kind", *struct.__struct_encode_fields__}


@pytest.mark.parametrize(
    ("section", "fields"),
    [
        ("sample", {"kind", *published.Sample.__struct_fields__}),
        ("state", {*published.State.__struct_fields__} - {*published.Sample.__struct_fields__}),
        ("service_state", {*published.ServiceState.__struct_fields__} - {*published.Sample.__struct_fields__}),
        ("counters", {*published.EnergyCounters.__struct_fields__}),
    ],
)
def test_every_field_of_what_is_published_is_in_the_reference(pages, section, fields):
    text = pages["docs/reference/published.md"].partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE)) == fields


def test_every_exit_code_is_in_the_readme(pages):
    table = pages["README.md"].partition("| exit code |")[2].partition("\n\n")[0]
    codes = {getattr(errors, name).exit_code for name in errors.__all__} | {0}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == codes


def test_the_messages_of_the_troubleshooting_exist(pages):
    table = pages["README.md"].partition("| message |")[2].partition("\n\n")[0]
    messages = re.findall(r"^\| `(.*?)` \|", table, re.MULTILINE)
    assert len(messages) > 10
    sources = "".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    texts = re.sub(r"\{[^{}\n]*\}", "…", re.sub(r'"\s*\n\s*f?"', "", sources))
    for message in messages:
        longest = max(re.split(r"…|:|No space", message), key=len).strip()
        assert longest in texts, message


def test_the_figure_of_the_states_is_that_of_the_connection(pages):
    connection = StreamConnection(account=Account("u", ""), vhost="/", where="here")
    figure = next(text for text in pages["docs/explanation/exactly-once.md"].split("```") if "PROPERTIES" in text)
    way, _, rest = figure.strip().partition("\n\n")
    words = [word for word in re.split(r"[\s─>]+", way) if word]
    drawn = dict(zip(words[::2], words[1::2], strict=False))
    answers = {state.name: command.name for state, (command, _) in connection._answers.items()}
    answers |= {"TUNING": "TUNE", "READY": "CLOSE"}
    as_drawn = {state: name.title().replace("_", "") for state, name in answers.items()}
    assert drawn == as_drawn
    assert words[::2] == [state.name for state in State]
    assert rest.partition(" ── ")[0].split(", ") == [state.name for state in State if state is not State.CLOSED]
