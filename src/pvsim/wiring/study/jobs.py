"""How the cases of a study are shared out: those that have loads and weather in common go to one worker."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from pvsim.app.study import Work
from pvsim.config import RunConfig, SitePvConfig
from pvsim.core.study.case import Case
from pvsim.core.study.record import Job, JobCase
from pvsim.wiring.shared_models import loads_key

__all__ = ["AHEAD", "AHEAD_METERS", "MEMORY_MB", "MOST_CASES", "MOST_METERS", "MOST_OF_LOAD", "case_mb", "jobs"]

AHEAD = 1_000
"""So many cases are looked at in search of some that have much in common; in memory they take a few MB."""

AHEAD_METERS = 50_000
"""Fewer, where they have so many meters together: half a kilobyte each."""

MOST_CASES = 16
"""Cases of one job, which is done again as a whole where it is cut short."""

MEMORY_MB = 96
"""What cases may take side by side in a worker: the process and what they share take as much, and it is 200 MB."""

_CASE_MB, _LONG_CASE_MB = 6, 12
_LONG_DAYS = 31  # from then on it has counts of the run and a month, beside those of a day
MOST_METERS = 2_000
"""Meters of all cases of one job, if it has more than one case."""

MOST_OF_LOAD = 100
"""Cases of one job where it publishes their load."""


class _Drawn(NamedTuple):
    """A case that waits for its job."""

    case: Case
    config: msgspec.Raw
    meters: int
    memory_mb: int
    common: tuple[bytes, ...]


def jobs(cases: Iterable[tuple[Case, RunConfig]], *, workers: int, by_load: bool = False) -> Iterator[Work[Case]]:
    """Share out cases, drawn as they are needed.

    Cases of one period and seed are put together, those first that have the same sky, then the same loads. None of
    the workers is left without work for that: the cases that are left are divided among all of them.

    Args:
        cases: Those that are open, in their order.
        workers: How many jobs are carried out at once.
        by_load: Each job has the cases of one load, however many workers there are: it publishes the load.
    """
    source = iter(cases)
    waiting: dict[bytes, list[_Drawn]] = {}
    count = meters = number = 0
    size, drawn_all = MOST_CASES, False
    while True:
        while not drawn_all and count < AHEAD and meters < AHEAD_METERS:
            if (each := next(source, None)) is None:
                drawn_all, size = True, min(max(-(-count // workers), 1), MOST_CASES)
                break
            period, drawn = _drawn(*each, by_load=by_load)
            waiting.setdefault(period, []).append(drawn)
            count, meters = count + 1, meters + drawn.meters
        if not count:
            return
        group = next(iter(waiting.values()))
        of_memory = MEMORY_MB // max(each.memory_mb for each in group)
        most = max(min(size, of_memory, MOST_METERS // max(each.meters for each in group)), 1)
        some = _next(waiting, MOST_OF_LOAD if by_load else most)
        count, meters = count - len(some), meters - sum(each.meters for each in some)
        yield _work(number, some)
        number += 1


def _next(waiting: dict[bytes, list[_Drawn]], size: int) -> list[_Drawn]:
    """Take the cases of the next job: of the period and seed that has waited longest."""
    period, group = next(iter(waiting.items()))
    group.sort(key=lambda each: each.case.number)
    seen: dict[bytes, int] = {}
    order = {each.case.number: [seen.setdefault(part, len(seen)) for part in each.common] for each in group}
    group.sort(key=lambda each: order[each.case.number])
    some = group[: -(-len(group) // -(-len(group) // size))]  # as many in each of the jobs that the group needs
    del group[: len(some)]
    if not group:
        del waiting[period]
    return some


def _work(number: int, some: list[_Drawn]) -> Work[Case]:
    some = sorted(some, key=lambda each: each.case.number)
    cases = tuple(JobCase(each.case.number, each.case.id, each.config) for each in some)
    return Work(Job(number, cases).encode(), tuple(each.case for each in some))


def case_mb(config: RunConfig) -> int:
    """What a case takes in its worker, beside what all cases of a job have in common."""
    return _LONG_CASE_MB if config.days > _LONG_DAYS else _CASE_MB


def _drawn(case: Case, config: RunConfig, *, by_load: bool) -> tuple[bytes, _Drawn]:
    """What only cases of one job have in common, and the case."""
    period, common = _common(config, by_load=by_load)
    text = msgspec.Raw(msgspec.json.encode(config))
    return period, _Drawn(case, text, len(config.meters), case_mb(config), common)


def _common(config: RunConfig, *, by_load: bool) -> tuple[bytes, tuple[bytes, ...]]:
    """What cases of a job have in common: period and seed, or their load; and what they may, the dearest first."""
    if by_load:
        return loads_key(config), ()
    period = msgspec.json.encode([config.first_date, config.days, config.tz, config.seed, config.every_s])
    pv = config.pv
    sky: object = pv
    if isinstance(pv, SitePvConfig):
        sky = pv.site.location, pv.site.weather, pv.spread_km
    return period, tuple(map(msgspec.json.encode, (sky, config.meters, pv)))
