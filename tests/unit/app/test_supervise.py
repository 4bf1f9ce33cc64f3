"""All roles end well, or all are stopped and the first reason counts."""

import asyncio
from signal import SIGKILL, SIGTERM

import pytest

from pvsim.app.ports import MeterProgress, SimulatorProgress
from pvsim.app.role_messages import Failed
from pvsim.app.supervise import RoleFailedError, supervise
from pvsim.errors import InterruptedRunError

NO_SPACE = Failed(73, "no space", "disk", "pv.source", "make room")
PUBLISHED, WRITTEN = MeterProgress(1, 1, 2), SimulatorProgress(1, 2, 0)


class FakeRole:
    """A role that says some things and then ends, at once or when it is told to."""

    def __init__(self, *said, code=0, waits=False, code_when_stopped=130, hangs=False):
        self.hangs = hangs
        self.said, self.code, self.waits, self.code_when_stopped = said, code, waits, code_when_stopped
        self.told, self.asked = asyncio.Event(), 0

    async def reports(self):
        for each in self.said:
            yield each
        if self.waits:
            await self.told.wait()

    async def wait(self):
        return self.code_when_stopped if self.told.is_set() else self.code

    def stop(self, *, now=False):
        if now:
            self.code_when_stopped = -SIGKILL
        self.asked += 1
        if now or not self.hangs:
            self.told.set()


async def run(stop=None, **roles):
    heard = []
    hear = lambda role, said: heard.append((role, said))  # noqa: E731
    await supervise(roles, leaders={"simulator"}, notify=hear, stop=stop or asyncio.Event())
    return heard


async def test_reports_are_passed_on_until_all_have_ended():
    heard = await run(meter=FakeRole(PUBLISHED, PUBLISHED), simulator=FakeRole(WRITTEN))
    assert sorted(heard, key=str) == [
        ("meter", PUBLISHED),
        ("meter", PUBLISHED),
        ("simulator", WRITTEN),
    ]


async def test_a_failure_stops_the_others_and_its_reason_counts():
    other = FakeRole(waits=True)
    with pytest.raises(RoleFailedError, match="no space") as caught:
        await run(meter=other, simulator=FakeRole(NO_SPACE, code=73))
    assert other.told.is_set()
    assert (caught.value.exit_code, caught.value.where, caught.value.fix) == (73, "disk", "make room")
    assert caught.value.field == "pv.source"


@pytest.mark.parametrize(
    ("code", "what", "exit_code"),
    [(-9, "ended by signal 9", 1), (-SIGTERM, "ended by signal 15", 1), (3, "ended with exit code 3", 3)],
)
async def test_a_role_that_dies_without_a_word_is_named(code, what, exit_code):
    with pytest.raises(RoleFailedError, match=f"the meter was {what}|the meter {what}") as caught:
        await run(meter=FakeRole(code=code), simulator=FakeRole(waits=True))
    assert caught.value.exit_code == exit_code


@pytest.mark.parametrize("code_when_stopped", [130, -SIGTERM])
async def test_the_users_wish_stops_all(code_when_stopped):
    """A role that has no handler yet is ended by the signal itself."""
    stop = asyncio.Event()
    stop.set()
    roles = {name: FakeRole(waits=True, code_when_stopped=code_when_stopped) for name in ("meter", "simulator")}
    with pytest.raises(InterruptedRunError, match="interrupted"):
        await run(stop, **roles)


async def test_an_interrupted_role_says_how_far_it_came():
    stop = asyncio.Event()
    stop.set()
    said = Failed(130, "stopped after 5 readings", "", "", "")
    with pytest.raises(InterruptedRunError, match="after 5"):
        await run(stop, simulator=FakeRole(said, waits=True))


async def test_a_role_that_has_ended_is_not_stopped():
    done = FakeRole()
    with pytest.raises(RoleFailedError):
        await run(meter=done, simulator=FakeRole(PUBLISHED, PUBLISHED, PUBLISHED, code=1))
    assert not done.told.is_set()


@pytest.mark.parametrize("code_when_stopped", [0, 130, -SIGTERM])
async def test_when_the_leader_has_ended_well_the_others_are_released(code_when_stopped):
    """A meter stays as long as it may be needed; that it was then stopped is no failure."""
    meter = FakeRole(PUBLISHED, waits=True, code_when_stopped=code_when_stopped)
    heard = await run(meter=meter, simulator=FakeRole(WRITTEN))
    assert meter.told.is_set()
    assert len(heard) == 2


@pytest.mark.parametrize("asked_by_user", [False, True])
async def test_each_role_is_asked_once_to_end(asked_by_user):
    """Others end meanwhile; a second signal would cut short what a role still has to do and to say."""
    stop = asyncio.Event()
    meters = {f"meter {i}": FakeRole(waits=True) for i in range(3)}
    if asked_by_user:
        stop.set()
        with pytest.raises(InterruptedRunError):
            await run(stop, simulator=FakeRole(waits=True), **meters)
    else:
        await run(stop, simulator=FakeRole(WRITTEN), **meters)
    assert [meter.asked for meter in meters.values()] == [1, 1, 1]


async def test_a_released_role_may_still_fail():
    with pytest.raises(RoleFailedError, match="exit code 70"):
        await run(meter=FakeRole(waits=True, code_when_stopped=70), simulator=FakeRole())


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr("pvsim.app.supervise.GRACE_S", 0)


@pytest.mark.usefixtures("at_once")
async def test_a_role_that_hangs_holds_up_nobody(caplog):
    meter = FakeRole(waits=True, hangs=True)
    await run(meter=meter, simulator=FakeRole())
    assert meter.told.is_set()
    assert "did not end when it was asked to" in caplog.text
    with pytest.raises(RoleFailedError, match="no space"):
        await run(meter=FakeRole(waits=True, hangs=True), simulator=FakeRole(NO_SPACE, code=73))


@pytest.mark.usefixtures("at_once")
async def test_the_user_waits_for_no_role_that_hangs():
    stop = asyncio.Event()
    stop.set()
    roles = {name: FakeRole(waits=True, hangs=True) for name in ("meter", "simulator")}
    with pytest.raises(InterruptedRunError, match="interrupted"):
        await run(stop, **roles)


async def test_the_others_are_stopped_when_all_leaders_have_ended():
    meter, other = FakeRole(waits=True), FakeRole(WRITTEN, waits=True, code_when_stopped=0)
    roles = {"simulator 0/2": FakeRole(WRITTEN), "simulator 1/2": other, "meter": meter}
    working = asyncio.ensure_future(
        supervise(roles, leaders=["simulator 0/2", "simulator 1/2"], notify=lambda *_: None, stop=asyncio.Event())
    )
    for _ in range(10):
        await asyncio.sleep(0)
    assert not meter.told.is_set()  # one of the leaders still works
    other.stop()
    await working
    assert meter.told.is_set()
