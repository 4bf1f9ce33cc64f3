"""The text of a summary: that of `summary.json` is indented, and has each row of a table on one line."""

import re
from collections.abc import Iterator
from itertools import islice

import msgspec

from pvsim.core.results.summary import Summary

__all__ = ["summary_line", "summary_pieces", "summary_text"]

_DEEP = re.compile(rb"(?<=[\[{])\n *([^\[\]{}]*?)\n {8,}(?=[\]}])")
"""What lists and objects have in them that have none in them, and are in others."""

_AT_ONCE = 100
"""Meters whose text is made at once: each has 4 kB of it, and is several times as large while it is made."""

_HEAD, _TAIL = b'{\n  "meters": {', b"\n  }\n}"


def summary_line(summary: Summary) -> str:
    """The same on one line, for a terminal."""
    return msgspec.json.encode(summary, enc_hook=dict).decode()  # the figures of each meter may be no dict yet


def summary_text(summary: Summary) -> bytes:
    """The whole text of `summary.json`."""
    return b"".join(summary_pieces(summary))


def summary_pieces(summary: Summary) -> Iterator[bytes]:
    """The text in pieces, each with some of the meters."""
    if not summary.meters:
        yield _text(summary) + b"\n"
        return
    empty = _HEAD[1:] + b"}"
    before, _, after = _text(msgspec.structs.replace(summary, meters={})).partition(empty)
    yield before + _HEAD[1:]
    names, separator = iter(summary.meters), b""
    while some := list(islice(names, _AT_ONCE)):
        text = _text({"meters": {name: summary.meters[name] for name in some}})
        yield separator + text[len(_HEAD) : -len(_TAIL)]
        separator = b","
    yield _TAIL[:-2] + after + b"\n"


def _text(value: object) -> bytes:
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    return _DEEP.sub(lambda part: re.sub(rb"\n *", b" ", part[1]), text)
