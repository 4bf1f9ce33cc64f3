"""The rules that come with pvsim fit their JSON Schema."""

import json
import tomllib
from importlib.resources import files

import jsonschema
import pytest

from pvsim.adapters.rules_file import COUNTRIES
from pvsim.wiring.schemas import schema_of


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_rules_of_each_country_fit_the_json_schema(country):
    data = tomllib.loads(files("pvsim").joinpath(f"data/rules/{country}.toml").read_text("utf-8"))
    plain = json.loads(json.dumps(data, default=str))  # JSON has no dates
    schema = schema_of("rules")
    jsonschema.validate(plain, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain | {"nmae": "x"}, schema)


def test_each_rule_of_the_schema_is_described():
    for title, definition in schema_of("rules")["$defs"].items():
        assert definition["description"], title
        for name, field in definition["properties"].items():
            assert field.get("description"), (title, name)
