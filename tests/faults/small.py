"""A run of one minute in this process: real files, the real simulator, a log that is a list."""

import asyncio
from contextlib import asynccontextmanager
from datetime import date
from hashlib import sha256
from zlib import crc32

import msgspec
import numpy as np

from pvsim.adapters.csvfile import REJECTED, SAMPLES, CsvSampleFile
from pvsim.app.meter import readings
from pvsim.app.simulator import Pace, simulate_run
from pvsim.core.delivery.receiver import Receiver
from pvsim.core.loads.simple import UniformLoad
from pvsim.core.messages.batch import Batch
from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import End
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import RunPlan

__all__ = ["PLAN", "RUN_KEY", "Crash", "crash_at", "finish", "first_output", "result"]

START_UTC, SECONDS = 1_718_928_000, 60
PLAN = RunPlan(
    "small",
    Timeline(date(2024, 6, 21), 1, "UTC", (START_UTC, START_UTC + SECONDS), (START_UTC,), (0,)),
    ("main",),
    2,
)
RUN_KEY = sha256(b"small").digest()[:16]
PACE = Pace(commit_readings=10, idle_s=0.01, end_marker_s=0.05)
CHUNK = 7  # messages; a commit comes after two or three chunks


class Crash(BaseException):
    """The process is gone: nothing may catch this."""


class FallingPv:
    def power_dw(self, first_utc, n):
        return 3_000 - (np.arange(first_utc, first_utc + n) - START_UTC)


def _messages():
    """What a meter sends, with a duplicate, something foreign and an impossible value in between.

    Towards the end somebody else's reading of a later second, which waits so that checkpoints name what overtook
    it; then a reading that is damaged, and two that have changed places.
    """
    ((_, values),) = readings(PLAN, [UniformLoad(noise.key(1, "load", "uniform", "main"))])
    bodies = [row.tobytes() for row in ReadingBlocks(PLAN).write(0, values)]
    bodies[41] = msgspec.json.encode({**msgspec.json.decode(bodies[41]), "meter_w": 1e9})
    bodies[56] = bodies[56][:-9]
    bodies[58:] = bodies[59], bodies[58]
    bodies[50:50] = [msgspec.json.encode({**msgspec.json.decode(bodies[58]), "meter_w": 1})]
    bodies[20:20] = [bodies[3], b"not JSON"]
    return [*bodies, msgspec.json.encode(End(1, "small", SECONDS, crc32(values.astype("<i4").tobytes())))]


class ListLog:
    """Fulfils `ports.Log` for a reader."""

    async def create(self):
        pass

    @asynccontextmanager
    async def subscribe(self, from_offset):
        async def batches():
            start = from_offset - from_offset % CHUNK
            for first in range(start, len(MESSAGES), CHUNK):
                yield Batch(first, MESSAGES[first : first + CHUNK])

        yield batches()


MESSAGES = _messages()


def finish(directory, at=lambda _: None):
    """Run the simulator on a directory, from wherever its files stand, to the end."""
    with CsvSampleFile(directory, plan=PLAN, run=RUN_KEY, at=at) as files:
        run = {"plan": PLAN, "pv": FallingPv(), "log": ListLog(), "files": files, "pace": PACE}
        asyncio.run(simulate_run(**run, notify=lambda _: None, stop=asyncio.Event()))
        return files.accounted


def crash_at(directory, point, nth=1):
    """Run until the sample file reaches a point for the n-th time; whether it came to that."""
    left = nth

    def at(reached):
        nonlocal left
        left -= reached == point
        if reached == point and left == 0:
            raise Crash

    try:
        finish(directory, at)
    except Crash:
        return True
    return False


def result(directory):
    """The finished files, and nothing that looks unfinished."""
    return (directory / SAMPLES).read_bytes(), (directory / REJECTED).read_bytes()


def first_output(accounted):
    """Some output that goes on from there."""
    receiver = Receiver(PLAN, FallingPv(), accounted)
    receiver.take(Batch(accounted.read_from, MESSAGES[accounted.read_from :][:CHUNK]))
    return receiver.flush()
