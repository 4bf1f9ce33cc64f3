"""Words and numbers as a language writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

__all__ = ["NOTHING", "Forms", "Phrase"]

NOTHING = "–"

_FINE, _MIDDLE = 10, 100


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to say in whichever language: the key of a text, and what is put in.

    Attributes:
        key: Of the text.
        parts: Words as they are, numbers, dates, other phrases, or several phrases in a row.
    """

    key: str
    parts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Forms:
    """One language.

    Attributes:
        words: Its texts by key, with the names of what is put in in braces; `number.decimal`, `number.group` and
            `number.percent` say how numbers are written, `date.months` and `date.form` how dates are.
    """

    words: Mapping[str, str]

    def say(self, key: str, **parts: object) -> str:
        """The text of a key with its parts put in."""
        return self.words[key].format(**parts)

    def counted(self, key: str, n: int, **parts: object) -> str:
        """The text of a key about `n` things; of `key.one` about one."""
        return self.say(f"{key}.one" if n == 1 else key, n=self.number(n), **parts)

    def said(self, part: object) -> str:
        """A phrase in words, with numbers and dates as the language writes them."""
        if isinstance(part, Phrase):
            return self.say(part.key, **{name: self.said(each) for name, each in part.parts.items()})
        if isinstance(part, tuple):
            return ", ".join(map(self.said, part))
        if isinstance(part, int | float):
            return self.number(part, len(f"{part:.12g}".partition(".")[2]))
        return self.date(part) if isinstance(part, date) else str(part)

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with so many decimals; a dash where there is none."""
        if value is None:
            return NOTHING
        swap = {",": self.words["number.group"], ".": self.words["number.decimal"], "-": "−"}
        text = f"{value + 0.0:,.{digits}f}"
        text = text.removeprefix("-") if not any(digit in text for digit in "123456789") else text
        return "".join(swap.get(letter, letter) for letter in text)

    def energy(self, kwh: float | None, *, like: float | None = None) -> str:
        """An energy in kWh with about four significant digits, without its unit; with the decimals of `like`."""
        size = abs((kwh if like is None else like) or 0.0)
        return self.number(kwh, 3 if size < _FINE else 2 if size < _MIDDLE else 1)

    def percent(self, share: float | None) -> str:
        """A share as percent, with its sign."""
        return NOTHING if share is None else self.number(share * 100, 1) + self.words["number.percent"]

    def date(self, day: date) -> str:
        """A date, written out."""
        month = self.words["date.months"].split()[day.month - 1]
        return self.say("date.form", day=day.day, month=month, year=day.year)

    def moment(self, text: str, *, offset: bool = False) -> str:
        """A date and a time from `2024-06-21T00:00:05+02:00`; with its offset where the clock changes."""
        at = datetime.fromisoformat(text)
        zone = f" {self.offset(at.utcoffset() or timedelta())}" if offset else ""
        return f"{self.date(at.date())}, {at:%H:%M:%S}{zone}"

    @staticmethod
    def offset(offset: timedelta) -> str:
        """What is behind a time that the clock shows twice: its offset from UTC."""
        hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
        return f"(UTC{'−' if offset < timedelta() else '+'}{hours:02}:{minutes:02})"

    def day(self, text: str) -> str:
        """A date from `2024-06-21`, or a month from `2024-06`."""
        if len(text) > len("2024-06"):
            return self.date(date.fromisoformat(text))
        year, _, month = text.partition("-")
        return f"{self.words['date.months'].split()[int(month) - 1]}\u00a0{year}"

    def duration(self, seconds: int) -> str:
        """A length of time in its largest whole unit."""
        for unit, unit_s in (("h", 3_600), ("min", 60)):
            if seconds % unit_s == 0:
                return f"{self.number(seconds // unit_s)} {unit}"
        return f"{self.number(seconds)} s"
