"""The service without an end, over a log in memory: killed anywhere, its files are those of an undisturbed one."""

import asyncio
import threading
from contextlib import asynccontextmanager, suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sessions import Days, a_plan, at, entries, entry, joined

from pvsim.app.listen import KEPT_CLOCK, KEPT_RESULTS, Listener, ListenPace
from pvsim.app.ports import ServiceProgress
from pvsim.core.session.clock import ServiceClock
from pvsim.core.session.session import TICK, Session
from pvsim.core.session.state import decode_state, encode_state
from pvsim.errors import BrokerError, BrokerRefusedError, CannotWriteError

START = at("2024-06-21 10:00:00")
QUICK = ListenPace(commit_s=0.0, commit_times=0.0, quiet_s=0.001)
CALM = ListenPace(commit_s=0.0, commit_times=0.0, quiet_s=3_600.0)


class Waited:
    """Something whose changes can be waited for."""

    def __init__(self):
        self._happened = asyncio.Event()

    def happens(self):
        self._happened.set()

    async def until(self, done):
        while not done():
            self._happened.clear()
            await self._happened.wait()


class MemoryLog(Waited):
    """A log that ends a subscription as it is told to, or waits for more.

    Args:
        *entries: What is in it.
        lost_after: Messages after which the broker is lost.
        cut: Messages of each portion.
        refuses: The account may not write.
    """

    def __init__(self, entries, *, lost_after=None, cut=3, refuses=False):
        super().__init__()
        self.entries_, self.lost_after, self.cut, self.refuses = list(entries), lost_after, cut, refuses
        self.changed = asyncio.Event()
        self.asked = []
        self.ticks = 0

    @asynccontextmanager
    async def entries(self, from_offset):
        self.asked.append(from_offset)
        yield self._portions(from_offset)

    async def _portions(self, from_offset):
        first = self.entries_[0].offset if self.entries_ else 0
        at_ = max(from_offset - first - 1, 0)  # the chunk begins a little before
        if from_offset > first + len(self.entries_):
            at_ = len(self.entries_)
        given_out = 0
        while True:
            while at_ >= len(self.entries_):
                self.changed.clear()
                await self.changed.wait()
            if self.lost_after is not None and given_out >= self.lost_after:
                raise BrokerError("lost")
            stop = max(at_ + self.cut, from_offset - first + 1)  # the first portion has what was asked for
            portion = self.entries_[at_:stop]
            at_, given_out = at_ + len(portion), given_out + len(portion)
            yield portion

    @asynccontextmanager
    async def ticker(self):
        if self.refuses:
            raise BrokerRefusedError("no permission")
        yield self

    async def tick(self, body):
        assert body == TICK
        self.ticks += 1
        self.happens()
        last = self.entries_[-1]
        self.add(entry(last.offset + 1, last.arrived_ms / 1_000 + 1, None, ""))

    def add(self, *more):
        self.entries_ += more
        self.changed.set()

    async def last_offset(self):
        return self.entries_[-1].offset if self.entries_ else -1


class MemoryFiles:
    """Files of which only what was committed stays."""

    def __init__(self, *, fails_at=None):
        self.saved, self.kept, self.safe, self.appended = None, {}, [], []
        self.fails_at, self.commits = fails_at, 0

    @property
    def state(self):
        return None if self.saved is None else decode_state(self.saved)

    def append(self, closed):
        if self.fails_at is not None and self.commits >= self.fails_at:
            raise CannotWriteError("disk full")
        self.appended.append(closed)

    def commit(self, state, kept):
        self.saved, self.kept = encode_state(state), dict(kept)
        self.safe += self.appended
        self.appended = []
        self.commits += 1


class Shown(Waited):
    """Remembers what it was shown."""

    def __init__(self):
        super().__init__()
        self.rows, self.commits, self.sentences, self.opens = 0, 0, [], 0

    def opened(self):
        self.opens += 1

    def closed(self, closed, state):
        self.rows += closed.rows
        assert state.rows >= closed.rows
        self.happens()

    def committed(self, state, took_s):
        assert state.messages
        assert took_s >= 0
        self.commits += 1
        self.happens()

    def said(self, what):
        self.sentences.append(what)


class Published:
    """What comes of readings, counted."""

    def __init__(self, most=1_000):
        self.taken, self.released, self.waiting, self.most, self.full = 0, 0, 0, most, 0

    @property
    def is_full(self):
        return self.taken >= self.most

    async def room(self):
        assert self.released == self.taken
        self.full += 1
        self.most += 10

    def take(self, closed, state):
        assert state.next_offset
        self.taken += closed.rows

    def kept(self):
        self.waiting = self.taken
        return msgspec.json.encode(self.taken)

    def committed(self):
        self.released = self.waiting


def some_log(n=60, first=0):
    """Two meters, a tick now and then, a second each."""
    messages = [
        (START + i, None, "") if i % 7 == 6 else (START + i, f"m{i % 2}", 100 + i) for i in range(first, first + n)
    ]
    return entries(*messages)


