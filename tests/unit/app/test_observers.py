"""Observers see every row in order, and none of them can fail, hang or lag so that a run notices."""

import asyncio
import logging

import numpy as np
import pytest

from pvsim.app.observers import Observers, Progress
from pvsim.app.ports import ObserverState, SimulatorProgress
from pvsim.app.simulator import simulate_run
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.results import rows
from pvsim.core.results.samples import Samples
from pvsim.errors import BrokerError


class Copy:
    """Keeps what it sees."""

    def __init__(self):
        self.seen = []

    async def observe(self, samples, accounted):
        self.seen.append((samples, accounted))


class Failing(Copy):
    """Fails with the second portion of rows."""

    async def observe(self, samples, accounted):
        await super().observe(samples, accounted)
        if len(self.seen) == 2:
            raise ZeroDivisionError("no page")


class Hanging(Copy):
    """Never comes back from the first portion."""

    async def observe(self, samples, accounted):
        await super().observe(samples, accounted)
        await asyncio.Event().wait()


async def simulated(one, observers):
    async with one.transport.log(one.plan.stream) as log:
        return await simulate_run(
            plan=one.plan,
            pv=one.pv,
            log=log,
            files=one.files,
            notify=one.notify,
            stop=one.stop,
            pace=one.pace,
            observers=observers,
        )


def said(one):
    return [report.what for report in one.reports if isinstance(report, ObserverState)]


def text_of(copy, plan):
    return rows.header(plan) + b"".join(rows.render(samples, plan) for samples, _ in copy.seen)


@pytest.mark.parametrize("every_s", [1, 8])
async def test_all_observers_see_each_row_once(site, every_s):
    one, copies = site(meters=("a", "b"), every_s=every_s), [Copy(), Copy()]
    await one.meter()
    await simulated(one, Observers(copies))
    for copy in copies:
        assert text_of(copy, one.plan) == one.rows()
        assert copy.seen[-1][1] == one.files.accounted
    assert said(one) == []


async def test_one_that_fails_is_left_out_and_said_once(site, caplog):
    one, failing, copy = site(), Failing(), Copy()
    await one.meter()
    await simulated(one, Observers([failing, copy]))
    assert bytes(one.files.samples) == one.rows()
    assert len(failing.seen) == 2 < len(copy.seen)
    assert said(one) == ["the observer Failing failed and is left out: ZeroDivisionError('no page')"]
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == said(one)


async def test_one_that_failed_stays_left_out_in_the_next_attempt(site):
    one, failing, copy = site(), Failing(), Copy()
    observers = Observers([failing, copy])
    await one.meter()
    one.transport.faults.cut_delivery_after = 130
    with pytest.raises(BrokerError):
        await simulated(one, observers)
    assert one.files.accounted.next_position == 130
    await simulated(one, observers)
    assert bytes(one.files.samples) == one.rows()
    assert len(failing.seen) == 2
    assert text_of(copy, one.plan) == one.rows()


async def test_one_that_hangs_holds_nothing_up_and_its_loss_is_counted(site):
    one, hanging, copy = site(), Hanging(), Copy()
    await one.meter()
    await simulated(one, Observers([hanging, copy], waiting=3, grace_s=0.01))
    assert bytes(one.files.samples) == one.rows()
    assert one.files.sealed
    assert len(hanging.seen) == 1
    assert said(one) == [f"the observer Hanging did not keep up: it missed {len(copy.seen)} portions of rows"]


async def test_what_waits_is_the_newest():
    slow, reports = Copy(), []
    async with Observers([slow], waiting=2).watching(reports.append) as show:
        for position in range(5):  # without a pause in which it could take them
            show(Samples.none(), Accounted(position))
    assert [accounted.next_position for _, accounted in slow.seen] == [3, 4]
    assert [report.what for report in reports] == [
        "the observer Copy did not keep up: it missed 3 portions of rows"
    ]


async def test_a_cancelled_simulation_does_not_wait_for_them():
    hanging, begun = Hanging(), asyncio.Event()

    async def work():
        async with Observers([hanging], grace_s=3_600).watching(lambda _: None) as show:
            show(Samples.none(), Accounted())
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_without_observers_nothing_is_waited_for():
    async with Observers().watching(pytest.fail) as show:
        show(Samples.none(), Accounted())


async def test_progress_is_an_observer(site):
    one, reports = site(meters=("a", "b")), []
    samples = Samples.of_rows(one.plan, np.arange(10), np.arange(10), np.arange(10))
    await Progress(one.plan, reports.append).observe(samples, Accounted(next_position=10))
    assert reports == [SimulatorProgress(10, 800, one.plan.timeline.start_utc + 5)]
