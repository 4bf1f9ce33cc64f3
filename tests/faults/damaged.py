"""A day from somebody else's meter, one message in a hundred with a byte changed on its way.

Everything that can still be read becomes the row that it says; everything else is kept as rejected, and its row is
missing: the run ends as partial, and says so.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec
import numpy as np
from tests.faults.harness import Laboratory, Outcome, manifest_of, the_run

from pvsim.adapters import node
from pvsim.adapters.csvfile import REJECTED, SAMPLES
from pvsim.adapters.streams import StreamTransport
from pvsim.core.messages.contract import End, Rejection, Values, read_message
from pvsim.errors import PartialResultError
from pvsim.wiring.runs import Run

__all__ = ["DAMAGED", "DamagedDay"]

SHARE = 0.01
_WIDTH, _BLOCK = 144, 4_000
_START_UTC = int(datetime(2024, 6, 20, 22, tzinfo=UTC).timestamp())  # of the default day


@dataclass(frozen=True, slots=True)
class DamagedDay:
    """A line of the table that needs another command.

    Attributes:
        transport: Of the simulator.
        runs: How often it is tried when all are.
    """

    transport: str
    name: str = "damaged-messages"
    runs: int = 2
    heals: bool = False

    def __str__(self) -> str:
        return f"{self.name}-{self.transport}"

    @property
    def over(self) -> str:
        """The transports, for people."""
        return self.transport

    def impossible(self) -> str:
        """Always possible."""
        return ""

    def attempt(self, laboratory: Laboratory, seed: str) -> Outcome:
        """Publish a damaged day, let the simulator read it, and compare with what was sent."""
        rng, outcome = Random(seed), Outcome()  # noqa: S311 - repeatable
        rows = laboratory.normal("streams", 1).content.splitlines()
        run_id, out = f"{rng.randrange(1 << 32):08x}", laboratory.new_directory()
        bodies = [_body(run_id, seq, row) for seq, row in enumerate(rows[1:])]
        damaged = [_damaged(body, rng) if rng.random() < SHARE else body for body in bodies]
        asyncio.run(_publish(laboratory, run_id, damaged))
        options = ("--meter", "external", "--run-id", run_id, "--out", str(out), "--transport", self.transport)
        with laboratory.command("simulate", *options, "--quiet") as command:
            code = command.wait()
            if code != PartialResultError.exit_code:
                outcome.problems.append(f"exit code {code}: {command.printed[-600:]}")
        outcome.faults = 1  # of some 860 damaged messages: they would drown the table's other figures
        directory = the_run(out)
        plan = Run.open(directory).models.plan
        messages = [read_message(body, plan) for body in damaged]
        samples = directory / SAMPLES
        outcome.compare(samples.read_bytes() if samples.exists() else b"", _expected(rows, messages))
        outcome.problems += _miscounted(directory, messages)
        asyncio.run(_delete(laboratory, run_id))
        return outcome


DAMAGED = (DamagedDay("streams"), DamagedDay("amqp"))


def _body(run_id: str, seq: int, row: bytes) -> bytes:
    meter_w = round(float(row.split(b",")[1]) * 10_000) / 10
    t_utc = datetime.fromtimestamp(_START_UTC + seq, UTC).isoformat()
    fields = {"v": 1, "kind": "reading", "run": run_id, "meter": "m1", "seq": seq, "t_utc": t_utc}
    return json.dumps(fields | {"meter_w": meter_w}).encode().ljust(_WIDTH)


def _damaged(body: bytes, rng: Random) -> bytes:
    octets = bytearray(body)
    octets[rng.randrange(len(octets))] ^= rng.randint(1, 255)
    return bytes(octets)


def _expected(rows: list[bytes], messages: list[Values | End | Rejection]) -> bytes:
    """What the simulator must write, from what was sent and the undisturbed run's times and PV power."""
    lines = [rows[0]]
    for row, message in zip(rows[1:], messages, strict=True):
        if isinstance(message, Values):
            time, _, pv_kw, _ = row.decode().split(",")
            pv_dw = round(float(pv_kw) * 10_000)
            meter_kw, net_kw = (f"{dw / 10_000:.4f}" for dw in (message.meter_dw, message.meter_dw - pv_dw))
            lines.append(f"{time},{meter_kw},{pv_kw},{net_kw}".encode())
    return b"\n".join(lines) + b"\n"


def _miscounted(directory: Path, messages: list[Values | End | Rejection]) -> list[str]:
    """What is wrong with manifest and rejected messages."""
    n_rejected = sum(isinstance(message, Rejection) for message in messages)
    manifest = manifest_of(directory)
    counts = manifest.counts or {}
    found = len((directory / REJECTED).read_bytes().splitlines()) if (directory / REJECTED).exists() else 0
    right = {
        "received": len(messages),
        "written": len(messages) - n_rejected,
        "duplicates": 0,
        "rejected": n_rejected,
        "missing": n_rejected,
    }
    problems = [f"{counts}, not {right}"] if counts != right else []
    if found != n_rejected:
        problems.append(f"{found} rejected messages were kept, not {n_rejected}")
    if manifest.status != "partial":
        problems.append(f"its status is {manifest.status}")
    return problems


async def _publish(laboratory: Laboratory, run_id: str, bodies: list[bytes]) -> None:
    octets = np.frombuffer(b"".join(bodies), dtype=np.uint8).reshape(len(bodies), _WIDTH)
    end = msgspec.json.encode(End(1, run_id, len(bodies), 0))  # readings are missing, so it vouches for no values
    async with StreamTransport(await node.up(laboratory.home)).log(f"pvsim.{run_id}") as log:
        await log.create()
        async with log.publisher("somebody") as publisher:
            for start in range(0, len(bodies), _BLOCK):
                await publisher.publish(start + 1, octets[start : start + _BLOCK])
            await publisher.publish(len(bodies) + 1, np.frombuffer(end, dtype=np.uint8).reshape(1, -1))
            await publisher.flush()


async def _delete(laboratory: Laboratory, run_id: str) -> None:
    async with StreamTransport(await node.up(laboratory.home)).log(f"pvsim.{run_id}") as log:
        await log.delete()
