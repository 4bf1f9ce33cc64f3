"""`pvsim listen` on a real broker: meters of several kinds, kills at any moment, and the log read once more."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import aio_pika
import pytest
from tests import published

from pvsim.adapters.streams import Retention, StreamTransport, open_service_log
from pvsim.adapters.streams.sample_stream import open_sample_stream
from pvsim.core.publishing.periods import Period, Row

pytestmark = pytest.mark.broker

CLOCK = "600x@2024-06-21T23:40:00+02:00"
"""So that midnight comes after two seconds."""

SETTINGS = """
lateness = "60s"
site = "home-battery"

[[meters]]
name = "shelly"
topic = "shellies/em3/status/em:0"
device = "shelly-em"
kind = "grid"

[[meters]]
name = "counter"
energy = "total_kwh"
energy_unit = "kWh"
max_w = 100000

[[meters]]
name = "house"
kind = "grid"
phases = [
  "shellies/old/emeter/0/power",
  { topic = "shellies/old/emeter/1/power", sign = "negative" },
  "shellies/old/emeter/2/power",
]
"""
METERS = ("bare", "plain", "shelly", "counter", "text", "house")


def body(meter, i):
    """What a meter says at its i-th reading."""
    match meter:
        case "bare":
            return b"%d" % (100 + i % 700)
        case "plain":
            return json.dumps({"power_w": 300.5 + i % 50}).encode()
        case "shelly":
            return json.dumps({"id": 0, "total_act_power": -500.5 + i % 1_000}).encode()
        case "counter":
            return json.dumps({"total_kwh": 1_000 + i * 0.002}).encode()
    return b"unavailable" if i % 9 == 0 else b'"%d W"' % i


def files_of(directory: Path) -> dict[str, bytes]:
    """Rows and rejected messages by name; the file of a day that is over has another name than before."""
    return {
        str(path.relative_to(directory)).removesuffix(".part"): path.read_bytes()
        for pattern in ("samples.csv*", "rejected.jsonl")
        for path in directory.rglob(pattern)
    }


@pytest.fixture
async def service(broker, tmp_path, monkeypatch):
    """Name of a service whose log is removed at the end; its settings are in this directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "listen.toml").write_text(SETTINGS)
    name = f"acceptance-{os.getpid()}"
    monkeypatch.setenv("PVSIM_BROKER_URL", broker.amqp_url)
    monkeypatch.setenv("PVSIM_SERVICE", name)
    yield name
    for stream in (f"pvsim.{name}", f"pvsim.{name}.samples"):
        async with StreamTransport(broker).log(stream) as log:
            await log.delete()


async def started(*arguments):
    """A service that has said that it listens, and what it said until then."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pvsim", "listen", "listen.toml", "--json", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    told = []
    async with asyncio.timeout(60):
        async for line in running.stdout:
            told.append(json.loads(line))
            if told[-1].get("what", "").startswith("listening to"):
                return running, told
    raise AssertionError((told, (await running.communicate())[1].decode()))


@asynccontextmanager
async def publishing(broker, service):
    """Foreign meters that publish persistent messages, each confirmed, until the block ends."""
    stop = asyncio.Event()

    async def publish():
        connection = await aio_pika.connect(broker.amqp_url.partition("?")[0])
        async with connection, connection.channel() as channel:
            ours, mqtts = [await channel.get_exchange(name) for name in ("pvsim", "amq.topic")]
            i = 0
            while not stop.is_set():
                for meter in METERS[:-1]:
                    key = f"meter.{service}.{meter}"
                    to, key = (mqtts, "shellies.em3.status.em:0") if meter == "shelly" else (ours, key)
                    await to.publish(aio_pika.Message(body(meter, i), delivery_mode=2), key)
                message = aio_pika.Message(b"%d" % (i % 5_000 - 1_000), delivery_mode=2)
                keys = [f"shellies.old.emeter.{phase}.power" for phase in range(3) if i % 7 or phase]
                await asyncio.gather(*(mqtts.publish(message, key) for key in keys))  # in one second, mostly
                i += 1
                await asyncio.sleep(0.005)  # 1,000 readings a second: more would only wait for this machine

    task = asyncio.create_task(publish())
    try:
        yield
    finally:
        stop.set()
        await task


def replayed(*arguments):
    """The log read to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "pvsim", "listen", "listen.toml", "--replay", "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.timeout(900)  # it starts a dozen processes: minutes where others compute
