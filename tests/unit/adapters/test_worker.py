"""A worker process: what it gives, its errors, and its end."""

import os

import pytest

from pvsim.adapters.worker import Worker
from pvsim.core.session.clock import ServiceClock, parse_clock
from pvsim.errors import PvsimError, UsageError


async def test_a_process_of_its_own_gives_results_and_errors():
    worker = Worker()
    try:
        assert await worker.carry_out(parse_clock, "1x@2024-06-21T00:00:00Z") == ServiceClock(
            "1x", 1_718_928_000_000
        )
        with pytest.raises(UsageError, match="is a speed"):
            await worker.carry_out(parse_clock, "1x")
    finally:
        worker.dismiss()


async def test_a_process_that_ends_is_an_error_and_the_next_one_works():
    worker = Worker()
    try:
        with pytest.raises(PvsimError, match="the worker process has ended"):
            await worker.carry_out(os._exit, 3)
        assert await worker.carry_out(abs, -5) == 5
    finally:
        worker.dismiss()
    worker.dismiss()
