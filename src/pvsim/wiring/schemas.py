"""The JSON Schemas of messages and files."""

import inspect
import re
from typing import Any

import msgspec

from pvsim.adapters.rundir import Manifest
from pvsim.config import RunConfig, meter_tables
from pvsim.config.listening import ListenFile
from pvsim.config.meter_forms import FEWEST_PHASES, MOST_PHASES
from pvsim.config.study import StudyFile
from pvsim.core.messages.contract import VERSION, End, Reading, Tick
from pvsim.core.publishing import contract as published
from pvsim.core.results.summary import Summary
from pvsim.core.rules import schema as rules
from pvsim.core.site import schema as site

__all__ = ["schema_of"]

_TYPES: dict[str, Any] = {
    "reading": Reading,
    "end": End,
    "tick": Tick,
    "sample": published.Sample,
    "state": published.State,
    "service_state": published.ServiceState,
    "manifest": Manifest,
    "summary": Summary,
    "config": RunConfig,
    "site": site.Site,
    "rules": rules.Rules,
    "study": StudyFile,
    "listen": ListenFile,
}

_ROOMS = (site, rules, published, meter_tables)
"""Where structs are that inherit fields."""

_ATTRIBUTE = re.compile(r"(\w+?)_?: (.*)")  # `from_` is called `from` in a file


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `pvsim schema` names: a message or a file.

    Args:
        name: One of `reading`, `end`, `tick`, `sample`, `state`, `service_state`, `manifest`, `summary`,
            `config`, `site`, `rules`, `study`, `listen` (without the options of the command).
    """
    schema = msgspec.json.schema(_TYPES[name])
    for title, definition in schema["$defs"].items():
        _describe(definition)
        _restrict(title, definition)
        struct = next((getattr(room, title) for room in _ROOMS if hasattr(room, title)), object)
        for base in struct.__mro__[1:]:  # what a kind of weather, load, rule or message inherits
            inherited = {"description": base.__doc__ or "", "properties": definition.get("properties", {})}
            _describe(inherited)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"pvsim {name}"}
    return {**head, **schema, "x-pvsim-contract": VERSION}


def _restrict(title: str, definition: dict[str, Any]) -> None:
    """Add what no type says of the phases of a meter: `meter_problems` refuses it with what helps."""
    if title == "PhaseTable":
        definition["required"] = ["topic"]
    elif title == "MeterTable":
        definition["not"] = {"required": ["topic", "phases"]}
        phases = next(each for each in definition["properties"]["phases"]["anyOf"] if each["type"] == "array")
        phases |= {"minItems": FEWEST_PHASES, "maxItems": MOST_PHASES}


def _describe(definition: dict[str, Any]) -> None:
    """Take the descriptions of the fields out of the docstring, where each has its line under `Attributes:`."""
    text, _, attributes = inspect.cleandoc(definition.get("description", "")).partition("Attributes:")
    definition["description"] = " ".join(text.split())
    field = None
    for line in attributes.splitlines():
        properties = definition.get("properties", {})
        if (match := _ATTRIBUTE.match(line.strip())) and match[1] in properties:
            field = properties[match[1]]
            field["description"] = match[2]
        elif field is not None and line.strip():
            field["description"] += " " + line.strip()
