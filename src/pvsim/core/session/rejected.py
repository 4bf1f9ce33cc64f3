"""Why a message of the log has no part in a row, and the line that is kept of it."""

from enum import StrEnum

import msgspec

from pvsim.core.messages.entry import Entry
from pvsim.core.metering.observed import Refused

__all__ = ["Reason", "rejection_line"]

_BODY_BYTES = 512
_KEY_CHARS = 255
_DETAIL_CHARS = 600


class Reason(StrEnum):
    """Reasons that are the session's; a body has others of its own."""

    LATE = "late"
    AHEAD = "its clock is ahead"
    RANGE = "outside the range of its meter"
    OTHER_CASE = "a meter is called so but for small and capital letters"
    MANY_METERS = "of one meter more than the service takes"
    MANY_READINGS = "more readings of its second than are taken"
    SUM = "a sum of phases outside the range of its meter"
    ARRIVAL = "no time of arrival that can be"


def rejection_line(entry: Entry, refused: Refused) -> bytes:
    """One line of `rejected.jsonl`; text from the wire is escaped, and cut where it is long."""
    fields = {
        "offset": entry.offset,
        "arrived_ms": entry.arrived_ms,
        "routing_key": entry.routing_key[:_KEY_CHARS],
        "reason": refused.reason,
        "detail": refused.detail[:_DETAIL_CHARS],
        "bytes": len(entry.body),
        "body": entry.body[:_BODY_BYTES].decode("utf-8", errors="backslashreplace"),
    }
    return msgspec.json.encode(fields) + b"\n"
