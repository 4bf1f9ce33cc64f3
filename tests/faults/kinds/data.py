"""What others publish into a run's stream while it goes on."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import aio_pika
import numpy as np
from tests.faults.kinds.base import Fault, Scene, manifest_of
from tests.faults.moments import has_published

from pvsim.adapters import node
from pvsim.adapters.csvfile import REJECTED
from pvsim.adapters.streams import StreamTransport
from pvsim.core.messages.contract import Reason

__all__ = ["DUPLICATE", "Garbage", "each_kind", "early", "oversize", "unknown_meters"]

DUPLICATE = "duplicate"
EARLY = "ahead of its turn, and what stands before it did not come"
_DAY_UTC = datetime(2024, 6, 20, 22, tzinfo=UTC)  # where the default run begins

Message = tuple[bytes, str]
"""A body, and what it must be taken for: a reason, or `DUPLICATE`."""

Reading = Callable[..., bytes]
"""Makes a reading of the run; keyword arguments replace its fields."""


@dataclass(frozen=True)
class Garbage(Fault):
    """A stranger publishes what does not belong there. None of it changes a row, all of it is counted.

    Attributes:
        messages: Makes them.
        by: The protocol; both at random where it is None.
    """

    messages: Callable[[Reading, int], Iterable[Message]]
    by: Literal["streams", "amqp"] | None = None

    def inject(self, scene: Scene) -> int:
        by_streams = scene.rng.random() < 0.5 if self.by is None else self.by == "streams"
        publish = _by_streams if by_streams else _by_amqp
        with scene.command.held("meter"):  # so that nothing comes after the end marker
            if scene.command.ended() or has_published(scene.directory):
                return 0
            messages = list(self.messages(_reading_of(scene), scene.normal.readings))
            scene.rng.shuffle(messages)
            asyncio.run(publish(scene, [body for body, _ in messages]))
        scene.memory["expected"] = Counter(outcome for _, outcome in messages)
        return len(scene.memory["expected"])

    def check(self, scene: Scene) -> None:
        expected: Mapping[str, int] = scene.memory.get("expected", Counter())
        path = scene.directory / REJECTED
        lines = path.read_text().splitlines() if path.exists() else []
        found = Counter(json.loads(line)["reason"] for line in lines)
        found[DUPLICATE] = (manifest_of(scene.directory).counts or {})["duplicates"]
        scene.require(f"rejected {+found}, not {expected}", holds=+found == expected)


def each_kind(reading: Reading, readings: int) -> Iterable[Message]:  # noqa: ARG001
    """One of each: what can be wrong with a message."""
    yield b"\x00\xff not JSON", Reason.NOT_JSON
    yield b" ", Reason.NOT_JSON
    yield b"[" * 2_000, Reason.NOT_A_MESSAGE
    yield reading(meter_w=float("nan")), Reason.NOT_JSON  # JSON has no NaN
    yield b'{"v": 1, "kind": "reading"}', Reason.NOT_A_MESSAGE
    yield reading(meter_w="1 kW"), Reason.NOT_A_MESSAGE
    yield reading(seq=-1), Reason.NOT_A_MESSAGE
    yield reading(v=2), Reason.VERSION
    yield reading(run="another"), Reason.OTHER_RUN
    yield reading(meter="another"), Reason.UNKNOWN_METER
    yield reading(seq=7, t_utc=_DAY_UTC.isoformat()), Reason.TIME
    yield reading(seq=10**12), Reason.TIME
    yield reading(pad="x" * 5_000), Reason.TOO_LARGE
    yield reading(kind="end", readings=1, crc32=0), Reason.WRONG_END
    yield reading(), DUPLICATE
    yield reading(meter_w=-1.0), DUPLICATE
    yield reading(meter_w=1e9), DUPLICATE


def early(reading: Reading, readings: int) -> Iterable[Message]:
    """Readings of the run's last seconds, long before their turn."""
    yield reading(seq=readings - 1), EARLY
    yield reading(seq=readings - 2, meter_w=-1.0), EARLY


def unknown_meters(reading: Reading, readings: int) -> Iterable[Message]:  # noqa: ARG001
    """10,000 meters that the run does not have."""
    for i in range(10_000):
        yield reading(meter=f"stranger{i}"), Reason.UNKNOWN_METER


def oversize(reading: Reading, readings: int) -> Iterable[Message]:  # noqa: ARG001
    """As large as RabbitMQ 4.0.5 takes; 3.10.8 takes up to 128 MiB, which only costs time."""
    yield b"x" * ((1 << 24) - 1_024), Reason.TOO_LARGE


def _reading_of(scene: Scene) -> Reading:
    run_id = scene.run_id
    meter = manifest_of(scene.directory).config["meters"][0]["name"]

    def reading(**changed: Any) -> bytes:
        seq = int(changed.get("seq", 0))
        t_utc = (_DAY_UTC + timedelta(seconds=max(min(seq, 10**9), 0))).isoformat()
        fields = {
            "v": 1,
            "kind": "reading",
            "run": run_id,
            "meter": meter,
            "seq": 0,
            "t_utc": t_utc,
            "meter_w": 1.0,
        }
        return json.dumps(fields | changed).encode()

    return reading


async def _by_streams(scene: Scene, bodies: list[bytes]) -> None:
    async with (
        StreamTransport(await node.up(scene.home)).log(scene.stream) as log,
        log.publisher("stranger") as publisher,
    ):
        for id_, body in enumerate(bodies, 1):
            await publisher.publish(id_, np.frombuffer(body, dtype=np.uint8).reshape(1, -1))
        await publisher.flush()


async def _by_amqp(scene: Scene, bodies: list[bytes]) -> None:
    address = await node.up(scene.home)
    connection = await aio_pika.connect(
        host=address.host, port=address.amqp_port, login=address.user, password=address.password
    )
    async with connection, connection.channel() as channel:
        for body in bodies:
            await channel.default_exchange.publish(aio_pika.Message(body), scene.stream)
