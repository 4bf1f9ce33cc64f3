"""A line of `records.jsonl`: a record as JSON, whose last field says whether the line is as pvsim wrote it."""

from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

if TYPE_CHECKING:
    from pvsim.core.study.record import CaseRecord

__all__ = ["is_as_written", "line_of", "with_checksum"]

_END = b',"crc32":"%08x"}\n'
_LENGTH = len(_END % 0)


def line_of(record: "CaseRecord") -> bytes:
    """The line of a record."""
    return with_checksum(msgspec.json.encode(record))


def with_checksum(record: bytes) -> bytes:
    """The line of a record that is JSON already: its last field is the CRC-32 of the record without it."""
    return record[:-1] + _END % crc32(record)


def is_as_written(line: bytes) -> bool:
    """Whether nobody has changed a line since."""
    return line == with_checksum(line[:-_LENGTH] + b"}")
