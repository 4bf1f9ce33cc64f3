"""The AsyncAPI document as what it says of a message on the wire."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/reference/asyncapi.yaml"


@cache
def document() -> dict[str, Any]:
    return yaml.safe_load(DOCUMENT.read_text("utf-8"))


def channel_of(address: str) -> str:
    """The one channel of a routing key, topic or stream."""
    found = [name for name, channel in document()["channels"].items() if _fits(channel, address)]
    if found == ["log", "runLog"]:  # one address: a run and a service have the same kind of stream
        return "log"
    (name,) = found
    return name


def check(address: str, body: bytes) -> Any:
    """What a message says; it is valid by a schema of its channel, else that fails."""
    text = body.decode()
    channel = document()["channels"][channel_of(address)]
    messages = [_at(message) for message in channel["messages"].values()]
    value = text if all(message.get("contentType") == "text/plain" for message in messages) else json.loads(text)
    if channel["address"].endswith("{value}"):
        value = json.loads(text)
    schemas = [message["payload"] for message in messages]
    jsonschema.Draft202012Validator({"anyOf": schemas, "components": document()["components"]}).validate(value)
    return value


def _at(reference: dict[str, str]) -> Any:
    found: Any = document()
    for name in reference["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found if "$ref" not in found else _at(found)


def _fits(channel: dict[str, Any], address: str) -> bool:
    """Whether an address is one of a channel: its parameters are names, or of a list."""
    pieces = re.split(r"\{(\w+)\}", channel["address"])
    parameters = channel["parameters"]
    pattern = "".join(
        "|".join(parameters[piece].get("enum", [r"[\w-]+"])).join("()") if number % 2 else re.escape(piece)
        for number, piece in enumerate(pieces)
    )
    return re.fullmatch(pattern, address) is not None
