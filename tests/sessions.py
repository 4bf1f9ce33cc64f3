"""Sessions of a service for tests: bodies in plain JSON, PV power by a formula, days that begin at any time."""

from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.metering.observed import Observed, Refused
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.session.closed import Closed, Day
from pvsim.core.session.entry import Entry
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
