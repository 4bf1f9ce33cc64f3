#!/usr/bin/env python3
"""How fast studies are, for docs/explanation/performance.md: CPU time, for a machine on which nothing else runs.

python scripts/study_speed.py cold [CASES]    # days of a home with nothing in common, one after the other
python scripts/study_speed.py year [DAYS]     # 15 variants of a home with one load and one sky, on two processes
python scripts/study_speed.py memory [CASES]  # the highest memory of a worker, as cases go by
"""

import asyncio
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from datetime import date, timedelta
from itertools import product

from msgspec.structs import replace

import pvsim
from pvsim.adapters.pool import LocalPool
from pvsim.adapters.site_file import read_site
from pvsim.core.study.case import Case
from pvsim.core.study.record import decode_results
from pvsim.wiring.study.jobs import jobs
from pvsim.wiring.study.work import carry_out

FIRST = date(2024, 1, 1)


def main() -> None:
    """Measure what is asked for."""
    what, *more = sys.argv[1:] or ["cold"]
    {"cold": cold, "year": year, "memory": memory}[what](*map(int, more))


def cold(count: int = 60) -> None:
    """Each case has another seed and another day, and is a job of its own."""
    works = [work.job for work in jobs(days_of_a_home(count + 3), workers=count)]
    for job in works[:3]:  # imports, tables
        carry_out(job)
    began = time.process_time()
    for job in works[3:]:
        carry_out(job)
    each_s = (time.process_time() - began) / count
    a_minute = f"{60 / each_s:.0f} a minute"
    say(f"{count} days of a home, nothing in common: {1e3 * each_s:.0f} ms of CPU each, {a_minute}")


def year(days: int = 366) -> None:
    """Three roofs and five batteries, in two worker processes."""
    works = list(jobs(variants(days), workers=2))
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    asyncio.run(all_of(LocalPool("pvsim.wiring.study.work:carry_out", 2), [work.job for work in works]))
    wall_s, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    each_ms = 1e3 * cpu_s / 15 / days
    say(f"15 variants of {days} days: {wall_s:.0f} s, {cpu_s:.0f} s of CPU, {each_ms:.0f} ms a variant and day")
    say(f"highest memory of a worker: {after.ru_maxrss / 1024:.0f} MB")


def memory(count: int = 2_000) -> None:
    """One process, days of a home in jobs of one case, and the memory that it has taken at most so far."""
    for i, work in enumerate(jobs(days_of_a_home(count), workers=count), 1):
        carry_out(work.job)
        if i in {20, count} or not i % (count // 10):
            say(f"{i:6} cases: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def days_of_a_home(count: int) -> Iterator[tuple[Case, pvsim.RunConfig]]:
    """Days with a battery, a heat pump and a car, each with a seed of its own."""
    for i in range(count):
        day = FIRST + timedelta(days=i * 37 % 366)
        yield case(i, pvsim.Request(site="home-battery", date=f"{day}", seed=i))


def variants(days: int) -> Iterator[tuple[Case, pvsim.RunConfig]]:
    """A home with three roofs and five batteries, one of them none."""
    home = read_site("home-battery")
    for i, (tilt_deg, kwh) in enumerate(product((15.0, 30.0, 45.0), (0, 4, 8, 12, 16))):
        plants = tuple(replace(plant, tilt_deg=tilt_deg) for plant in home.plants)
        battery = replace(home.battery, capacity_kwh=float(kwh)) if kwh else None
        yield case(
            i, pvsim.Request(site=replace(home, plants=plants, battery=battery), date=f"{FIRST}", days=days)
        )


def case(number: int, request: pvsim.Request) -> tuple[Case, pvsim.RunConfig]:
    """A case as a study has it."""
    config = pvsim.configure(request)
    return Case(number, f"{number:010x}", "", {}, 0, config.seed), config


async def all_of(pool: LocalPool, works: list[bytes]) -> None:
    """Carry out all jobs; none may fail."""
    async with aclosing(pool.results(works)) as results:
        async for _, result in results:
            if isinstance(result, pvsim.PvsimError):
                raise result
            for each in decode_results(result):
                if each.error is not None:
                    raise SystemExit(each.error.what)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
