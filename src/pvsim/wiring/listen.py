"""A service: its log, session, files, results and chores, joined."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

import msgspec

from pvsim import __version__
from pvsim.adapters.clocks import utc_now
from pvsim.adapters.session_files import Figures, Job, Listed, Sealed, SessionFiles
from pvsim.adapters.session_files.index import SERVICE
from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.streams import Retention
from pvsim.adapters.worker import Worker
from pvsim.app.chores import Chores
from pvsim.app.listen import KEPT_CLOCK, KEPT_RESULTS, Listener
from pvsim.app.listen_ports import Watcher
from pvsim.app.patience import Patience, Terms, keep_open
from pvsim.app.ports import Notify, Stop
from pvsim.app.publish import Publishing, ShowStates
from pvsim.config.listening import ListenRequest, forms_of
from pvsim.config.meter_forms import MeterForms
from pvsim.core.messages.address import BrokerAddress
from pvsim.core.messages.mqtt_address import MqttAddress
from pvsim.core.metering.read import BodyReader
from pvsim.core.publishing.discovery import PREFIX
from pvsim.core.publishing.face import Face
from pvsim.core.publishing.outbox import Outbox
from pvsim.core.quantities.types import MeterRange
from pvsim.core.session.clock import ServiceClock
from pvsim.core.session.plan import SessionPlan
from pvsim.core.session.session import Session
from pvsim.core.session.state import SessionState
from pvsim.errors import InterruptedRunError, UsageError
from pvsim.wiring.days import ServiceDays
from pvsim.wiring.sealing import carry_out
from pvsim.wiring.service_log import Broker, LogOfService
from pvsim.wiring.service_results import check_results, publish_results

if TYPE_CHECKING:
    from pvsim.adapters.mqtt import MqttPublisher

__all__ = ["Service", "Setting"]

_FINISH_S = 5.0


@dataclass(frozen=True, slots=True)
class Setting:
    """How a service is carried out, beside what its rows are made of.

    Attributes:
        out: Where its directory is made.
        url: Of a given broker; None: pvsim's own.
        patience: How long to go on without the broker, and how often to try.
        clock: Moves the times of arrival.
        replay: Read the log as it is now to its end, publish nothing, and end.
        publish_every_s: Seconds that a published sample is the mean of; None publishes none.
        mqtt: Where the newest states are shown; None: nowhere.
        discovery: What Home Assistant's discovery topics begin with; None tells it nothing.
        accept_unsafe: Use a file system that has no locks or no fsync.
        retention: How long the broker keeps the log.
    """

    out: Path
    url: str | None = None
    patience: Patience = field(default_factory=Patience)
    clock: ServiceClock | None = None
    replay: bool = False
    publish_every_s: int | None = 1
    mqtt: MqttAddress | None = None
    discovery: str | None = PREFIX
    accept_unsafe: bool = False
    retention: Retention = field(default_factory=Retention)


class Service:
    """One service on its files.

    Args:
        request: What it is.
        setting: How it is carried out.

    Attributes:
        notes: What a user should know of its beginning, in sentences.

    Raises:
        PvsimError: if a setting is wrong, another service has its files, or they do not fit.
    """

    def __init__(self, request: ListenRequest, setting: Setting) -> None:
        self._setting = setting
        forms = forms_of(request)
        ranges = {name: form.meter_range for name, form in forms.forms.items()}
        self.name = request.name
        self._days = ServiceDays(request.name, request.run, request.hold_s, forms.default.meter_range, ranges)
        zone = self._days.zone
        self._plan = _plan_of(request, forms, ranges, zone)
        self.directory = setting.out / request.name
        self._log = LogOfService(
            self.name,
            self.directory,
            list(self.topics),
            url=setting.url,
            retention=setting.retention,
            replay=setting.replay,
        )
        self.files = SessionFiles(
            self.directory,
            service=request.name,
            zone=zone.key,
            forms=self._days,
            disk=FileSystem(accepted=setting.accept_unsafe),
            keep_days=request.keep_days,
        )
        try:
            self._clock = self._clock_that_goes_on()
            self.files.describe(SERVICE, _description(request, self._clock))
            self._session = Session(self._plan, self._days, self.files.state)
            if not setting.replay:
                self._days.refuse_unreadable(self._first_day())
            if self._clock is not None and KEPT_CLOCK not in self.files.kept:  # before anything comes by it
                self.files.commit(self._session.state, {KEPT_CLOCK: msgspec.json.encode(self._clock)})
        except BaseException:
            self.files.close()
            raise
        self.notes = (*self.files.notes, *self._days.notes())
        self.files.notes.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.files.close()

    @property
    def state(self) -> SessionState:
        """Where the session stands."""
        return self._session.state

    @property
    def waits(self) -> Mapping[str, int]:
        """For how long rows wait for counters, in seconds, by the names of their meters and phases."""
        return self._plan.waits

    @property
    def phases(self) -> Mapping[str, Iterable[str]]:
        """The names of the phases of meters whose phases come apart."""
        return self._plan.phases

    @property
    def topics(self) -> Mapping[str, str]:
        """The meter's name by routing keys that do not end with it."""
        return self._plan.topics

    async def listen(
        self,
        broker: Broker,
        *,
        watcher: Watcher,
        notify: Notify,
        stop: Stop,
    ) -> None:
        """Read the log until `stop` is set, or to its end for a replay.

        Args:
            broker: Where the log is.
            watcher: Is shown what happens.
            notify: Takes how far the service is, and the state of the broker.
            stop: The user's wish to end.

        Raises:
            PvsimError: what ends the service.
        """
        face = self._face(watcher)
        publishing = self._publishing(watcher, [] if face is None else [face.show])
        at_files = asyncio.Lock()
        listener = Listener(
            self._session,
            self.files,
            watcher=watcher,
            stop=stop,
            results=publishing,
            clock=self._clock,
            until_end=self._setting.replay,
            at_files=at_files,
        )
        worker = Worker()
        chores = self._chores(partial(worker.carry_out, carry_out), watcher, at_files)
        listener.after_commit = chores.look
        terms = Terms(self._setting.patience, notify, stop)
        following = asyncio.ensure_future(self._follow(listener, broker, watcher, terms, publishing))
        beside = [asyncio.ensure_future(chores.run())]
        try:
            async with nullcontext() if face is None else face.running():
                if publishing is not None:
                    publish = self._publish(publishing, broker, following, terms)
                    beside.append(asyncio.ensure_future(publish))
                await _until_read(following, beside)
                if publishing is not None:
                    await _finish(publishing, beside[-1], watcher)
                    await listener.keep()
            if self._setting.replay:  # nobody starts it again for what is left to do
                await chores.all()
        finally:
            for task in (following, *beside):
                task.cancel()
            await asyncio.wait({following, *beside})
            worker.dismiss()

    def _chores(
        self, do: Callable[[Job], Awaitable[Sealed | Listed | Figures]], watcher: Watcher, at_files: asyncio.Lock
    ) -> Chores:
        """What there is to do for days that are over."""
        return Chores(self.files, do, partial(self._tell_news, watcher), at_list=at_files)

    def _tell_news(self, watcher: Watcher) -> None:
        """Say what was noted of days that are over since it was said last."""
        while self.files.notes:
            watcher.said(self.files.notes.pop(0))

    def _face(self, watcher: Watcher) -> "MqttPublisher | None":
        """What is shown by MQTT; a replay shows nothing."""
        setting = self._setting
        if setting.mqtt is None or setting.replay:
            return None
        from pvsim.adapters.mqtt import MqttPublisher  # noqa: PLC0415 - an extra; heavy

        face = Face(self.name, __version__, setting.discovery)
        return MqttPublisher(setting.mqtt, face, self.name, watcher.said, setting.discovery)

    def _publishing(self, watcher: Watcher, show: Sequence[ShowStates]) -> Publishing | None:
        setting = self._setting
        if setting.publish_every_s is None or setting.replay:
            return None
        state, kept = self._session.state, self.files.kept.get(KEPT_RESULTS)
        outbox = Outbox(self.name, setting.publish_every_s, state.rows, kept)
        return Publishing(outbox, watcher.said, show)

    async def _publish(
        self,
        publishing: Publishing,
        broker: Broker,
        following: "asyncio.Future[None]",
        terms: Terms,
    ) -> None:
        """Publish results while the service reads, from when it has found the broker."""
        found = asyncio.ensure_future(broker.found.wait())
        either: set[asyncio.Future[Any]] = {following, found}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        found.cancel()
        if broker.address is not None:
            with suppress(InterruptedRunError):  # the user stops
                await publish_results(
                    publishing,
                    broker.known,
                    self.name,
                    self._setting.retention,
                    replace(terms, patience=replace(terms.patience, from_start=True)),
                )
        await following

    async def _follow(
        self,
        listener: Listener,
        broker: Broker,
        watcher: Watcher,
        terms: Terms,
        publishing: Publishing | None,
    ) -> None:
        async def check(address: BrokerAddress) -> None:
            if publishing is not None:
                await check_results(publishing, address, self.name, self._setting.retention)

        await keep_open(
            lambda: self._log.opened(broker, watcher.said, check=check, again=listener.connected),
            listener.follow,
            terms,
        )

    def _first_day(self) -> date:
        """The day of the first row to come, as far as that is known before anything has come."""
        if self._session.state.day is not None:
            return self._session.state.day
        begin_s = utc_now().timestamp() if self._clock is None else self._clock.start_ms / 1_000
        return datetime.fromtimestamp(begin_s, self._days.zone).date()

    def _clock_that_goes_on(self) -> ServiceClock | None:
        """The clock of the files, if they have one.

        Raises:
            UsageError: if another one is asked for.
        """
        kept, asked = self.files.kept.get(KEPT_CLOCK), self._setting.clock
        if kept is None:
            if asked is not None and self.files.state is not None:
                what = "the files of the service were begun with the times at which messages came"
                raise UsageError(what, where="--clock", fix="leave --clock out, or give another --out")
            return asked
        clock = msgspec.json.decode(kept, type=ServiceClock)
        if asked is not None and (asked.speed, asked.start_ms) != (clock.speed, clock.start_ms):
            what = f"the files of the service were begun with --clock {clock}, not {asked}"
            raise UsageError(what, where="--clock", fix=f"give --clock {clock}, or another --out")
        return clock


