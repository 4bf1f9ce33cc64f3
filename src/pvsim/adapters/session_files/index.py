"""`index.json`: the days of each meter of a service; only what it lists is ever removed."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shlex import quote

import msgspec

from pvsim.adapters.session_files.disk import MODE, read
from pvsim.adapters.session_files.jobs import Sealed
from pvsim.adapters.shared.disk import Disk, replace
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.core.session.names import is_name
from pvsim.errors import BadInputError

__all__ = ["INDEX", "SERVICE", "Index", "IndexedDay"]

INDEX = "index.json"
SERVICE = "service.json"
"""Beside the index: which service it is of."""


class IndexedDay(msgspec.Struct, omit_defaults=True):
    """A local day of a meter that is sealed.

    Attributes:
        rows: Its rows.
        held: Those for which the value before stands.
        gaps: Seconds without a row.
        bytes: Length of `samples.csv`.
        sha256: Its digest.
        status: `complete`, or `partial` where seconds have no row.
        load_kwh: Energy that the meter measured; left out, as the next three, until they are added up.
        pv_kwh: PV energy.
        import_kwh: Energy from the grid.
        export_kwh: Energy fed in.
        problem: Why they cannot be added up.
    """

    rows: int
    held: int
    gaps: int
    bytes: int
    sha256: str
    status: str
    load_kwh: float | None = None
    pv_kwh: float | None = None
    import_kwh: float | None = None
    export_kwh: float | None = None
    problem: str | None = None

    @classmethod
    def of(cls, sealed: Sealed, rows: int, held: int) -> "IndexedDay":
        """A day that is not added up yet."""
        status = "complete" if sealed.complete else "partial"
        return cls(rows, held, sealed.gaps, sealed.bytes, sealed.sha256, status)

    @property
    def added_up(self) -> bool:
        """Whether its figures are known, or known not to be had."""
        return self.load_kwh is not None or self.problem is not None


class Index(msgspec.Struct):
    """The sealed days of a service, by meter and day (`2024-06-21`)."""

    service: str
    meters: dict[str, dict[str, IndexedDay]] = {}

    @classmethod
    def load(cls, directory: Path, service: str) -> "Index":
        """That of a directory; an empty one where there is none.

        Raises:
            BadInputError: if it is damaged.
        """
        path = directory / INDEX
        if (content := read(path)) is None:
            return cls(service)
        try:
            index = msgspec.json.decode(content, type=cls)
            for meter, days in index.meters.items():
                _check(meter, days)
        except NOT_DECODED as error:
            moved = f"mv {quote(str(path))} {quote(f'{path}.damaged')}"
            fix = f"{moved}; it is made again from the directories of the days"
            raise BadInputError(f"the index is damaged: {error}", where=str(path), fix=fix) from error
        return index

    def save(self, directory: Path, disk: Disk) -> None:
        """Write it, all or nothing; each day on a line.

        Raises:
            OSError: if that is not possible.
        """
        lines = [f'{{"service":{_text(self.service)},"meters":{{']
        for i, (meter, days) in enumerate(self.meters.items()):
            texts = [f"  {_text(day)}:{_text(each)}" for day, each in sorted(days.items())]
            end = "}," if i + 1 < len(self.meters) else "}"
            lines += [f" {_text(meter)}:{{", ",\n".join(texts), end]
        replace(directory / INDEX, "\n".join([*lines, "}}", ""]).encode(), disk, MODE)

    def days(self) -> Iterator[tuple[str, str, IndexedDay]]:
        """Meter, day and what is known of it."""
        for meter, days in self.meters.items():
            for day, each in days.items():
                yield meter, day, each

    def known(self, meter: str, day: str) -> IndexedDay | None:
        """What is listed of a day; None where it is not, or not any more."""
        return self.meters.get(meter, {}).get(day)

    def before(self, first: date) -> list[tuple[str, str]]:
        """Meter and day of all that is older."""
        return [(meter, day) for meter, day, _ in self.days() if day < first.isoformat()]

    def add(self, meter: str, day: str, facts: IndexedDay) -> None:
        """List a day."""
        self.meters.setdefault(meter, {})[day] = facts

    def forget(self, meter: str, day: str) -> None:
        """Leave out a day that was removed."""
        del self.meters[meter][day]
        if not self.meters[meter]:
            del self.meters[meter]


def _check(meter: str, days: dict[str, IndexedDay]) -> None:
    """Whether meter and days can be names of directories: they are removed by these."""
    if not is_name(meter):
        raise ValueError(f"{meter[:80]!r} is no name of a meter")
    for day in days:
        if date.fromisoformat(day).isoformat() != day:
            raise ValueError(f"{day!r} is no day")


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
