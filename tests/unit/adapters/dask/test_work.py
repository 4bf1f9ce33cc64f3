from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier, BrokenBarrierError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim import __version__
from pvsim.adapters.dask import work
from pvsim.adapters.dask.work import WorkerUnfitError, fulfil, unlike, versions

FACTS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["1", "2"]))


@given(FACTS, FACTS)
def test_workers_are_alike_if_they_have_all_that_is_wanted(wanted, there):
    assert (unlike(wanted, there) == "") == (wanted.items() <= there.items())


def test_what_is_otherwise_is_named():
    there = {"pvsim": "0.1.0", "Python": "3.11", "msgspec": "0.19.0", "dask": "1"}
    assert unlike({"pvsim": "0.2.0", "Python": "3.11", "pvlib": "0.16.0"}, there) == (
        "pvsim 0.1.0 instead of 0.2.0, no pvlib (0.16.0 here)"
    )


def test_the_versions_here_are_those_that_results_depend_on():
    found = versions()
    assert found["pvsim"] == __version__
    assert list(found) == ["pvsim", "Python", "msgspec", "numpy", "pvlib", "tzdata"]


def test_what_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setattr(work, "_PACKAGES", ("numpy", "no-such-package"))
    assert list(versions()) == ["pvsim", "Python", "numpy"]


@pytest.fixture
def on_a_worker(monkeypatch):
    monkeypatch.setattr(work, "_name", lambda: "worker a (tcp://10.0.0.5:4711)")


def test_a_worker_that_fits_carries_it_out(tmp_path):
    path = tmp_path / "house.csv"
    path.write_bytes(b"1")
    digest = sha256(b"1").hexdigest()
    assert fulfil(lambda job: job + b"!", b"job", versions(), {str(path): digest}) == b"job!"


def test_jobs_in_threads_of_a_worker_are_carried_out_one_at_a_time():
    together = Barrier(2)

    def alone(job):
        try:
            together.wait(timeout=0.02)
        except BrokenBarrierError:
            together.reset()
            return job
        return b"not alone"

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda job: fulfil(alone, job, {}, {}), [b"1", b"2", b"3", b"4"]))
    assert found == [b"1", b"2", b"3", b"4"]


@pytest.mark.usefixtures("on_a_worker")
def test_a_worker_with_other_versions_refuses_by_its_name():
    with pytest.raises(
        WorkerUnfitError, match=r"^worker a \(tcp://10.0.0.5:4711\): it has pvsim .* instead of 9$"
    ):
        fulfil(lambda job: job, b"job", versions() | {"pvsim": "9"}, {})


@pytest.mark.usefixtures("on_a_worker")
def test_a_worker_without_the_file_or_with_another_content_refuses_by_its_path(tmp_path):
    path = tmp_path / "house.csv"
    with pytest.raises(WorkerUnfitError, match=f"it cannot read {path}"):
        fulfil(lambda job: job, b"job", {}, {str(path): "00"})
    path.write_bytes(b"1")
    with pytest.raises(WorkerUnfitError, match=f"it has another content of {path}"):
        fulfil(lambda job: job, b"job", {}, {str(path): "00"})
    with pytest.raises(WorkerUnfitError, match="it cannot read"):
        fulfil(lambda job: job, b"job", {}, {"a\0b": "00"})