def _plan_of(
    request: ListenRequest, forms: MeterForms, ranges: Mapping[str, MeterRange], zone: ZoneInfo
) -> SessionPlan:
    """How a session makes rows of messages."""
    return SessionPlan(
        request.name,
        zone,
        BodyReader(request.name, forms.by_channel, forms.default),
        lateness_s=request.lateness_s,
        hold_s=request.hold_s,
        silence_s=request.silence_s,
        max_meters=request.max_meters,
        topics=forms.topics,
        meter_range=forms.default.meter_range,
        ranges=ranges,
        forms=forms.forms,
        phases=forms.phases,
        phase_topics=forms.phase_topics,
    )


async def _until_read(following: "asyncio.Future[None]", beside: Sequence["asyncio.Future[None]"]) -> None:
    """Wait until the log is read, or something beside it has failed, which is raised."""
    await asyncio.wait({following, *beside}, return_when=asyncio.FIRST_COMPLETED)
    if not following.done():
        await next(task for task in beside if task.done())
    await following


async def _finish(publishing: Publishing, publish: "asyncio.Future[None]", watcher: Watcher) -> None:
    """Let the broker take the last samples; what it does not take in time stays in the checkpoint."""
    publishing.finish()
    await asyncio.wait({publish}, timeout=_FINISH_S)
    if not publish.done() or publish.cancelled() or publish.exception() is not None:
        watcher.said("the broker has not confirmed the last samples: they are kept, and published next time")


def _description(request: ListenRequest, clock: ServiceClock | None) -> bytes:
    """What the service is, for people: `service.json`."""
    settings: dict[str, Any] = {
        "pvsim": __version__,
        "clock": None if clock is None else str(clock),
        **{name: getattr(request, name) for name in request.__struct_fields__},
    }
    return msgspec.json.format(msgspec.json.encode(settings, enc_hook=str), indent=2) + b"\n"
