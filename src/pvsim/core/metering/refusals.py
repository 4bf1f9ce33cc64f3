"""Why a body is refused, and what of it may stand in a message: little, and nothing that a terminal obeys."""

from enum import StrEnum

from pvsim.core.metering.observed import Refused

__all__ = ["MAX_DETAIL", "BodyError", "Refusal", "shown"]

MAX_DETAIL = 200
"""Characters of a detail: what is in it may come from anybody."""

_SHOWN = 40


class Refusal(StrEnum):
    """Why a body is not used: what messages are counted by."""

    BATCH = "in a batch that cannot be read"
    TOO_LARGE = "too large"
    ENCODING = "in an encoding that is not read"
    NOT_TEXT = "neither JSON nor a number"
    TOO_DEEP = "nested too deep"
    TWICE = "a field stands twice"
    MISSING = "without the field that has the value"
    NO_VALUE = "the meter says that it has no value"
    NOT_A_NUMBER = "not a number"
    AMBIGUOUS = "a number that means two things"
    UNIT = "in another unit"
    TIME = "not a time"
    NEGATIVE = "a negative power of a load meter"
    RANGE = "outside the meter's range"
    CONTRACT = "not a message of the contract"
    VERSION = "another version of the contract"
    OTHER_SERVICE = "of another run"
    OTHER_METER = "of another meter than its routing key"
    OLD_STATE = "a state of a counter older than the one before"
    STEP_BACK = "a counter that goes back"


class BodyError(Exception):
    """A body cannot be used; never leaves this room."""

    def __init__(self, reason: Refusal, detail: str) -> None:
        super().__init__(reason, detail)
        self.refused = Refused(reason, _safe(detail))


def shown(value: object) -> str:
    """A value from the wire for a message: short, a text in quotes, with escapes for what is not ASCII."""
    text = ascii(value if not isinstance(value, str) else value[: _SHOWN + 1])
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _safe(text: str) -> str:
    short = text if len(text) <= MAX_DETAIL else f"{text[: MAX_DETAIL - 3]}..."
    if short.isascii() and short.isprintable():
        return short
    return ascii(short)[1:-1][:MAX_DETAIL]
