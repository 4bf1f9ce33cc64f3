"""Carries out a row of the table, and says what came out."""

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.pins.foreign import LOGS, publish_amqp, publish_stream
from tests.pins.table import PINNED, Row

from pvsim.adapters.streams import StreamTransport
from pvsim.core.messages.address import BrokerAddress

__all__ = ["carry_out", "differences", "figures"]

REPOSITORY = Path(__file__).resolve().parents[2]
TYPICAL_YEAR = "723170TYA.CSV"
FIGURES = (
    "rows", "resolution_s", "energy_kwh", "self_consumption", "self_sufficiency", "generation_multiple", "peak_kw",
    "peak_of_all_kw", "meters", "days", "months",
)  # fmt: skip
ENERGIES = (
    "load", "pv", "self_consumed", "import", "export", "battery_charge", "battery_discharge", "curtailed", "meter",
)  # fmt: skip
"""What of summary.json is pinned: another field may be added without a change of the table."""
_PATIENCE_S = 120.0
_TRIES = 5
"""A run on a busy machine may end between two looks at it."""


def carry_out(row: Row, place: Path, broker: BrokerAddress) -> dict[str, Any]:
    """Run the command of a row in an empty directory, which has the repository's inputs by the same names.

    Returns:
        The results, by the keys of `PINNED`.
    """
    _lay_out(place)
    code = _run(row, place, broker) if row.messages is None else asyncio.run(_listen(row, place, broker))
    return figures(place / "runs" / "latest", code, foreign=row.messages is not None)


def _lay_out(place: Path) -> None:
    pins = place / "tests" / "pins"
    pins.mkdir(parents=True)
    (place / "tests" / "data").symlink_to(REPOSITORY / "tests" / "data")
    shutil.copytree(REPOSITORY / "tests" / "pins" / "sites", pins / "sites")
    library = find_spec("pvlib")
    assert library is not None
    assert library.origin is not None
    (pins / "sites" / TYPICAL_YEAR).symlink_to(Path(library.origin).parent / "data" / TYPICAL_YEAR)


def figures(directory: Path, code: int, *, foreign: bool) -> dict[str, Any]:
    """What a run is pinned by."""
    parts = [directory / "samples.csv"]
    if not parts[0].exists():
        parts = sorted((directory / "samples").glob("*.csv"))
    samples = sha256(b"".join(part.read_bytes() for part in parts))
    summary = json.loads((directory / "summary.json").read_bytes())
    found: dict[str, Any] = {"exit": code} if code else {}
    if foreign:  # those of pvsim's own meter depend on how often a connection was lost
        counts = json.loads((directory / "manifest.json").read_bytes())["counts"]
        found["counts"] = counts
    rejected = directory / "rejected.jsonl"
    return found | {
        "energy_kwh": _without_nulls(_some(summary["energy_kwh"], ENERGIES)),
        "samples": samples.hexdigest(),
        "summary": sha256(_canonical(_pinned(summary))).hexdigest(),
        "rejected": sha256(rejected.read_bytes()).hexdigest() if rejected.exists() else "none",
    }


def differences(pinned: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What came out otherwise than it is pinned, what says most about it first."""
    said = {"samples": "the rows", "summary": "figures of summary.json", "rejected": "rejected.jsonl"}
    keys = [key for key in PINNED if pinned.get(key) != found.get(key)]
    return [
        f"{said[key]}: another SHA-256"
        if key in said
        else f"{key}: {pinned.get(key)} pinned, now {found.get(key)}"
        for key in keys
    ]


def _some(given: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _pinned(summary: dict[str, Any]) -> dict[str, Any]:
    """Those fields of a summary, or of the part of one meter, that are pinned."""
    found = _some(summary, FIGURES) | {"energy_kwh": _some(summary["energy_kwh"], ENERGIES)}
    if summary["meters"] is not None:
        found["meters"] = {name: _pinned(each) for name, each in summary["meters"].items()}
    for name in ("days", "months"):
        if summary[name] is not None:
            found[name] = [_some(each, ("period", *ENERGIES)) for each in summary[name]]
    return found


def _without_nulls(value: Any) -> Any:
    """A field that may be null can be added to all runs without a change of those that do not use it."""
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _canonical(value: Any) -> bytes:
    return json.dumps(_without_nulls(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# --- commands ---


def _environment(place: Path, broker: BrokerAddress) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PVSIM_")}
    return kept | {"PVSIM_BROKER_URL": broker.amqp_url, "XDG_CONFIG_HOME": str(place / "no settings")}


def _start(command: str, place: Path, broker: BrokerAddress) -> subprocess.Popen[str]:
    name, *words = shlex.split(command)
    assert name == "pvsim"
    return subprocess.Popen(
        [sys.executable, "-m", "pvsim", *words, "--quiet"],
        cwd=place,
        env=_environment(place, broker),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _end(processes: list[subprocess.Popen[str]]) -> int:
    """Wait for processes to end; the exit code of the first that did not end well.

    Raises:
        AssertionError: with what it said, if there is no result to look at.
    """
    try:
        said = [process.communicate(timeout=_PATIENCE_S)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()
    code = next((process.returncode for process in processes if process.returncode), 0)
    assert code in {0, 75}, "".join(said)
    return code


def _run(row: Row, place: Path, broker: BrokerAddress) -> int:
    if row.kill_at is None:
        return _end([_start(command, place, broker) for command in row.command.split(" & ")])
    for _ in range(_TRIES):
        if _killed(_start(row.command, place, broker), place, row.kill_at):
            return _end([_start(_resume(row.command), place, broker)])
        shutil.rmtree(place / "runs")
    raise AssertionError(f"always finished before it could be killed: {row.command}")


def _killed(process: subprocess.Popen[str], place: Path, size: int) -> bool:
    """Kill a run as soon as so many bytes of samples are on disk; false if it has finished before."""
    until = time.monotonic() + _PATIENCE_S
    while not any(part.stat().st_size >= size for part in place.glob("runs/*/samples.csv.part")):
        if process.poll() is not None:
            assert process.returncode == 0, process.communicate()[1]
            return False
        if time.monotonic() > until:
            process.kill()
            raise AssertionError(f"no samples: {process.communicate()[1]}")
        time.sleep(0.005)
    process.kill()
    process.communicate()  # until its roles have noticed, and ended too
    return not list(place.glob("runs/*/samples.csv"))


def _resume(command: str) -> str:
    return (
        "pvsim run --resume runs/latest" if command.startswith("pvsim run") else "pvsim simulate --dir runs/latest"
    )


# --- meters of somebody else ---


async def _listen(row: Row, place: Path, broker: BrokerAddress) -> int:
    """`pvsim simulate` with everything there before it begins, or half of it before it is killed."""
    words = shlex.split(row.command)
    run = words[words.index("--run-id") + 1]
    bodies = LOGS[row.messages or ""](run)
    publish = publish_amqp if "amqp" in words else publish_stream
    try:
        first = len(bodies) if row.kill_at is None else len(bodies) // 2
        await publish(broker, run, bodies[:first])
        process = _start(row.command, place, broker)
        if row.kill_at is None:
            return _end([process])
        assert _killed(process, place, row.kill_at), "it has only half of the messages"
        await publish(broker, run, bodies[first:])
        return _end([_start(_resume(row.command), place, broker)])
    finally:
        async with StreamTransport(broker).log(f"pvsim.{run}") as log:
            await log.delete()
