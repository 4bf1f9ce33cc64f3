"""Each case is in one job, with those that it has most in common with, and no worker stands idle for that."""

from itertools import count, product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import pvsim
from pvsim.config import CurveConfig, RunConfig, SyntheticMeter
from pvsim.core.study.case import Case
from pvsim.core.study.record import Job
from pvsim.wiring.study.jobs import AHEAD, AHEAD_METERS, MOST_CASES, jobs

CONFIG = pvsim.configure(pvsim.Request(date="2024-06-21", every="1h"))
WALK = replace(CONFIG.meters[0], source=SyntheticMeter("walk"))


def case(number, **changes):
    config = replace(CONFIG, **changes)
    return Case(number, f"{number:010x}", "", {}, 0, config.seed), config


def numbers(work):
    return [each.number for each in work.cases]


@given(seeds=st.lists(st.integers(0, 3), max_size=60), workers=st.integers(1, 9))
@settings(max_examples=50, deadline=None)
def test_each_case_is_in_one_job_of_one_seed_and_all_workers_have_work(seeds, workers):
    cases = [case(number, seed=seed) for number, seed in enumerate(seeds)]
    found = list(jobs(cases, workers=workers))
    assert sorted(number for work in found for number in numbers(work)) == list(range(len(cases)))
    most = min(max(-(-len(cases) // workers), 1), MOST_CASES)
    for i, work in enumerate(found):
        job = Job.decode(work.job)
        assert job.number == i
        assert numbers(work) == sorted(numbers(work)) == [each.number for each in job.cases]
        assert 1 <= len(work.cases) <= most
        assert len({seeds[number] for number in numbers(work)}) == 1


def test_what_travels_is_the_configuration():
    (work,) = jobs([case(5, seed=7)], workers=2)
    (only,) = Job.decode(work.job).cases
    assert (only.number, only.id) == (5, "0000000005")
    assert msgspec.json.decode(only.config, type=RunConfig) == replace(CONFIG, seed=7)


def test_variants_of_a_year_are_divided_evenly():
    """15 cases and 2 workers: two jobs, not one of eight and many small ones."""
    cases = [case(n, pv=CurveConfig(1.0 + n)) for n in range(15)]
    assert [len(work.cases) for work in jobs(cases, workers=2)] == [8, 7]


def test_long_runs_come_in_smaller_jobs():
    """A run of a year takes twice the memory of a day: 8 of them go side by side in a worker, and 16 days."""
    for days, sizes in ((31, [10, 10]), (32, [7, 7, 6])):
        cases = [case(n, days=days, pv=CurveConfig(1.0 + n)) for n in range(20)]
        found = [len(work.cases) for work in jobs(cases, workers=1)]
        assert found == sizes


def test_those_with_the_same_sky_and_loads_come_together():
    """Two loads and two plants, swept so that neighbours have little in common; four cases a job."""
    swept = product(range(4), [CONFIG.meters, (WALK,)], [1.0, 2.0])
    cases = [case(n, meters=meters, pv=CurveConfig(peak)) for n, (_, meters, peak) in enumerate(swept)]
    found = [numbers(work) for work in jobs(cases, workers=4)]
    assert found == [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]]


def test_the_same_sky_is_seen_through_different_plants():
    pv = pvsim.configure(pvsim.Request(site="home", date="2024-06-21")).pv
    (plant,) = pv.site.plants
    roofs = [replace(pv, site=replace(pv.site, plants=(replace(plant, tilt_deg=tilt),))) for tilt in (10.0, 20.0)]
    other = replace(pv, site=replace(pv.site, weather=pvsim.ClearWeather()))
    cases = [case(n, pv=each) for n, each in enumerate([roofs[0], other, roofs[1], other])]
    assert [numbers(work) for work in jobs(cases, workers=2)] == [[0, 2], [1, 3]]


def test_large_fleets_come_in_smaller_jobs():
    meters = tuple(replace(CONFIG.meters[0], name=f"m{i}") for i in range(700))
    cases = [case(n, meters=meters, pv=CurveConfig(1.0 + n)) for n in range(6)]
    assert [len(work.cases) for work in jobs(cases, workers=1)] == [2, 2, 2]
    assert len(next(jobs([case(0, meters=meters * 3)], workers=1)).cases) == 1


def test_a_job_that_publishes_has_all_cases_of_one_load():
    loads = [CONFIG.meters, (WALK,)]
    cases = [case(n, meters=loads[n % 2], pv=CurveConfig(1.0 + n), every_s=60 * (n % 3 + 1)) for n in range(30)]
    found = [numbers(work) for work in jobs(cases, workers=9, by_load=True)]
    assert found == [list(range(0, 30, 2)), list(range(1, 30, 2))]


def test_cases_without_end_are_drawn_as_they_are_needed():
    drawn = count()
    found = jobs((case(n, seed=n % 2) for n in drawn), workers=2)
    first = [next(found) for _ in range(3)]
    assert [len(work.cases) for work in first] == [MOST_CASES] * 3
    assert {number % 2 for work in first for number in numbers(work)} == {0}
    assert next(drawn) <= AHEAD + 3 * MOST_CASES


def test_large_fleets_are_drawn_a_few_at_a_time():
    meters, drawn = tuple(replace(CONFIG.meters[0], name=f"m{i}") for i in range(1_000)), count()
    next(jobs((case(n, meters=meters) for n in drawn), workers=1))
    assert next(drawn) == AHEAD_METERS // 1_000


@pytest.mark.parametrize("workers", [1, 3])
def test_without_cases_there_is_no_job(workers):
    assert list(jobs([], workers=workers)) == []
