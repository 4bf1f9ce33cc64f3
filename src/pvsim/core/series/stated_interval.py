"""The interval that the header of energies names: `kWh/hh`, `kWh/15min`, `hourly consumption (kWh)`."""

import re
from typing import Final

__all__ = ["stated_interval_s"]

_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_NUMBER: Final = re.compile(
    r"(?<![^\W_])(?<![.:])(\d{1,2})[\s_-]*(min(?:ut[a-z]*)?|h|hours?|std|stunden?)(?![^\W\d_])"
)
_WORDS: Final = (
    (re.compile(r"quarter[\s_-]*hour|viertelst[uü]nd|quart d.heure"), 900),
    (re.compile(r"half[\s_-]*hour|halbst[uü]nd|demi[\s_-]*heure|/\s*hh(?![^\W\d_])"), 1_800),
    (re.compile(r"(?<![^\W\d_])(?:hourly|st[uü]ndlich\w*)(?![^\W\d_])"), _HOUR_S),
)


def stated_interval_s(header: str) -> int | None:
    """Seconds of the interval that a header names, None if it names none or more than one."""
    text = header.lower()
    found = {
        int(count) * (_MINUTE_S if unit.startswith("min") else _HOUR_S) for count, unit in _NUMBER.findall(text)
    }
    named = next((seconds for pattern, seconds in _WORDS if pattern.search(text)), None)
    found |= {named} if named else set()
    return found.pop() if len(found) == 1 else None
