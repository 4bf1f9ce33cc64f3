"""From the bytes of a body to text or decoded JSON, within bounds."""

import json
import re
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pvsim.core.messages.batch import Unreadable
from pvsim.core.messages.contract import MAX_BODY_BYTES
from pvsim.core.metering.paths import Path, path_text
from pvsim.core.metering.refusals import BodyError, Refusal, shown
from pvsim.core.quantities.json_text import NOT_DECODED

__all__ = ["MAX_DEPTH", "MAX_UNPACKED_BYTES", "content_of", "decoded", "refuse_twice"]

MAX_UNPACKED_BYTES = 65_536
MAX_DEPTH = 32
"""Lists and objects within each other."""

_PLAIN = frozenset({"", "identity", "utf-8", "utf8", "us-ascii", "ascii"})
_GZIP = frozenset({"gzip", "x-gzip"})
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WBITS = 31
_BOM = b"\xef\xbb\xbf"
_PADDING = b" \t\r\n\0"
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NO_NUMBER = re.compile(rb"\b(?:NaN|Infinity)\b")


def content_of(body: bytes, encoding: str) -> bytes:
    """The body unpacked, without the byte order mark, blanks and NULs around it.

    Raises:
        BodyError: if it is too large, or in an encoding that is not read.
    """
    if isinstance(body, Unreadable):
        raise BodyError(Refusal.BATCH, body.why)
    if len(body) > MAX_BODY_BYTES:
        raise BodyError(Refusal.TOO_LARGE, f"{len(body):,} bytes; the limit is {MAX_BODY_BYTES:,}")
    name = encoding.strip().lower()
    if name in _GZIP:
        body = _unpacked(body)
    elif name not in _PLAIN:
        raise BodyError(Refusal.ENCODING, f"the content encoding {shown(encoding)}; gzip and plain text are read")
    elif body.startswith(_GZIP_MAGIC):
        raise BodyError(Refusal.ENCODING, "gzip, but its content encoding does not say so; send it plain")
    return body.removeprefix(_BOM).strip(_PADDING)


def _unpacked(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(_GZIP_WBITS)
    try:
        content = unpacker.decompress(body, MAX_UNPACKED_BYTES + 1)
    except zlib.error as error:
        raise BodyError(Refusal.ENCODING, f"damaged gzip: {error}") from error
    if len(content) > MAX_UNPACKED_BYTES:
        raise BodyError(Refusal.TOO_LARGE, f"more than {MAX_UNPACKED_BYTES:,} bytes when unpacked")
    if not unpacker.eof or unpacker.unused_data:
        raise BodyError(Refusal.ENCODING, "gzip that is cut off, or with something behind it")
    return content


def decoded(content: bytes) -> Any:
    """The JSON of a body.

    Raises:
        BodyError: if it is none, or nested too deep.
    """
    if content.count(b"[") + content.count(b"{") > MAX_DEPTH and _depth(content) > MAX_DEPTH:
        raise BodyError(Refusal.TOO_DEEP, f"more than {MAX_DEPTH} lists and objects within each other")
    try:
        return msgspec.json.decode(content)
    except NOT_DECODED as error:
        if _NO_NUMBER.search(content):
            raise BodyError(Refusal.NO_VALUE, "NaN and Infinity are no values, and no JSON") from error
        raise BodyError(Refusal.NOT_TEXT, f"{error}") from error


def _depth(content: bytes) -> int:
    """How many brackets are open at once, outside of strings."""
    depth = most = 0
    for char in _STRING.sub(b"", content):
        if char in b"[{":
            depth += 1
            most = max(most, depth)
        elif char in b"]}":
            depth -= 1
    return most


def refuse_twice(content: bytes, paths: Iterable[Path], quoted: Iterable[bytes]) -> None:
    """Refuse a body that has two values where one is read: the decoder would take the last.

    Looking for them with another parser takes 10 µs and more, so only bodies which may have some are looked at.

    Args:
        content: JSON that was decoded.
        paths: What is read.
        quoted: The names on these paths, in quotes.

    Raises:
        BodyError: naming the field.
    """
    if b"\\" not in content and all(content.count(name) <= 1 for name in quoted):
        return
    whole = _decode_pairs(content.decode())
    for path in paths:
        node = whole
        for depth, step in enumerate(path):
            if isinstance(step, int):
                node = node[step] if isinstance(node, list) and step < len(node) else None
                continue
            values = [value for name, value in node if name == step] if isinstance(node, _Pairs) else []
            if len(values) > 1:
                raise BodyError(Refusal.TWICE, path_text(path[: depth + 1]))
            node = values[0] if values else None


class _Pairs(tuple[tuple[str, Any], ...]):
    """The fields of an object, as they stand there."""

    __slots__ = ()


def _pairs(pairs: Sequence[tuple[str, Any]]) -> _Pairs:
    return _Pairs(pairs)


_decode_pairs = json.JSONDecoder(
    object_pairs_hook=_pairs,
    parse_int=str,  # a number of 5,000 digits is nobody's business here
    parse_float=str,
    strict=False,
).decode
