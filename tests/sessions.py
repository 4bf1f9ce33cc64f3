"""Sessions of a service for tests: bodies in plain JSON, PV power by a formula, days that begin at any time."""

import fcntl
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from itertools import cycle, pairwise
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from pvsim.adapters.session_files import Figures, Sealed, SessionFiles
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.messages.entry import Entry
from pvsim.core.metering.observed import Observed, Refused
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.run.plan import RunPlan
from pvsim.core.session.closed import Closed, Day
from pvsim.core.session.plan import SessionPlan
from pvsim.core.session.session import TICK, Session
from pvsim.core.session.state import decode_state, encode_state

BERLIN = ZoneInfo("Europe/Berlin")


def at(text):
    """Unix time of a local time in Berlin."""
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp())


def read(_meter, body, _encoding, arrived_ms):
    """`W` or `W@ms`."""
    try:
        power, _, t_ms = body.decode().partition("@")
        return Observed(int(t_ms or arrived_ms), timed=bool(t_ms), power_dw=round(float(power) * 10))
    except ValueError:
        return Refused("not a number", msgspec.json.encode(body.decode(errors="replace")).decode())


class Rising:
    """A power that depends on the second."""

    def power_dw(self, first_utc, n):
        return (np.arange(first_utc, first_utc + n) * 7919) % 30_000


class Days:
    """Days in Berlin with the same devices."""

    def __init__(self, balance=None, battery=""):
        self.balance, self.battery = balance, battery
        self.asked = []

    def of_day(self, day: date) -> Day:
        self.asked.append(day)
        return Day(Timeline.of_days(day, 1, BERLIN), Rising(), self.balance, self.battery)


def a_battery(limit_dw=None):
    model = BatteryModel(0.1, 3.0, 3.0, standby_w=20.0)
    return Balance((model,), (model.stored_at(0.5),), limit_dw)


def a_plan(**changes):
    plan = SessionPlan("home", BERLIN, read, meter_range=MeterRange.up_to(9_000))
    return replace(plan, **changes)


def entry(offset, arrived_s, meter, body):
    """A message of a meter; of None a tick."""
    key, body = ("", TICK) if meter is None else (f"meter.home.{meter}", str(body).encode())
    return Entry(offset, round(arrived_s * 1_000), key, body)


def entries(*messages):
    """Messages in the order of the log, from offset 0 on."""
    return [entry(i, *message) for i, message in enumerate(messages)]


def rows_of(closed: Closed):
    """Each row as plain numbers: second, meter, power, PV, battery, state of charge, held."""
    found = []
    for portion in closed.portions:
        s = portion.samples
        columns = [s.t_utc, s.meter, s.meter_dw, s.pv_dw, s.battery_dw, s.soc_steps, s.held_s]
        lists = [[None] * len(s) if c is None else c.tolist() for c in columns]
        found += [(closed.meters[row[1]], portion.day, row[0], *row[2:]) for row in zip(*lists, strict=True)]
    return found


def feed_in_parts(plan, days, log, cuts, *, saved=True):
    """Feed a log in parts, each in a session of its own that goes on from the saved state of the one before."""
    state, parts = None, []
    bounds = [0, *sorted(cuts), len(log)]
    session = Session(plan, days)
    for start, end in pairwise(bounds):
        if saved and state is not None:
            session = Session(plan, days, decode_state(state))
        parts.append(session.feed(log[start:end]))
        state = encode_state(session.state)
    return session.state, parts


def joined(parts):
    """What several feeds have given, as of one."""
    return (
        [row for part in parts for row in rows_of(part)],
        b"".join(part.rejected for part in parts),
        [day for part in parts for day in part.ended],
        [event for part in parts for event in part.events],
    )


class Forms:
    """Fulfils `DayForms`: days in Berlin, as `Days` makes them."""

    def __init__(self, balance=None, *, holds=False, ranges=None):
        self.balance, self.holds, self.ranges = balance, holds, ranges or {}
        self.restored = {}

    def plan_of(self, meter, day):
        return RunPlan(
            "day",
            Timeline.of_days(day, 1, BERLIN),
            (meter,),
            balance=self.balance,
            meter_range=self.ranges.get(meter, MeterRange.up_to(9_000)),
            missing="hold" if self.holds else "skip",
        )

    def config_of(self, day):
        return msgspec.json.encode({"day": day})

    def restore(self, configs, state):
        self.restored = dict(configs)
        self.state = state

    def config_of_meter(self, ended):
        return msgspec.json.encode(ended)


def sealed_by_name(job):
    """Does a job in the simplest way: the file gets its name."""
    if job.kind == "figures":
        return Figures(1.0, 2.0, 3.0, 4.0)
    partial, samples = job.path / "samples.csv.part", job.path / "samples.csv"
    if partial.exists():
        partial.rename(samples)
    content = samples.read_bytes()
    gaps = 86_400 - job.ended.rows
    return Sealed(not gaps, gaps, len(content), sha256(content).hexdigest())


class Disk:
    """A disk that makes nothing safe: no test cuts its power."""

    def sync_data(self, _):
        pass

    def sync_directory(self, _):
        pass

    def lock(self, descriptor):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def open_files(directory, forms=None, **changes):
    settings = {"service": "home", "zone": "Europe/Berlin", "forms": forms or Forms(), "disk": Disk()}
    return SessionFiles(directory, **{**settings, **changes})


def serve(directory, service, log, sizes, *, work=sealed_by_name, **changes):
    """Go on with a log from where the files are: feed parts of these sizes in turn, commit each, do the jobs.

    Args:
        directory: The service's.
        service: Its plan, its days, and what their files look like.
        log: All of it.
        sizes: Of the parts.
        work: What does a job.
        changes: Other arguments of the files.
    """
    plan, days, forms = service
    with open_files(directory, forms, **changes) as files:
        session = Session(plan, days, files.state)
        left = [each for each in log if each.offset >= session.state.next_offset]
        for size in cycle(sizes):
            while (job := files.next_job()) is not None:
                files.finish(job, work(job))
            if not left:
                break
            files.append(session.feed(left[:size]))
            left = left[size:]
            files.commit(session.state, {"results": b"[%d]" % session.state.rows})
        return files


def files_in(directory):
    """What is on disk, but for what says when, and the lock."""
    paths = (path for path in sorted(directory.rglob("*")) if path.is_file() and path.name != "lock")
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths}
