"""What others publish to a run's stream: rejected with reason and offset, counted, and never in a row."""

import asyncio
import gzip
import json
import os
import signal
import struct
import subprocess
import sys
import time
from itertools import cycle
from zlib import crc32

import numpy as np
import pytest

from pvsim.adapters.csvfile import last_checkpoint
from pvsim.adapters.streams import StreamTransport

pytestmark = pytest.mark.broker

RUN = "poisoned"
START = 1_718_920_800  # 2024-06-21T00:00:00+02:00
DAY_S = 86_400


def stamp(seq):
    return str(np.datetime64(START + seq, "s")) + "Z"


def reading(seq=0, power="1234.5", **other):
    """A reading in another order and spacing than our meter writes it; `other` replaces fields as JSON text."""
    fields = {
        "meter_w": power,
        "t_utc": f'"{stamp(seq)}"',
        "seq": str(seq),
        "meter": '"m1"',
        "run": f'"{RUN}"',
        "v": "1",
        "kind": '"reading"',
    } | other
    return ("{ " + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + " }").encode()


POISON = [
    (b"hello", "not JSON"),
    (b"", "not JSON"),
    (b"\xff\xfe\x00", "not JSON"),
    (reading(power="NaN"), "not JSON"),
    (reading(power="Infinity"), "not JSON"),
    (b'{"a":' * 600 + b"1" + b"}" * 600, "not a message of the contract"),
    (b"[" * 2000 + b"]" * 2000, "not a message of the contract"),
    (b"{}", "not a message of the contract"),
    (reading(power='"5"'), "not a message of the contract"),
    (reading(power="1e999"), "not a message of the contract"),
    (reading(seq=0, t_utc='"2024-06-20T22:00:00"'), "not a message of the contract"),
    (reading(v="2"), "another version of the contract"),
    (reading(run='"other"'), "of another run"),
    (reading(meter='"m2"'), "of a meter that the run does not have"),
    (reading(seq=0, t_utc=f'"{stamp(1)}"'), "time and sequence number do not fit"),
    (reading(seq=DAY_S), "time and sequence number do not fit"),
    (reading().replace(b'"seq": 0', b'"seq": 1' + b"0" * 30), "time and sequence number do not fit"),
    (b"x" * 100_000, "too large"),
    (json.dumps({"v": 1, "kind": "end", "run": RUN, "readings": 5, "crc32": 0}).encode(), "an end marker"),
]


async def publish(broker, bodies, name="somebody", first_id=1, stream=f"pvsim.{RUN}"):
    """Publish bodies of any lengths, in order."""
    async with StreamTransport(broker).log(stream) as log:
        await log.create()
        async with log.publisher(name) as publisher:
            await publish_by(publisher, bodies, first_id)


async def publish_by(publisher, bodies, first_id):
    """Publish bodies, and wait until they are confirmed."""
    start = 0
    while start < len(bodies):
        end = start + 1
        while end < len(bodies) and len(bodies[end]) == len(bodies[start]):
            end += 1
        if bodies[start]:
            table = np.frombuffer(b"".join(bodies[start:end]), np.uint8).reshape(end - start, -1)
            await publisher.publish(first_id + start, table)
        else:  # ours never publishes such a message: head, id, length, and an empty data section
            frame = struct.pack(">IHHBIQI", 26, 2, 1, 1, 1, first_id + start, 5) + b"\x00\x53\x75\xa0\x00"
            await publisher.publish_prepared(frame, first_id + start, 1)
        start = end
    await publisher.flush()


async def delete_stream(broker):
    async with StreamTransport(broker).log(f"pvsim.{RUN}") as log:
        await log.delete()


@pytest.fixture(autouse=True)
def _no_stream_left(broker):
    yield
    asyncio.run(delete_stream(broker))


@pytest.fixture
def service(here, broker, monkeypatch):
    """`pvsim simulate` for an external meter, started; the test publishes, then calls it to wait for the end."""
    monkeypatch.setenv("PVSIM_BROKER_URL", broker.amqp_url)
    started = []

    def start(*arguments, meter="external"):
        command = ["simulate", "--meter", meter, "--run-id", RUN, "--transport", "streams", *arguments]
        process = subprocess.Popen(
            [sys.executable, "-m", "pvsim", *command],
            cwd=here,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)

        def end(kill=None):
            if kill is not None:
                process.send_signal(kill)
            out, err = process.communicate(timeout=240)
            return process.returncode, out, err, (here / "runs" / "latest").resolve()

        return end

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.communicate()


