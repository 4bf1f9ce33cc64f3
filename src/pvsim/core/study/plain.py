"""What TOML or Python says, as the plain data of a study."""

import re
from datetime import date, datetime, time
from typing import Any

import msgspec

from pvsim.core.site.plain_data import plain
from pvsim.core.study.paths import Plain

__all__ = ["inline", "plain_of", "text_of"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def plain_of(value: Any) -> Plain:
    """A value of TOML or Python as plain data: dates and times are texts, as in JSON, NumPy's numbers Python's.

    Raises:
        ValueError: if it is, or has in it, no such data or half of a surrogate pair.
    """
    value = plain(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {text_of(name): plain_of(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain_of(each) for each in value]
    if isinstance(value, str):
        return text_of(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    raise ValueError(f"no plain data: {type(value).__name__}")


def text_of(text: str) -> str:
    """The text, if UTF-8 can hold it.

    Raises:
        ValueError: if it cannot.
    """
    if text.encode("utf-8", "ignore").decode() != text:
        shown = text.encode("ascii", "backslashreplace").decode()
        raise ValueError(f"half of a surrogate pair, which UTF-8 cannot hold: {shown}")
    return text


def inline(value: Plain) -> str:
    """A value in one line as a study file has it, `{ kind = "file" }`; a text by itself without quotes."""
    return value if isinstance(value, str) else _inline(value)


def _inline(value: Plain) -> str:
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{_key(name)} = {_inline(each)}" for name, each in value.items()) + " }"
            if value
            else "{}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return msgspec.json.encode(value).decode()


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _inline(name)
