"""The JSON Schema of a service's file takes what the command takes."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from pvsim.cli.listen import listen
from pvsim.cli.listen_schema import with_options
from pvsim.cli.main import main
from pvsim.wiring.schemas import schema_of

PAGES = [Path(__file__).resolve().parents[3] / "docs" / name for name in ("how-to/listen.md", "how-to/phases.md")]
PAGES += [Path(__file__).resolve().parents[3] / "docs/reference/listen.md"]
EXAMPLES = [
    text for page in PAGES for text in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
]


@pytest.fixture(scope="module")
def schema():
    return with_options(schema_of("listen"), listen)


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_files_of_the_pages_fit(schema, text):
    jsonschema.validate(tomllib.loads(text), schema)


@pytest.mark.parametrize(
    "text",
    [
        "lateness = 10\nmax_meters = 5\nmax-meters = 5\nno_publish = true",
        'meter_kind = "grid"\n[[meters]]\nname = "a"\nphases = ["x", { topic = "y", unit = "kW" }]',
    ],
)
def test_what_the_command_takes_fits(schema, text):
    jsonschema.validate(tomllib.loads(text), schema)


@pytest.mark.parametrize(
    "text",
    [
        "latenes = 10",
        "quiet = 5",
        'meter_kind = "gird"',
        'help = "x"',
        'meters = "a"',
        '[[meters]]\nname = "a"\nphases = [{ topik = "y" }]',
        '[[meters]]\nname = "a"\nunit = "MW"',
        '[[meters]]\nname = "a"\nphases = ["x"]',
        '[[meters]]\nname = "a"\nphases = [' + ", ".join(f'"x/{n}"' for n in range(13)) + "]",
        '[[meters]]\nname = "a"\nphases = ["x", { name = "L2" }]',
        '[[meters]]\nname = "a"\ntopic = "t"\nphases = ["x", "y"]',
    ],
)
def test_what_the_command_refuses_does_not_fit(schema, text):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), schema)


def test_everything_in_it_is_described(schema):
    for definition in schema["$defs"].values():
        assert definition["description"]
        assert all(each.get("description") for each in definition["properties"].values()), definition


def test_it_is_printed(capsys, schema):
    main(["schema", "listen"])
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(schema))
