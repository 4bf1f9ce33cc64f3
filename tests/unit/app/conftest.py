"""A meter and a simulator on a memory transport, and what they must come to, computed the slow way."""

import asyncio
import json
from datetime import UTC, date, datetime
from fractions import Fraction
from math import inf
from zlib import crc32

import numpy as np
import pytest

from pvsim.app.meter import Meter
from pvsim.app.ports import Clock, MeterProgress, SimulatorProgress
from pvsim.app.simulator import Pace, simulate_run
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.devices.balance import Balance
from pvsim.core.loads.simple import UniformLoad
from pvsim.core.quantities.noise import key
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import Ints
from pvsim.core.run.plan import Missing, RunPlan
from pvsim.testing import MemorySampleFile, MemoryTransport


class SawtoothPv:
    """A PV plant whose power is easy to foresee."""

    def power_dw(self, first_utc: int, n: int) -> Ints:
        return np.arange(first_utc, first_utc + n, dtype=np.int64) * 7 % 30_000


def timeline(seconds: int, start: str = "2024-06-21T09:58:20") -> Timeline:
    """A short run that begins within an hour, at an offset of two hours."""
    start_utc = int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp())
    end_utc = start_utc + seconds
    return Timeline(date(2024, 6, 21), 1, "Europe/Berlin", (start_utc, end_utc), (start_utc,), (7200,))


class Site:
    """One run: its plan, broker and files, and both roles on them."""

    def __init__(
        self,
        *,
        seconds: int = 400,
        meters: tuple[str, ...] = ("m1",),
        every_s: int = 1,
        chunk: int = 50,
        missing: Missing = "stop",
        batch: int = 1,
        devices: Balance | None = None,
    ):
        self.plan = RunPlan("r1", timeline(seconds), meters, every_s, devices, missing=missing)
        self.batch = batch
        self.loads = [UniformLoad(key(1, "load", name)) for name in meters]
        self.pv = SawtoothPv()
        self.transport = MemoryTransport(chunk=chunk)
        self.files = MemorySampleFile(self.plan)
        self.reports: list[MeterProgress | SimulatorProgress] = []
        self.notify = self.reports.append
        self.stop = asyncio.Event()
        self.pace = Pace(commit_readings=120, commit_s=inf, idle_s=0.001, end_marker_s=0.003, gap_s=0.02)

    async def meter(self, clock: Clock | None = None, since_utc: int | None = None) -> MeterProgress:
        meter = Meter(self.plan, self.loads, stop=self.stop, batch=self.batch, clock=clock, since_utc=since_utc)
        async with self.transport.log(self.plan.stream) as log:
            return await meter.publish(log, self.notify)

    async def simulator(self, *, foreign: bool = False) -> Accounted:
        async with self.transport.log(self.plan.stream) as log:
            return await simulate_run(
                plan=self.plan,
                pv=self.pv,
                log=log,
                files=self.files,
                notify=self.notify,
                stop=self.stop,
                pace=self.pace,
                foreign=foreign,
            )

    async def committed(self, position: int) -> None:
        """Wait until all readings before `position` are committed."""
        reached = asyncio.Event()

        def look(point: str) -> None:
            if point == "after-checkpoint" and self.files.accounted.next_position >= position:
                reached.set()

        self.files.points = look
        await reached.wait()

    @property
    def messages(self) -> list[bytes]:
        return self.transport.messages(self.plan.stream)

    # --- the same, message by message and row by row ---

    def values(self) -> list[int]:
        """All readings in order of position, in 0.1 W."""
        plan = self.plan
        columns = [load.power_dw(plan.timeline.start_utc, plan.timeline.seconds) for load in self.loads]
        return [int(column[second]) for second in range(plan.timeline.seconds) for column in columns]

    def bodies(self) -> list[bytes]:
        """The readings and the end marker, as somebody else's meter may write them."""
        plan = self.plan
        found = []
        values = self.values()
        for position, value in enumerate(values):
            seq, meter = divmod(position, len(plan.meters))
            t_utc = datetime.fromtimestamp(plan.timeline.start_utc + seq, UTC).isoformat()
            fields = {"v": 1, "kind": "reading", "run": plan.run_id, "meter": plan.meters[meter], "seq": seq}
            found.append(json.dumps(fields | {"t_utc": t_utc, "meter_w": value / 10}).encode())
        digest = crc32(b"".join(value.to_bytes(4, "little") for value in values))
        end = {"v": 1, "kind": "end", "run": plan.run_id, "readings": len(values), "crc32": digest}
        return [*found, json.dumps(end).encode()]

    def rows(self) -> bytes:
        """The samples file."""
        plan, n = self.plan, len(self.plan.meters)
        values, start = self.values(), self.plan.timeline.start_utc
        pv = self.pv.power_dw(start, plan.timeline.seconds).tolist()
        lines = [f"timestamp,{'meter,' if n > 1 else ''}meter_kw,pv_kw,net_kw"]
        for first in range(0, plan.timeline.seconds, plan.every_s):
            seconds = range(first, first + plan.every_s)
            for meter, name in enumerate(plan.meters):
                meter_dw = round(Fraction(sum(values[s * n + meter] for s in seconds), plan.every_s))
                pv_dw = round(Fraction(sum(pv[s] for s in seconds), plan.every_s))
                local = datetime.fromtimestamp(start + first + 7200, UTC).strftime("%Y-%m-%dT%H:%M:%S+02:00")
                powers = [f"{dw / 10_000:.4f}" for dw in (meter_dw, pv_dw, meter_dw - pv_dw)]
                lines.append(",".join([local, *([name] if n > 1 else []), *powers]))
        return ("\n".join(lines) + "\n").encode()


@pytest.fixture(scope="session")
def site():
    """Makes sites."""
    return Site
