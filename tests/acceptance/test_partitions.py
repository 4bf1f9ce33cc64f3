"""A fleet in partitions: the same rows and figures whatever their number, with parts killed or done apart."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import aio_pika
import mmh3
import numpy as np
import pytest

import pvsim
from pvsim.adapters import node

pytestmark = pytest.mark.broker

FLEET = ["--meters", "9", "--hours", "1", "--seed", "3"]
OTHERS = ["--every", "10s"]
START_UTC = 1_718_920_800  # 2024-06-21T00:00:00+02:00


@pytest.fixture(scope="module")
def simulated():
    return pvsim.simulate(pvsim.Request(meters=9, hours=1, seed=3, every="10s", run_id="fleet"))


@pytest.fixture(scope="module")
def by_meter(simulated):
    """The lines of each meter, as a run has them."""
    from pvsim.core.results import rows  # noqa: PLC0415

    text = b"".join(rows.render(samples, simulated.plan) for samples in simulated.samples()).decode()
    return lines_by_meter(text.splitlines())


def lines_by_meter(lines):
    found = {}
    for line in lines:
        found.setdefault(line.split(",")[1], []).append(line)
    return found


def rows_in(directory: Path):
    found = {}
    for path in directory.glob("part-*/samples.csv"):
        own = lines_by_meter(path.read_text().splitlines()[1:])
        assert not found.keys() & own.keys()
        found |= own
    return found


def summary_in(directory: Path) -> str:
    return (directory / "summary.json").read_text()


@pytest.mark.parametrize("partitions", [1, 4, 16])
def test_rows_and_figures_are_the_same_whatever_the_number_of_partitions(
    outside, here, simulated, by_meter, partitions
):
    """I2; and the manifest says where each meter went."""
    from pvsim.wiring.summary_file import summary_text  # noqa: PLC0415

    done = outside("run", *FLEET, *OTHERS, "--partitions", str(partitions), "--no-report")
    assert done.code == 0, done.err
    run = here / "runs" / "latest"
    assert rows_in(run) == by_meter
    assert summary_in(run).encode() == summary_text(simulated.summary)
    manifest = json.loads((run / "manifest.json").read_bytes())
    said = manifest["partitions"]
    assert (said["count"], said["hash_seed"]) == (partitions, 104_729)
    assert said["without_meters"] == partitions - len(said["parts"])
    for part in said["parts"]:
        lines = (run / part["files"] / "samples.csv").read_text().splitlines()[1:]
        names = {line.split(",")[1] for line in lines}
        assert {mmh3.hash(name, 104_729, signed=False) % partitions for name in names} == {part["partition"]}
        assert len(names) == part["meters"]
        assert f"{part['files']}/samples.csv" in manifest["files"]
    assert manifest["counts"]["received"] == manifest["counts"]["written"] == 9 * 3_600
    assert manifest["confirmed"] == 9 * 3_600
    if partitions == 16:
        assert "· 9 meters in 16 partitions, 1 to 2 in each that has some; 8 have none" in done.err
        assert json.loads(outside("verify", "runs/latest", "--json").out) == json.loads(summary_in(run))
        answer = outside("query", "select count(*) n, count(distinct meter) m from samples", "runs/latest")
        assert answer.out.split()[-2:] == ["3240", "9"]
        opened = pvsim.open_run(run)
        assert [len(opened.arrays()["t_utc"]), opened.summary.rows] == [3_240, 3_240]


def began(here, broker, *arguments):
    environment = {**os.environ, "PVSIM_BROKER_URL": broker.amqp_url}
    return subprocess.Popen(
        [sys.executable, "-m", "pvsim", *arguments], cwd=here, env=environment, stderr=subprocess.PIPE, text=True
    )


def until_rows(process, out: Path):
    """Wait until some part has rows on the disk, and the others may."""
    while not any(path.stat().st_size > 20_000 for path in out.glob("2*/part-*/samples.csv.part")):
        assert process.poll() is None, process.communicate()


def simulators_of(process):
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(pid) for pid in children if Path(f"/proc/{pid}/comm").read_text().strip() == "pvsim-simulator"]


def test_a_run_of_which_a_simulator_is_killed_is_resumed_to_the_same_bytes(outside, here, broker, by_meter):
    process = began(here, broker, "run", *FLEET, *OTHERS, "--partitions", "4", "--clock", "1200x", "--no-report")
    until_rows(process, here / "runs")
    os.kill(simulators_of(process)[0], signal.SIGKILL)
    _, said = process.communicate()
    assert process.returncode == 1, said
    assert "was ended by signal 9" in said
    done = outside("run", "--resume", "runs/latest", "--clock", "max", "--no-report")
    assert done.code == 0, done.err
    assert rows_in(here / "runs" / "latest") == by_meter


def test_a_restart_of_the_broker_is_lived_through(here, broker, broker_home, by_meter):
    process = began(here, broker, "run", *FLEET, *OTHERS, "--partitions", "4", "--clock", "1200x", "--no-report")
    until_rows(process, here / "runs")
    asyncio.run(node.control(broker_home, "stop_app"))
    asyncio.run(node.control(broker_home, "start_app"))
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert rows_in(here / "runs" / "latest") == by_meter


def test_parts_are_done_apart_killed_alone_and_proved_together(outside, here, broker, simulated, by_meter):
    """Two machines: each has its own directory; the one's parts are copied to the other in the end."""
    from pvsim.wiring.summary_file import summary_text  # noqa: PLC0415

    fleet = [*FLEET, "--partitions", "4", "--run-id", "apart"]
    one = began(here, broker, "simulate", *fleet, *OTHERS, "--part", "0/2", "--out", "one")
    meter = began(here, broker, "meter", *fleet, "--clock", "1200x")
    until_rows(one, here / "one")
    one.kill()
    one.communicate()
    other = began(here, broker, "simulate", *fleet, *OTHERS, "--part", "1/2", "--out", "two")
    again = outside("simulate", "--dir", "one/latest", "--part", "0/2")
    assert again.code == 0, again.err
    assert "when they are: pvsim simulate --dir" in again.err
    assert json.loads((here / "one/latest/manifest.json").read_bytes())["status"] == "interrupted"
    assert outside("verify", "one/latest").code == 65
    for process in (meter, other):
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert not list((here / "two/latest").glob("part-00[02]"))
    for part in (here / "two/latest").glob("part-*"):
        shutil.copytree(part, here / "one/latest" / part.name)
    whole = outside("simulate", "--dir", "one/latest")
    assert whole.code == 0, whole.err
    assert rows_in(here / "one/latest") == by_meter
    assert summary_in(here / "one/latest").encode() == summary_text(simulated.summary)
    assert outside("verify", "one/latest").code == 0