def undisturbed(log):
    session = Session(a_plan(), Days())
    return joined([session.feed(log)]), encode_state(session.state)


class Service:
    """A service on files in memory; started again, it goes on from them."""

    def __init__(self, files=None, **settings):
        self.files = files or MemoryFiles()
        self.shown, self.stop, self.progress = Shown(), asyncio.Event(), []
        session = Session(a_plan(), Days(), self.files.state)
        self.session = session
        settings = {"pace": CALM} | settings
        self.listener = Listener(session, self.files, watcher=self.shown, stop=self.stop, **settings)

    async def follow(self, log):
        async with asyncio.timeout(20):
            await self.listener.follow(log, self.progress.append)


@pytest.mark.parametrize("cut", [1, 7, 100])
async def test_a_log_read_to_its_end_gives_the_rows_of_its_session(cut):
    log = MemoryLog(some_log(), cut=cut)
    service = Service(until_end=True)
    await service.follow(log)
    rows, state = undisturbed(some_log())
    assert joined(service.files.safe) == rows
    assert encode_state(service.files.state) == state
    assert service.shown.rows == len(rows[0]) > 40
    assert service.progress[-1] == ServiceProgress(60)
    assert not log.ticks


async def test_an_empty_log_or_one_that_is_known_ends_at_once():
    service = Service(until_end=True)
    await service.follow(MemoryLog([]))
    assert service.files.state is None
    await service.follow(MemoryLog(some_log()))
    commits = service.files.commits
    await Service(service.files, until_end=True).follow(MemoryLog(some_log()))
    assert service.files.commits == commits


@given(losses=st.lists(st.integers(1, 30), max_size=5), kills=st.lists(st.integers(1, 30), max_size=4))
async def test_lost_connections_and_kills_change_nothing(losses, kills):
    """A kill loses what was not committed: the service begins again from its files."""
    files = MemoryFiles()
    service = Service(files, until_end=True)
    for lost_after in losses:
        with suppress(BrokerError):
            await service.follow(MemoryLog(some_log(), lost_after=lost_after, cut=4))
        assert files.state is None or files.state.next_offset == service.session.state.next_offset
    for lost_after in kills:
        files.appended = []
        service = Service(files, until_end=True, pace=ListenPace(commit_s=3_600, quiet_s=3_600))
        files.commit, commit = (lambda *_: None), files.commit
        with suppress(BrokerError):
            await service.follow(MemoryLog(some_log(), lost_after=lost_after, cut=4))
        files.commit = commit
    files.appended = []
    await Service(files, until_end=True).follow(MemoryLog(some_log()))
    rows, state = undisturbed(some_log())
    assert joined(files.safe) == rows
    assert encode_state(files.state) == state


async def test_silence_is_filled_with_ticks_and_a_stop_commits():
    log = MemoryLog(some_log(5))
    service = Service(pace=QUICK)
    following = asyncio.create_task(service.follow(log))
    await log.until(lambda: log.ticks >= 30)
    service.stop.set()
    await following
    rows, state = undisturbed(log.entries_[: service.session.state.next_offset])
    assert joined(service.files.safe) == rows
    assert encode_state(service.files.state) == state
    assert len(rows[0]) == 5


async def test_an_account_that_may_not_write_goes_on_without_ticks():
    log = MemoryLog(some_log(5), refuses=True)
    service = Service(pace=QUICK)
    following = asyncio.create_task(service.follow(log))
    await service.shown.until(lambda: service.session.state.messages >= 5)
    service.stop.set()
    await following
    assert service.files.state.messages == 5
    (sentence,) = service.shown.sentences
    assert "may not write to the log: while no meter sends, no second is closed" in sentence


async def test_a_commit_waits_its_time_and_comes_without_further_messages():
    log = MemoryLog(some_log(9), cut=3)
    service = Service(pace=ListenPace(commit_s=0.01, commit_times=0.0, quiet_s=3_600))
    following = asyncio.create_task(service.follow(log))
    await service.shown.until(lambda: service.shown.commits)
    assert service.files.state.messages == 9
    service.stop.set()
    await following
    assert service.shown.commits == 1


async def test_nothing_is_committed_after_a_failed_write():
    service = Service(MemoryFiles(fails_at=2), until_end=True)
    with pytest.raises(CannotWriteError):
        await service.follow(MemoryLog(some_log()))
    assert service.files.commits == 2
    assert service.files.state.messages == 6


async def test_messages_that_the_broker_removed_are_said():
    service = Service(until_end=True)
    await service.follow(MemoryLog(some_log(9)))
    again = Service(service.files, until_end=True)
    await again.follow(MemoryLog(some_log(60)[20:]))
    assert again.shown.sentences == ["the broker has removed 11 messages that were not read yet (its retention)"]
    assert again.files.state.messages == 9 + 40
    assert again.files.state.lost == 11


