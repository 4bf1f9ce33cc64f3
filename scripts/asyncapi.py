#!/usr/bin/env python3
"""Writes the schemas at the end of docs/reference/asyncapi.yaml from the structs: scripts/asyncapi.py [FILE]."""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from pvsim.wiring.schemas import schema_of

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "reference" / "asyncapi.yaml"
MARK = "  schemas: # written by scripts/asyncapi.py\n"
MESSAGES = ("reading", "end", "tick", "sample", "state", "service_state")


def schemas() -> dict[str, Any]:
    """The structs of all messages by name, as `#/components/schemas` has them."""
    found: dict[str, Any] = {}
    for name in MESSAGES:
        text = json.dumps(schema_of(name)["$defs"])
        found |= json.loads(text.replace("#/$defs/", "#/components/schemas/"))
    return found


def document(text: str) -> str:
    """The whole document, from what stands in it by hand."""
    head = text.partition(MARK)[0]
    body = yaml.safe_dump(schemas(), sort_keys=False, allow_unicode=True, width=115)
    return head + MARK + "".join(f"    {line}\n" for line in body.splitlines())


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENT
    target.write_text(document(DOCUMENT.read_text("utf-8")), "utf-8")
