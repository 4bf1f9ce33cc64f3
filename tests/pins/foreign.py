"""What meters of somebody else publish: always the same messages in the same order, each one confirmed."""

import asyncio
import json
from collections.abc import Callable
from zlib import crc32

import aio_pika
import numpy as np
from aio_pika import ExchangeType
from rstream import Producer

from pvsim.core.messages.address import BrokerAddress

__all__ = ["LOGS", "publish_amqp", "publish_stream"]

START = 1_718_920_800  # 2024-06-21T00:00:00+02:00
DAY_S = 86_400


def watts(meter: int = 0) -> list[str]:
    """A day of powers as JSON, with both ends of the range."""
    tenths = (np.arange(DAY_S) * 7919 + meter * 31_000) % 90_001
    tenths[:2] = 0, 90_000
    return [f"{tenth / 10:g}" for tenth in tenths.tolist()]


def reading(run: str, seq: int, power: str, meter: str = "m1", **other: str) -> bytes:
    """In another order and spacing than pvsim's own meter writes it; `other` replaces fields as JSON text."""
    fields = {
        "meter_w": power,
        "t_utc": f'"{np.datetime64(START + seq, "s")}Z"',
        "seq": str(seq),
        "meter": f'"{meter}"',
        "run": f'"{run}"',
        "v": "1",
        "kind": '"reading"',
    }
    return ("{ " + ", ".join(f'"{name}": {value}' for name, value in (fields | other).items()) + " }").encode()


def end(run: str, powers: list[str]) -> bytes:
    crc = crc32(np.array([round(float(power) * 10) for power in powers], "<i4").tobytes())
    return json.dumps({"v": 1, "kind": "end", "run": run, "readings": len(powers), "crc32": crc}).encode()


def unfit(run: str) -> list[bytes]:
    """One message for each way in which one can be wrong."""
    return [
        b"hello",
        b"\xff\xfe\x00",
        reading(run, 0, "NaN"),
        b'{"a":' * 600 + b"1" + b"}" * 600,
        b"{}",
        reading(run, 0, '"5"'),
        reading(run, 0, "1e999"),
        reading(run, 0, "1", t_utc='"2024-06-20T22:00:00"'),
        reading(run, 0, "1", v="2"),
        reading("other", 0, "1"),
        reading(run, 0, "1", meter="m7"),
        reading(run, 0, "1", t_utc=f'"{np.datetime64(START + 1, "s")}Z"'),
        reading(run, DAY_S, "1"),
        reading(run, 0, "1").replace(b'"v": 1', b'"v": 1, "v": 1'),
        b"x" * 5_000,
        json.dumps({"v": 1, "kind": "end", "run": run, "readings": 5, "crc32": 0}).encode(),
    ]


def whole_day(run: str) -> list[bytes]:
    """A day without a fault."""
    powers = watts()
    return [*(reading(run, seq, power) for seq, power in enumerate(powers)), end(run, powers)]


def faulty_day(run: str) -> list[bytes]:
    """Readings missing, impossible, doubled and out of order, and messages that do not fit."""
    powers = watts()
    bodies = [reading(run, seq, power) for seq, power in enumerate(powers)]
    bodies[100] = reading(run, 100, "9000.1")
    bodies[50_000] = reading(run, 50_000, "-1")
    order = list(range(DAY_S))
    order[20_000:20_050] = reversed(order[20_000:20_050])
    order.insert(21_000, order.pop(22_000))
    order.insert(9_000, 8_000)
    order.insert(70_000, 69_990)
    lost = {0, 1_000, 30_000, 30_001, *range(60_000, 60_100)}  # the last ones are there: no silence decides
    sent = [bodies[seq] for seq in order if seq not in lost]
    sent[40_000:40_000] = unfit(run)
    return [*unfit(run), *sent, end(run, powers)]


def grid_day(run: str) -> list[bytes]:
    """A meter at the grid connection, in steps of 10 W: it exports as much as it imports."""
    powers = [f"{(seq * 7919 % 8_701 - 4_350) * 10}" for seq in range(DAY_S)]
    bodies = [reading(run, seq, power) for seq, power in enumerate(powers)]
    return [*bodies[:7_000], reading(run, 7_000, "-43500.1"), *bodies[7_000:], end(run, powers)]


def two_meters(run: str) -> list[bytes]:
    """A day of two meters in turn, of which the second leaves out a minute."""
    days = {f"m{number + 1}": watts(number) for number in range(2)}
    lost = {("m2", seq) for seq in range(43_200, 43_260)}
    sent = [
        reading(run, seq, day[seq], meter)
        for seq in range(DAY_S)
        for meter, day in days.items()
        if (meter, seq) not in lost
    ]
    return [*sent, b"noise", end(run, [day[seq] for seq in range(DAY_S) for day in days.values()])]


def morning_and_evening(run: str) -> list[bytes]:
    """The first half hour of a day and its last hour, with a message that does not fit in each."""
    powers = watts()
    bodies = [reading(run, seq, power) for seq, power in enumerate(powers)]
    return [
        *bodies[:900],
        b"noise",
        *bodies[900:1_800],
        *bodies[-3_600:-600],
        b"{}",
        *bodies[-600:],
        end(run, powers),
    ]


LOGS: dict[str, Callable[[str], list[bytes]]] = {
    "whole day": whole_day,
    "faulty day": faulty_day,
    "grid": grid_day,
    "two meters": two_meters,
    "morning and evening": morning_and_evening,
}


async def publish_stream(broker: BrokerAddress, run: str, bodies: list[bytes]) -> None:
    """By the stream protocol, as the rstream library does it: one entry for each message."""
    producer = Producer(
        broker.host, broker.stream_port, vhost=broker.vhost, username=broker.user, password=broker.password
    )
    async with producer:
        stream = f"pvsim.{run}"
        await producer.create_stream(stream, exists_ok=True)
        confirmed, done = 0, asyncio.Event()

        def confirm(status: object) -> None:
            nonlocal confirmed
            assert status.is_confirmed
            confirmed += 1
            if confirmed == len(bodies):
                done.set()

        for first in range(0, len(bodies), 1_000):
            await producer.send_batch(
                stream, [_data_section(body) for body in bodies[first : first + 1_000]], on_publish_confirm=confirm
            )
        await done.wait()


def _data_section(body: bytes) -> bytes:
    """An AMQP 1.0 message of one data section."""
    length = b"\xa0" + bytes([len(body)]) if len(body) < 256 else b"\xb0" + len(body).to_bytes(4, "big")
    return b"\x00\x53\x75" + length + body


async def publish_amqp(broker: BrokerAddress, run: str, bodies: list[bytes]) -> None:
    """To the topic exchange, as the README says."""
    stream = f"pvsim.{run}"
    async with await aio_pika.connect(broker.amqp_url) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.declare_exchange("pvsim", ExchangeType.TOPIC, durable=True)
        queue = await channel.declare_queue(stream, durable=True, arguments={"x-queue-type": "stream"})
        await queue.bind(exchange, f"meter.{run}.*")
        for first in range(0, len(bodies), 400):
            block = (
                exchange.publish(aio_pika.Message(body), f"meter.{run}.m1") for body in bodies[first : first + 400]
            )
            await asyncio.gather(*block)
