"""The JSON Schemas of messages and files."""

from typing import Any

import msgspec

from pvsim.adapters.rundir import Manifest
from pvsim.config import RunConfig
from pvsim.core.contract import VERSION, End, Reading
from pvsim.core.metrics import Summary

__all__ = ["schema_of"]

_TYPES: dict[str, Any] = {
    "reading": Reading,
    "end": End,
    "manifest": Manifest,
    "summary": Summary,
    "config": RunConfig,
}


def schema_of(name: str) -> dict[str, Any]:
    """The schema of `reading`, `end`, `manifest`, `summary` or `config` (JSON Schema 2020-12)."""
    schema = msgspec.json.schema(_TYPES[name])
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"pvsim {name}", **schema}
    if name == "reading":
        power = schema["$defs"]["Reading"]["properties"]["meter_w"]
        power |= {"minimum": 0, "maximum": 9000}
    return schema | {"x-pvsim-contract": VERSION}
