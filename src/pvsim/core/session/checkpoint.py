"""The checkpoint of a service: all that is needed to go on, in one file that is replaced as a whole.

The order of a commit is: append rows → fsync them → write the checkpoint beside the old one → fsync → rename. So a
checkpoint never speaks of more than the files hold; if it does, somebody changed them: an error with a name.
"""

from collections.abc import Mapping
from datetime import date
from zlib import crc32

import msgspec

from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.core.session.closed import EndedDay
from pvsim.core.session.state import SessionState
from pvsim.errors import BadInputError

__all__ = [
    "CHECKPOINT_VERSION",
    "OpenDay",
    "ServiceCheckpoint",
    "decode_checkpoint",
    "encode_checkpoint",
    "raw",
]

CHECKPOINT_VERSION = 1

_CRC_DIGITS = 8


class OpenDay(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A meter's file of one local day that is not sealed yet.

    Attributes:
        meter: The meter.
        day: The day.
        bytes: Length of its file of rows, the header included.
        crc32: CRC-32 of that.
        low_dw: The least that the meter may show in it, in 0.1 W.
        high_dw: The most.
        ended: What its rows come to, when the day is over.
    """

    meter: str
    day: date
    bytes: int
    crc32: int
    low_dw: int
    high_dw: int
    ended: EndedDay | None = None


class ServiceCheckpoint(msgspec.Struct, kw_only=True):
    """What is safely on disk.

    Attributes:
        version: Of this file's form.
        service: Name of the service.
        zone: Where its days begin at midnight.
        state: The state of its session.
        days: The files that are not sealed.
        configs: The configuration of these days, as JSON, by day.
        rejected_bytes: Length of the file of rejected messages.
        rejected_next: Lengths of the files that follow it, where it is full and they have no name yet.
        kept: What others keep with it, as JSON, by name.
    """

    version: int = CHECKPOINT_VERSION
    service: str
    zone: str
    state: SessionState
    days: list[OpenDay] = []
    configs: dict[str, msgspec.Raw] = {}
    rejected_bytes: int = 0
    rejected_next: list[int] = []
    kept: dict[str, msgspec.Raw] = {}


_decoder = msgspec.json.Decoder(ServiceCheckpoint)


def encode_checkpoint(checkpoint: ServiceCheckpoint) -> bytes:
    """The file: CRC-32 in hexadecimal digits, and the rest as JSON on one line."""
    content = msgspec.json.encode(checkpoint)
    return b"%08x %s\n" % (crc32(content), content)


def decode_checkpoint(content: bytes) -> ServiceCheckpoint:
    """What a file says.

    Raises:
        BadInputError: if it is damaged, or of another version.
    """
    fix = "restore it from a copy, or start with another --out"
    digits, _, text = content.removesuffix(b"\n").partition(b" ")
    if len(digits) != _CRC_DIGITS or b"%08x" % crc32(text) != digits:
        raise BadInputError("the checkpoint is damaged: its CRC-32 is another", fix=fix)
    try:
        checkpoint = _decoder.decode(text)
    except NOT_DECODED as error:
        raise BadInputError(f"the checkpoint is damaged: {error}", fix=fix) from error
    if checkpoint.version != CHECKPOINT_VERSION:
        what = f"a checkpoint of version {checkpoint.version}; this pvsim reads version {CHECKPOINT_VERSION}"
        raise BadInputError(what, fix="use the version of pvsim that wrote it")
    return checkpoint


def raw(kept: Mapping[str, bytes]) -> dict[str, msgspec.Raw]:
    """JSON texts as parts of a checkpoint."""
    return {name: msgspec.Raw(content) for name, content in kept.items()}