def manifest(directory):
    return json.loads((directory / "manifest.json").read_bytes())


def rejected(directory):
    return [json.loads(line) for line in (directory / "rejected.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def day():
    """A day of readings in 0.1 W, with both ends of the range."""
    values = np.arange(DAY_S, dtype=np.int64) * 7919 % 90_001
    values[:2] = 0, 90_000
    return values


def bodies_of(values, first=0):
    return [reading(seq, f"{value / 10:g}") for seq, value in enumerate(values.tolist(), first)]


def end_of(values):
    crc = crc32(values.astype("<i4").tobytes())
    return json.dumps({"crc32": crc, "readings": len(values), "run": RUN, "kind": "end", "v": 1}).encode()


def test_poison_before_and_within_our_own_meters_readings(outside, here, broker, service):
    plain = outside("run", "--quiet", "--out", "plain")
    assert plain.code == 0
    asyncio.run(publish(broker, [body for body, _ in POISON]))
    meter = subprocess.Popen(
        [sys.executable, "-m", "pvsim", "meter", "--quiet", "--run-id", RUN, "--transport", "streams"],
        env={**os.environ, "PVSIM_BROKER_URL": broker.amqp_url},
    )
    end = service(meter="uniform")
    asyncio.run(publish(broker, [body for body, _ in POISON] * 20, first_id=len(POISON) + 1))  # meanwhile
    assert meter.wait(90) == 0
    code, _, err, directory = end()
    assert code == 0, err
    kept = rejected(directory)
    assert [line["offset"] for line in kept[: len(POISON)]] == list(range(len(POISON)))
    assert [line["offset"] for line in kept] == sorted({line["offset"] for line in kept})
    for line, (body, reason) in zip(kept, cycle(POISON), strict=False):
        assert line["reason"].startswith(reason)
        assert line["bytes"] == len(body)
        assert len(line["body"]) <= 4 * 512
    assert (directory / "samples.csv").read_bytes() == (here / "plain/latest/samples.csv").read_bytes()
    counts = manifest(directory)["counts"]
    assert counts == {
        "received": DAY_S + len(kept),
        "written": DAY_S,
        "duplicates": 0,
        "rejected": len(kept),
        "missing": 0,
    }
    assert outside("verify", str(directory)).code == 0


async def publish_batches(broker, *batches):
    """Publish what stands behind the publishing id of an entry, as a stranger's stream client would."""
    async with StreamTransport(broker).log(f"pvsim.{RUN}") as log:
        await log.create()
        async with log.publisher("stranger") as publisher:
            for number, batch in enumerate(batches, start=1):
                frame = struct.pack(">IHHBIQ", 17 + len(batch), 2, 1, 1, 1, number) + batch
                await publisher.publish_prepared(frame, number, 1)
            await publisher.flush()


def entry(kind, n, content):
    return struct.pack(">BHII", kind, n, len(content), len(content)) + content


def wrapped(body):
    return struct.pack(">I", 5 + len(body)) + b"\x00\x53\x75\xa0" + bytes([len(body)]) + body


def test_a_strangers_batches_are_counted_message_by_message(outside, here, broker, service):
    """I4."""
    plain = outside("run", "--quiet", "--out", "plain")
    assert plain.code == 0
    compressed = entry(0x90, 3, gzip.compress(wrapped(b"a") + wrapped(b"b") + wrapped(b"c")))
    garbage, readable = (
        entry(0x80, 40, b"garbage"),
        entry(0x80, 2, wrapped(b"hello") + wrapped(reading(run='"x"'))),
    )
    asyncio.run(publish_batches(broker, compressed, garbage, readable))
    end = service(meter="uniform")
    asyncio.run(publish_batches(broker, readable))  # known by its id: dropped
    with subprocess.Popen(
        [sys.executable, "-m", "pvsim", "meter", "--quiet", "--run-id", RUN, "--transport", "streams"],
        env={**os.environ, "PVSIM_BROKER_URL": broker.amqp_url},
    ) as meter:
        code, _, err, directory = end()
        assert code == 0, err
        assert meter.wait(90) == 0
    kept = rejected(directory)
    assert [line["offset"] for line in kept] == list(range(45))
    reasons = ["in a batch that cannot be read"] * 43 + ["not JSON", "of another run"]
    assert [line["reason"] for line in kept] == reasons
    assert kept[0]["detail"] == "one of 3 compressed (gzip)"
    assert kept[3]["detail"] == "one of 40 that do not fit the length of the batch, 7 bytes"
    counts = manifest(directory)["counts"]
    assert (counts["received"], counts["written"], counts["rejected"]) == (DAY_S + 45, DAY_S, 45)
    assert (directory / "samples.csv").read_bytes() == (here / "plain/latest/samples.csv").read_bytes()


def test_another_meters_day_in_its_own_json(outside, here, broker, service, day):
    """The same values give the same file, whoever published them and however the JSON is written."""
    end = service("--every", "2s")
    bodies = bodies_of(day)
    bodies.insert(9_000, bodies[8_000])  # one that is there already
    bodies.insert(50_000, b"noise")
    asyncio.run(publish(broker, [*bodies, end_of(day)], name="house"))
    code, out, err, directory = end()
    assert code == 0, err
    assert "43,200 rows, verified" in out
    counts = manifest(directory)["counts"]
    assert (counts["received"], counts["written"]) == (DAY_S + 2, DAY_S)
    assert (counts["duplicates"], counts["rejected"], counts["missing"]) == (1, 1, 0)
    assert [line["offset"] for line in rejected(directory)] == [50_000]
    rows = "".join(f"{stamp(seq)},{value / 10:g}\n" for seq, value in enumerate(day.tolist()))
    (here / "house.csv").write_text("timestamp,meter_w\n" + rows)
    replayed = outside(
        "run", "--quiet", "--meter", "house.csv", "--every", "2s", "--out", "replay", "--meter-gaps", "hold"
    )
    assert replayed.code == 0, replayed.err
    assert (directory / "samples.csv").read_bytes() == (here / "replay/latest/samples.csv").read_bytes()
    assert outside("verify", "--json", str(directory)).code == 0


def test_without_an_end_marker_and_with_impossible_values_the_run_is_partial(outside, broker, service, day):
    end = service("--every", "15min")
    bodies = bodies_of(day)
    bodies[100] = reading(100, "9000.1")
    bodies[50_000] = reading(50_000, "-1")
    asyncio.run(publish(broker, bodies, name="house"))
    code, _, err, directory = end()
    assert code == 75, err
    assert "1,800 readings have no row" in err
    assert "fix: see missing in manifest.json, and rejected.jsonl\n" in err
    assert manifest(directory)["status"] == "partial"
    counts = manifest(directory)["counts"]
    assert counts == {
        "received": DAY_S,
        "written": DAY_S - 1800,
        "duplicates": 0,
        "rejected": 1800,
        "missing": 1800,
    }
    reasons = [line["reason"] for line in rejected(directory)]
    assert reasons.count("outside 0..9000 W") == 2
    assert reasons.count("another reading of its averaging period was rejected") == 1798
    assert len((directory / "samples.csv").read_text().splitlines()) == 1 + 96 - 2
    assert outside("verify", str(directory)).code == 0
    path = directory / "samples.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert outside("verify", str(directory)).code == 65


def rows_without(plain, seconds):
    """The lines of a file of 1 s without those of some seconds of the run."""
    return b"".join(line for i, line in enumerate(plain, -1) if i not in seconds)


def samples_of(directory):
    return (directory / "samples.csv").read_bytes().splitlines(keepends=True)


def test_readings_that_never_came_have_no_row_and_are_listed(outside, broker, service, day):
    """The default: one lost reading costs its second, not the run."""
    whole = service("--quiet", "--out", "whole")
    asyncio.run(publish(broker, [*bodies_of(day), end_of(day)], name="house"))
    assert whole()[0] == 0
    plain = samples_of(whole()[3].parents[1] / "whole/latest")

    lost = {0, 1_000, 40_000, 40_001, DAY_S - 1}
    asyncio.run(delete_stream(broker))
    end = service("--quiet")
    bodies = [body for seq, body in enumerate(bodies_of(day)) if seq not in lost]
    asyncio.run(publish(broker, [*bodies, end_of(day)], name="house"))
    code, _, err, directory = end()
    assert code == 75, err
    assert "5 readings have no row" in err
    assert "fix: see missing in manifest.json\n" in err  # nothing was rejected
    assert "m1 from 2024-06-21T00:00:00+02:00 to 2024-06-21T00:00:01+02:00" in err
    found = manifest(directory)
    assert found["status"] == "partial"
    assert (found["counts"]["written"], found["counts"]["missing"]) == (DAY_S - 5, 5)
    assert found["missing"]["spans"] == 4
    assert found["missing"]["first"][2] == {
        "meter": "m1",
        "from": "2024-06-21T11:06:40+02:00",
        "to": "2024-06-21T11:06:42+02:00",
        "rows": 2,
    }
    assert b"".join(samples_of(directory)) == rows_without(plain, lost)
    done = outside("verify", str(directory))
    assert done.code == 0, done.err


async def publish_out_of_step(broker, lead_s, lost):
    """Two publishers, each with the readings of one meter, block by block; the first is ahead."""
    block = 480  # a reading of the first stands up to 1,440 messages before that of the other
    async with (
        StreamTransport(broker).log(f"pvsim.{RUN}") as log,
        StreamTransport(broker).log(f"pvsim.{RUN}") as other_log,
    ):
        await log.create()
        async with log.publisher("roof") as roof, other_log.publisher("cellar") as cellar:
            for first in range(-lead_s, DAY_S, block):
                for publisher, meter, start in ((roof, "m1", first + lead_s), (cellar, "m2", first)):
                    seconds = [s for s in range(start, start + block) if 0 <= s < DAY_S and (meter, s) not in lost]
                    bodies = [reading(s, meter=f'"{meter}"') for s in seconds]
                    await publish_by(publisher, bodies, start + 1)


def test_a_lost_reading_of_two_meters_out_of_step_costs_its_row_alone(outside, broker, service):
    """I1 and I4: not what the meter ahead had sent."""
    end = service("--quiet", "--meters", "2")
    lost = {("m2", 20_000), ("m1", 50_000), ("m2", 50_003)}
    asyncio.run(publish_out_of_step(broker, 480, lost))
    code, _, err, directory = end()
    assert code == 75, err
    assert "3 readings have no row" in err
    counts = manifest(directory)["counts"]
    assert (counts["written"], counts["missing"]) == (2 * DAY_S - 3, 3)
    assert (counts["duplicates"], counts["rejected"]) == (0, 0)
    spans = [(span["meter"], span["from"][11:19]) for span in manifest(directory)["missing"]["first"]]
    assert spans == [("m2", "05:33:20"), ("m1", "13:53:20"), ("m2", "13:53:23")]
    assert outside("verify", str(directory)).code == 0


def test_the_value_before_is_held_and_its_row_flagged(outside, broker, service, day):
    end = service("--missing", "hold")
    lost = {0, 1_000, 40_000, 40_001}
    bodies = [body for seq, body in enumerate(bodies_of(day)) if seq not in lost]
    asyncio.run(publish(broker, [*bodies, end_of(day)], name="house"))
    code, _, err, directory = end()
    assert code == 75, err  # nothing stands before the first
    counts = manifest(directory)["counts"]
    assert (counts["written"], counts["missing"], counts["held"]) == (DAY_S - 4, 1, 3)
    held = manifest(directory)["held"]
    assert [(span["from"][11:19], span["held_s"]) for span in held["first"]] == [("00:16:40", 1), ("11:06:40", 2)]
    lines = samples_of(directory)
    assert lines[0] == b"timestamp,meter_kw,pv_kw,net_kw,flags\n"
    assert lines[1].endswith(b",\n")
    assert [line.split(b",")[1] for line in lines[999:1_001]] == [lines[999].split(b",")[1]] * 2
    assert lines[1_000].endswith(b",held\n")
    assert outside("verify", str(directory)).code == 0
    path = directory / "samples.csv"
    path.write_bytes(b"".join(lines).replace(b",held\n", b",\n", 1))
    assert outside("verify", str(directory)).code == 65


def test_a_meter_that_falls_silent_ends_the_run_if_it_was_asked_to(broker, service, day):
    end = service("--quiet", "--meter-timeout", "1")
    asyncio.run(publish(broker, bodies_of(day[:70_000]), name="house"))
    code, _, err, directory = end()
    assert code == 75, err
    assert manifest(directory)["counts"]["missing"] == DAY_S - 70_000
    assert manifest(directory)["missing"]["first"][0]["rows"] == DAY_S - 70_000


def test_a_gap_stops_a_run_that_asks_for_it_and_the_printed_fix_goes_on(outside, broker, service, day):
    """I4: a message that was rejected before the gap is kept and counted."""
    end = service("--quiet", "--missing", "stop")
    asyncio.run(publish(broker, [*bodies_of(day[:10]), b"noise", *bodies_of(day[12:20], 12)], name="house"))
    code, _, err, directory = end()
    assert code == 1
    assert "2 readings are missing from the log, from second 10 of the run of meter m1" in err
    assert manifest(directory)["status"] == "failed"
    assert not (directory / "samples.csv").exists()
    assert manifest(directory)["counts"]["rejected"] == 1
    assert [line["offset"] for line in rejected(directory)] == [10]
    command = err.partition("to go on without them: pvsim ")[2].split()
    assert command == ["simulate", "--dir", str(directory), "--missing", "skip"]
    asyncio.run(publish(broker, [*bodies_of(day[20:], 20), end_of(day)], name="house", first_id=20))
    done = outside(*command, "--transport", "streams")
    assert done.code == 75, done.err
    assert manifest(directory)["status"] == "partial"
    counts = manifest(directory)["counts"]
    assert (counts["written"], counts["missing"], counts["rejected"]) == (DAY_S - 2, 2, 1)


def test_end_markers_of_others_end_nothing(broker, service, day):
    """Too early, or of other values: all readings are there, and so is the right marker."""
    end = service("--quiet")
    other = day.copy()
    other[77] += 1
    early = end_of(day)
    bodies = bodies_of(day)
    asyncio.run(publish(broker, [*bodies[:100], early, *bodies[100:], end_of(other), end_of(day)], name="house"))
    code, _, err, directory = end()
    assert code == 0, err
    assert [(line["offset"], line["reason"]) for line in rejected(directory)] == [
        (100, "an end marker that does not fit"),
        (DAY_S + 1, "an end marker that does not fit"),
    ]
    assert manifest(directory)["counts"]["written"] == DAY_S


def test_a_grid_meter_of_somebody_else_may_export(outside, broker, service, day):
    """Net is what it shows: there is no PV if none was asked for."""
    end = service("--meter-kind", "grid", "--meter-max-w", "43500", "--every", "15min")
    values = day * 9 - 435_000
    bodies = bodies_of(values)
    bodies.insert(9, b"noise")
    asyncio.run(publish(broker, [*bodies, end_of(values)], name="house"))
    code, out, err, directory = end()
    assert code == 0, err
    assert "grid meter" in out
    assert "load and self-consumption are not known" in out
    assert "rejected messages: 1" in err
    rows = [line.decode().strip().split(",") for line in samples_of(directory)[1:]]
    quarters = values.reshape(-1, 900).sum(axis=1) / 900
    assert [float(row[1]) for row in rows] == pytest.approx((quarters / 10_000).tolist(), abs=6e-5)
    assert {row[2] for row in rows} == {"0.0000"}
    assert all(row[1] == row[3] for row in rows)
    assert any(row[1].startswith("-") for row in rows)
    assert outside("verify", str(directory)).code == 0


def test_a_killed_run_that_holds_values_goes_on_to_the_same_bytes(outside, here, broker, service, day):
    """I1 and I2: the value that is held is in the checkpoint."""
    lost = {0, 30_000, *range(50_000, 50_100)}
    bodies = [body for seq, body in enumerate(bodies_of(day)) if seq not in lost]
    whole = service("--quiet", "--missing", "hold", "--every", "10s", "--out", "whole")
    asyncio.run(publish(broker, [*bodies, end_of(day)], name="house"))
    assert whole()[0] == 75
    expected = (here / "whole/latest/samples.csv").read_bytes()
    assert b",held:10\n" in expected
    asyncio.run(delete_stream(broker))

    killed = service("--quiet", "--missing", "hold", "--every", "10s")
    asyncio.run(publish(broker, bodies[:49_998], name="house"))  # to second 49,999; the next 100 are lost
    (directory,) = wait_for_run(here, written=49_980)
    killed(signal.SIGKILL)
    asyncio.run(publish(broker, [*bodies[49_998:], end_of(day)], name="house", first_id=50_000))
    done = outside("simulate", "--dir", str(directory), "--transport", "streams", "--quiet")
    assert done.code == 75, done.err
    assert (directory / "samples.csv").read_bytes() == expected
    assert outside("verify", str(directory)).code == 0


def wait_for_run(here, *, written):
    """The directory of the one run, when so many readings are on disk."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = [path for path in (here / "runs").glob("*") if not path.is_symlink()]
        if found and (now := last_checkpoint(found[0])) is not None and now.accounted.written >= written:
            return found
        time.sleep(0.05)
    raise AssertionError(here)
