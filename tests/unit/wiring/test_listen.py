"""A service on its files, before any broker: what it goes on with, and what it refuses."""

import asyncio
import json
import os
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pvsim.adapters.clocks import utc_now
from pvsim.adapters.shared.locks import HeldError
from pvsim.app.patience import Patience
from pvsim.config import PvRequest, Request
from pvsim.config.listening import ListenRequest
from pvsim.config.meter_tables import MeterTable
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.session.clock import parse_clock
from pvsim.errors import BadInputError, BrokerError, UsageError
from pvsim.wiring import listen
from pvsim.wiring.listen import Service, Setting
from pvsim.wiring.sealing import carry_out
from pvsim.wiring.service_log import Broker

CLOCK = parse_clock("60x@2024-06-21T00:00:00+02:00")
REQUEST = ListenRequest(
    meters=(
        MeterTable(name="slow", energy="total", max_interval_s=900),
        MeterTable(name="grid", topic="shelly/em:0", device="shelly-em", kind="grid"),
    )
)


async def carry_out_here(job):
    return carry_out(job)


def a_service(tmp_path, request=REQUEST, **setting):
    return Service(request, Setting(tmp_path, **setting))


def test_its_directory_says_what_it_is_and_nobody_else_may_have_it(tmp_path):
    with a_service(tmp_path) as service:
        told = json.loads((tmp_path / "home" / "service.json").read_bytes())
        assert (told["name"], told["lateness_s"], told["clock"]) == ("home", 10, None)
        assert service.topics == {"shelly.em:0": "grid"}
        assert service.waits == {"slow": 900}
        assert service.notes == ()
        with pytest.raises(HeldError, match="another service has this directory") as held:
            a_service(tmp_path)
        assert held.value.fix == f"stop it: kill {os.getpid()}, or give another --out"
    a_service(tmp_path).files.close()


async def test_what_becomes_of_days_that_are_over_is_said_once(tmp_path):
    a_service(tmp_path, replay=True).files.close()
    (tmp_path / "home" / "m1" / "2020-01-01").mkdir(parents=True)
    (tmp_path / "home" / "m1" / "2020-01-01" / "manifest.json").write_text("{")
    said = []

    class Watcher:
        def said(self, what):
            said.append(what)

    with a_service(tmp_path, replay=True) as service:
        (note,) = service.notes
        assert note.startswith("1 sealed days are not in index.json")
        await service._chores(carry_out_here, Watcher(), asyncio.Lock()).all()
        service._tell_news(Watcher())
    (failed,) = said
    assert failed.startswith("m1, 2020-01-01: ")
    assert "the manifest is damaged" in failed


def test_a_clock_is_kept_from_before_the_first_message(tmp_path):
    with a_service(tmp_path, clock=CLOCK) as service:
        assert service._first_day() == date(2024, 6, 21)
    with a_service(tmp_path) as service:
        assert service._clock == CLOCK
    other = replace(Setting(tmp_path), clock=parse_clock("60x@2024-06-22T00:00:00+02:00"))
    with pytest.raises(UsageError, match="were begun with --clock 60x@") as refused:
        Service(REQUEST, other)
    assert refused.value.fix.startswith("give --clock 60x@")
    a_service(tmp_path).files.close()  # what was refused has left the lock


def test_files_that_were_begun_without_a_clock_take_none(tmp_path):
    with a_service(tmp_path) as service:
        state = service.state
        state.messages = state.next_offset = 1
        service.files.commit(state, {})
    with pytest.raises(UsageError, match="begun with the times at which messages came"):
        a_service(tmp_path, clock=CLOCK)


def test_the_first_day_is_that_of_the_rows_or_today(tmp_path):
    with a_service(tmp_path) as service:
        today = utc_now().astimezone(service._days.zone).date()
        assert (service._first_day() - today).days in {0, 1}
        service.state.day = date(2024, 2, 29)
        assert service._first_day() == date(2024, 2, 29)


def test_a_file_of_pv_power_is_read_at_the_start_but_not_by_a_replay(tmp_path):
    (tmp_path / "pv.csv").write_text("timestamp,pv_kw\n2024-06-21T00:00:00Z,1\n2024-06-21T01:00:00Z,2\n")
    request = ListenRequest(run=Request(pv=PvRequest(source=str(tmp_path / "pv.csv"))))
    with pytest.raises(BadInputError):
        a_service(tmp_path, request, clock=CLOCK)
    a_service(tmp_path, request, clock=CLOCK, replay=True).files.close()


def test_a_replay_publishes_and_shows_nothing(tmp_path):
    with a_service(tmp_path, replay=True) as service:
        assert service._publishing(None, []) is None
        assert service._face(None) is None
    with a_service(tmp_path, publish_every_s=None) as service:
        assert service._publishing(None, []) is None


async def test_a_broker_that_is_not_there_ends_a_service_without_patience(tmp_path):
    async def find():
        return BrokerAddress("127.0.0.1", 9, 9, "u", "p")

    class Watcher:
        def __getattr__(self, _):
            return lambda *_: None

    told = {"watcher": Watcher(), "notify": lambda _: None, "stop": asyncio.Event()}
    with (
        a_service(tmp_path, patience=Patience(0.0)) as service,
        pytest.raises(BrokerError, match="answers neither"),
    ):
        await service.listen(Broker(find), **told)


class Finishing:
    def __init__(self):
        self.finished = False

    def finish(self):
        self.finished = True


@pytest.mark.parametrize("ends", ["well", "badly", "never"])
async def test_samples_that_the_broker_does_not_take_at_the_end_are_told(monkeypatch, ends):
    monkeypatch.setattr(listen, "_FINISH_S", 0.0 if ends == "never" else 60.0)
    said, publishing = [], Finishing()

    class Watcher:
        def said(self, what):
            said.append(what)

    publish = asyncio.get_running_loop().create_future()
    if ends == "well":
        publish.set_result(None)
    elif ends == "badly":
        publish.set_exception(BrokerError("lost"))
    await listen._finish(publishing, publish, Watcher())
    assert publishing.finished
    assert len(said) == (ends != "well")
    publish.cancel()


def test_times_of_a_clock_are_in_utc_inside():
    assert datetime.fromtimestamp(CLOCK.start_ms / 1_000, UTC).isoformat() == "2024-06-20T22:00:00+00:00"