@pytest.mark.parametrize("n", [30, 60])
async def test_another_log_is_read_from_its_first_message(n):
    """Also one that is shorter than what was read: what came later than the files is added to them."""
    service = Service(until_end=True)
    await service.follow(MemoryLog(some_log(40)))
    log = MemoryLog(some_log(n, first=25))
    again = Service(service.files, until_end=True)
    await again.follow(log)
    assert log.asked == ([39, 0] if n == 60 else [0])
    assert again.shown.sentences[0].startswith("the log is not the one that the files were made of")
    passed = "15 messages of the log came before those that are in the files: passed over"
    assert again.shown.sentences[1:] == [passed]
    assert again.files.state.messages == 40 + n - 15
    assert again.files.state.passed == 15


async def test_a_tick_shows_that_the_log_is_shorter_than_it_was():
    service = Service(until_end=True)
    await service.follow(MemoryLog(some_log(40)))
    log = MemoryLog(some_log(30, first=25))
    again = Service(service.files, pace=QUICK)
    following = asyncio.create_task(again.follow(log))
    await again.shown.until(lambda: again.session.state.messages >= 40 + 15)
    again.stop.set()
    await following
    assert log.asked == [39, 0]
    assert len(again.shown.sentences) == 2


async def test_a_log_without_anything_new_ends_at_once():
    service = Service(until_end=True)
    await service.follow(MemoryLog(some_log(40)))
    again = Service(service.files, until_end=True)
    await again.follow(MemoryLog(some_log(10)))
    assert again.files.state.messages == 40


async def test_results_are_let_go_after_the_commit_that_covers_them():
    published = Published()
    service = Service(until_end=True, results=published)
    await service.follow(MemoryLog(some_log()))
    assert published.released == published.taken == service.files.state.rows
    assert service.files.kept == {KEPT_RESULTS: b"%d" % published.taken}


async def test_what_was_kept_of_results_stays_when_none_are_published():
    service = Service(until_end=True, results=Published())
    await service.follow(MemoryLog(some_log(30)))
    kept = service.files.kept
    again = Service(service.files, until_end=True)
    await again.follow(MemoryLog(some_log(60)))
    assert again.files.kept == kept


async def test_nothing_is_read_while_too_many_results_wait():
    published = Published(most=10)
    service = Service(until_end=True, results=published, pace=ListenPace(commit_s=3_600, quiet_s=3_600))
    await service.follow(MemoryLog(some_log()))
    assert published.full == published.taken // 10 > 2


async def test_what_others_keep_is_committed_again_when_they_say_so():
    published = Published()
    service = Service(until_end=True, results=published)
    await service.follow(MemoryLog(some_log()))
    state, published.taken = service.files.saved, -1
    await service.listener.keep()
    assert (service.files.saved, service.files.kept) == (state, {KEPT_RESULTS: b"-1"})


async def test_a_clock_moves_the_times_of_arrival_and_is_kept():
    clock = ServiceClock("60x", (START + 3_600) * 1_000)
    service = Service(until_end=True, clock=clock)
    await service.follow(MemoryLog(some_log(20)))
    kept = msgspec.json.decode(service.files.kept[KEPT_CLOCK], type=ServiceClock)
    assert kept == ServiceClock("60x", (START + 3_600) * 1_000, START * 1_000)
    assert service.files.state.clock_ms == (START + 3_600 + 19 * 60) * 1_000
    again = Service(service.files, until_end=True, clock=kept)
    await again.follow(MemoryLog(some_log(40)))
    assert again.files.state.clock_ms == (START + 3_600 + 39 * 60) * 1_000
    assert not again.shown.sentences


class SlowFiles(MemoryFiles):
    """A commit takes until it is let go."""

    def __init__(self):
        super().__init__()
        self.begun, self.go_on = threading.Event(), threading.Event()

    def commit(self, state, kept):
        self.begun.set()
        assert self.go_on.wait(20)
        super().commit(state, kept)


async def test_the_loop_goes_on_while_the_files_are_made_safe():
    files, at_files = SlowFiles(), asyncio.Lock()
    service = Service(files, until_end=True, at_files=at_files)
    following = asyncio.create_task(service.follow(MemoryLog(some_log())))
    await asyncio.to_thread(files.begun.wait, 20)
    assert at_files.locked()
    assert not following.done()
    files.go_on.set()  # the commit waits for the loop, which it does not hold up
    await following
    assert not at_files.locked()
    assert files.state.messages == 60


async def test_who_is_cancelled_waits_for_the_commit_that_goes_on():
    """Else the files would be closed, and their lock given up, under it."""
    files = SlowFiles()
    service = Service(files, until_end=True)
    following = asyncio.create_task(service.follow(MemoryLog(some_log())))
    await asyncio.to_thread(files.begun.wait, 20)
    for _ in range(2):
        following.cancel()
        done, _ = await asyncio.wait({following}, timeout=0.05)
        assert not done
    files.go_on.set()
    await asyncio.wait({following})
    assert following.cancelled()
    assert files.commits == 1
