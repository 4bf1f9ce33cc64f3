"""The table of pinned runs, `pins.toml`: what is typed, and what came out of it."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["TABLE", "Row", "parse", "read", "with_pins"]

TABLE = Path(__file__).with_name("pins.toml")
PINNED = ("exit", "counts", "energy_kwh", "samples", "summary", "rejected")
"""What a run is compared by; the other keys of a row say what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One run.

    Attributes:
        name: The name of the table in the file.
        command: As it is typed; ` & ` between two roles that run side by side.
        like: The row whose results it must have; such a row has none of its own.
        kill_at: The run is killed as soon as so many bytes of samples are on disk, and resumed.
        messages: What a meter of somebody else publishes: a name in `foreign.LOGS`.
        pinned: What came out: some of `PINNED`.
    """

    name: str
    command: str
    like: str | None = None
    kill_at: int | None = None
    messages: str | None = None
    pinned: dict[str, Any] = field(default_factory=dict)


def parse(text: str) -> dict[str, Row]:
    """The rows of a table by name; one that is `like` another has the other's results."""
    rows = {}
    for name, given in tomllib.loads(text).items():
        pinned = {key: given.pop(key) for key in PINNED if key in given}
        rows[name] = Row(name, **given, pinned=pinned)
    for row in rows.values():
        if row.like is not None:
            assert not row.pinned, f"{row.name} is like {row.like}, and has results of its own"
            row.pinned.update(rows[row.like].pinned)
    return rows


def read() -> dict[str, Row]:
    """The rows of the table in the repository."""
    return parse(TABLE.read_text("utf-8"))


def with_pins(text: str, name: str, pinned: dict[str, Any]) -> str:
    """The text of a table with other results for one row; everything else stays as it is written."""
    head, mark, rest = text.partition(f"[{name}]\n")
    assert mark, name
    body, another, tail = rest.partition("\n[")
    kept = [line for line in body.splitlines() if line.split(" =")[0] not in PINNED]
    last = max(place for place, line in enumerate(kept, 1) if " = " in line and not line.startswith("#"))
    kept[last:last] = [f"{key} = {_toml(value)}" for key, value in pinned.items()]
    return head + mark + "\n".join(kept) + "\n" + another + tail


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else str(value)
