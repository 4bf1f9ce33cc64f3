"""What a study takes, told from one of its cases that is really carried out."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from pvsim.adapters.processes import peak_memory_mb
from pvsim.core.study.record import decode_results
from pvsim.errors import PvsimError
from pvsim.wiring.study.file import case_at
from pvsim.wiring.study.jobs import MEMORY_MB, MOST_CASES, case_mb, jobs
from pvsim.wiring.study.study import records_of
from pvsim.wiring.study.work import carry_out

if TYPE_CHECKING:
    from pvsim.config.study import Study
    from pvsim.core.study.case import Case

__all__ = ["Trial", "try_one"]

_LONG_S = 20.0
"""What takes longer is not tried a second time."""


class Trial(NamedTuple):
    """A case that was tried.

    Attributes:
        case: Which.
        first_s: How long it took the first time, with all that is loaded and read for it.
        next_s: How long it took once more; the first time again, where that was long.
        memory_mb: The most memory that this process has had.
        more_mb: What each further case takes that goes side by side with it.
        record_bytes: Length of its record.
    """

    case: "Case"
    first_s: float
    next_s: float
    memory_mb: int
    more_mb: int
    record_bytes: int

    def total_s(self, cases: int, size: int) -> float:
        """How long so many cases take on so many processes, if they share nothing."""
        return self.first_s + self.next_s * max(cases - size, 0) / size

    def total_mb(self, cases: int, size: int) -> int:
        """How much memory they take at most, with the process that gives out so many cases to these."""
        beside = min(-(-cases // size), MOST_CASES, MEMORY_MB // self.more_mb) - 1
        return self.memory_mb * (size + 1) + self.more_mb * max(beside, 0) * size

    def total_bytes(self, cases: int) -> int:
        """What their records take on disk; table and page are smaller."""
        return self.record_bytes * cases


def try_one(asked: "Study", now_s: Callable[[], float] = time.monotonic) -> Trial:
    """Carry out the first case in this process; nothing is kept of it.

    Raises:
        PvsimError: if it fails.
    """
    case, config = case_at(asked, 0)
    work = next(iter(jobs([(case, config)], workers=1)))
    began_s = now_s()
    result = carry_out(work.job)
    first_s = next_s = now_s() - began_s
    (found,) = decode_results(result)
    if found.error is not None:
        error = found.error
        raise PvsimError(f"case 0 ({case.id}) fails: {error.what}", where=error.where, fix=error.fix)
    if first_s < _LONG_S:
        began_s = now_s()
        carry_out(work.job)
        next_s = now_s() - began_s
    (record,) = records_of(work, result)
    return Trial(case, first_s, next_s, peak_memory_mb(), case_mb(config), len(msgspec.json.encode(record)) + 1)