async def test_killed_again_and_again_the_files_are_those_of_the_log(broker, service, tmp_path):
    chance = random.Random(12)  # noqa: S311 - moments, no secrets
    running, _ = await started("--clock", CLOCK)
    async with publishing(broker, service):
        for _ in range(10):
            await asyncio.wait({asyncio.ensure_future(running.wait())}, timeout=chance.uniform(0.2, 2.0))
            running.send_signal(signal.SIGKILL)
            await running.communicate()
            running, _ = await started()
    running.send_signal(signal.SIGTERM)
    out, err = await running.communicate()
    assert (running.returncode, err) == (0, b"")
    assert json.loads(out.splitlines()[-1])["event"] == "stopped"

    await the_stream_has_each_row_once(broker, service, tmp_path, rows=json.loads(out.splitlines()[-1])["rows"])

    mine = await asyncio.to_thread(replayed)  # what came after it was stopped, such as its own last tick
    again = await asyncio.to_thread(replayed, "--out", "again", "--clock", CLOCK)
    assert {**mine[-1], "directory": ""} == {**again[-1], "directory": ""}
    assert mine[-1]["meters"] == len(METERS)
    assert mine[-1]["rejected"] > 0
    checkpoint = (tmp_path / "listen" / service / "checkpoint").read_bytes().partition(b" ")[2]
    (house,) = [each for each in json.loads(checkpoint)["state"]["meters"] if each["name"] == "house"]
    assert house["rows"] > 0
    assert house["incomplete_s"] > 0
    found = files_of(tmp_path / "listen" / service)
    assert found == files_of(tmp_path / "again" / service)
    days = {Path(name).parts[1] for name in found if "samples" in name}
    assert len(days) >= 2
    for out in ("listen", "again"):  # a replay leaves nothing to a next start
        sealed = {(path.parts[-3], path.parts[-2]) for path in (tmp_path / out / service).rglob("samples.csv")}
        index = json.loads((tmp_path / out / service / "index.json").read_text())["meters"]
        added_up = {(meter, day) for meter in index for day, each in index[meter].items() if "load_kwh" in each}
        assert added_up == sealed
    for meter in METERS:
        day = tmp_path / "listen" / service / meter / "2024-06-21"
        verified = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-m", "pvsim", "verify", str(day)], capture_output=True, check=False
        )
        assert verified.returncode in {0, 75}, (meter, verified.stderr)


async def test_a_broker_without_a_stream_port_is_refused(broker, service, monkeypatch):
    monkeypatch.setenv("PVSIM_BROKER_URL", broker.amqp_url.partition("?")[0] + "?stream_port=1")
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "pvsim", "listen"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 69, service
    assert "stream port 1 does not answer; pvsim listen needs it" in done.stderr
    assert "rabbitmq-plugins enable rabbitmq_stream" in done.stderr


async def the_stream_has_each_row_once(broker, service, directory, rows):
    """The samples of a service are its rows: all that it has, each once, in their order, with their values."""
    found = []
    async with open_service_log(broker, f"pvsim.{service}.samples") as log, log.entries(0) as portions:
        async with asyncio.timeout(60):
            while len(found) < rows:
                found += [entry.body for entry in await anext(portions)]
    samples = [published.check(f"pvsim.{service}.samples", body) for body in found]
    assert [sample["row"] for sample in samples] == list(range(rows))
    written = {}
    for path in (directory / "listen" / service).rglob("samples.csv*"):
        header, *lines = path.read_text().splitlines()
        for line in lines:
            row = dict(zip(header.split(","), line.split(","), strict=True))
            written[path.parts[-3], datetime.fromisoformat(row["timestamp"])] = row
    assert len(written) == rows
    for sample in samples:
        row = written[sample["meter"], datetime.fromisoformat(sample["t_utc"])]
        for name in ("meter", "pv", "net", "battery", "grid"):
            assert round(sample[f"{name}_w"] * 10) == round(float(row[f"{name}_kw"]) * 10_000)


async def test_a_service_ends_in_order_by_ctrl_c_with_130(service):
    running, told = await started()
    assert any("meters publish with routing key" in each.get("what", "") for each in told)
    running.send_signal(signal.SIGINT)
    _, err = await running.communicate()
    assert running.returncode == 130
    assert b"goes on from there" in err
    assert service


async def test_a_directory_that_is_not_of_the_service_is_refused_before_it_says_that_it_listens(broker, service):
    period = Period(1_718_920_800, 1)
    period.add(Row(0, 1_718_920_800, 4_000, 1_000))
    async with open_sample_stream(broker, service, Retention()) as stream:
        await stream.publish([period.sample(service, "m1")])
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "pvsim", "listen"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 65
    assert "another service of this name publishes to it" in done.stderr
    assert "listening" not in done.stderr
    running, _ = await started("--name", f"{service}-2", "--no-publish")  # another name, as the fix says
    running.send_signal(signal.SIGTERM)
    await running.communicate()
    assert running.returncode == 0
    async with StreamTransport(broker).log(f"pvsim.{service}-2") as log:
        await log.delete()


@pytest.mark.usefixtures("service")
def test_a_replay_of_a_log_that_is_not_there_says_so_and_ends():
    command = [sys.executable, "-m", "pvsim", "listen", "--name", "nobodys", "--replay"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 69
    assert "there is no log pvsim.nobodys" in done.stderr