async def publish(broker, run_id, readings):
    """Readings of other people's meters, who know nothing of partitions: (meter, seq, W)."""
    connection = await aio_pika.connect(broker.amqp_url.partition("?")[0])
    async with connection, connection.channel() as channel:
        exchange = await channel.get_exchange("pvsim")
        waiting = []
        for meter, seq, watts in readings:
            stamp = f"{np.datetime64(START_UTC + seq, 's')}Z"
            fields = {"v": 1, "kind": "reading", "run": run_id, "meter": meter, "seq": seq}
            body = json.dumps({**fields, "t_utc": stamp, "meter_w": watts}).encode()
            waiting.append(exchange.publish(aio_pika.Message(body), f"meter.{run_id}.{meter}"))
        await asyncio.gather(*waiting)


def test_meters_of_others_meet_their_partition_by_their_names(here, broker):
    """I4: of one a reading is missing, and with it a row."""
    meters = ["--meter", "house=external", "--meter", "shop=external"]
    options = [
        "--hours",
        "1",
        "--every",
        "10s",
        "--partitions",
        "5",
        "--run-id",
        "others",
        "--meter-timeout",
        "20",
    ]
    process = began(here, broker, "simulate", *meters, *options)
    while (
        "publish readings to exchange pvsim with routing key meter.others.<meter>" not in process.stderr.readline()
    ):
        assert process.poll() is None
    readings = [(meter, seq, 500 + seq % 7) for seq in range(3_600) for meter in ("house", "shop")]
    asyncio.run(publish(broker, "others", [each for each in readings if each[:2] != ("shop", 15)]))
    _, said = process.communicate()
    assert process.returncode == 75, said
    run = here / "runs/latest"
    found = rows_in(run)
    assert {name: len(lines) for name, lines in found.items()} == {"house": 360, "shop": 359}
    manifest = json.loads((run / "manifest.json").read_bytes())
    assert (manifest["status"], manifest["counts"]["missing"], manifest["missing"]["spans"]) == ("partial", 10, 1)
    assert manifest["missing"]["first"][0]["meter"] == "shop"
    assert sorted(part["partition"] for part in manifest["partitions"]["parts"]) == sorted(
        {mmh3.hash(name, 104_729, signed=False) % 5 for name in ("house", "shop")}
    )


def test_without_amqp_there_are_the_streams_alone(outside, here, broker):
    url = replace(broker, amqp_port=9).amqp_url
    fleet = ["--meters", "3", "--hours", "1", "--every", "1h", "--partitions", "2", "--no-report"]
    done = outside("run", *fleet, url=url)
    assert done.code == 0, done.err
    assert "· there is no super stream pvsim." in done.err
    assert "still on the broker" not in done.err
    assert len(rows_in(here / "runs/latest")) == 3


def test_an_interrupted_share_says_how_to_go_on_with_it(here, broker):
    options = ["--partitions", "4", "--run-id", "stopped", "--part", "1/2"]
    process = began(here, broker, "simulate", *FLEET, *options)
    while not list(here.glob("runs/2*/part-001/checkpoint")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130, said
    run = (here / "runs/latest").resolve()
    assert f"pvsim simulate --dir {run} --part 1/2" in said
    assert json.loads((run / "manifest.json").read_bytes())["status"] == "interrupted"


def test_a_row_that_was_changed_is_named_with_its_part(outside, here):
    assert outside("run", *FLEET, "--every", "15min", "--partitions", "3", "--quiet", "--no-report").code == 0
    path = max((here / "runs/latest").glob("part-*/samples.csv"))
    text = path.read_bytes()
    path.write_bytes(text.replace(b",m", b",x", 3).replace(b",xeter", b",meter"))
    done = outside("verify", "runs/latest")
    assert done.code == 65
    assert done.field("at") == f"{path.resolve()}, line 2"
    path.unlink()
    assert outside("verify", "runs/latest").code == 65


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("run --partitions 0", "--partitions is 1 to 1,024, not 0"),
        ("run --partitions 2 --meters 2001", "--meters is 1 to 2,000 meters in 2 partitions, not 2,001"),
        ("run --partitions 2 --split day", "--partitions gives each partition a file of rows of its own"),
        ("simulate --part 0/2", "--part is a share of the partitions of a run, and this run has none"),
        ("meter --partitions 2 --part 2/2", "--part 2/2 is none of 2 processes"),
        ("run --hours 24", "--hours is a part of 2024-06-21 in Europe/Berlin, a day of 24 h"),
    ],
)
def test_what_cannot_be_is_refused(inside, arguments, says):
    done = inside(*arguments.split())
    assert done.code == 2
    assert done.field("error").startswith(says)
