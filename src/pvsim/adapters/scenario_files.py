"""The golden scenarios that come with pvsim: a TOML file for each, and one JSON file of what is expected."""

import tomllib
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from pvsim.adapters.shared.shipped import shipped
from pvsim.core.scenarios.scenario import Figures, Scenario
from pvsim.errors import UsageError

__all__ = ["EXPECTED", "SCENARIOS", "read_scenario", "scenario_directory"]

SCENARIOS = (
    "clear-june",
    "broken-clouds",
    "spring-clock-change",
    "autumn-clock-change",
    "winter",
    "zero-export",
    "cap-60-percent",
    "ev-at-noon",
    "battery-full",
    "battery-empty",
    "negative-prices",
    "dimming-14a",
    "uniform-meter",
    "measured-house",
    "fleet-of-50",
    "meter-gap",
)
"""The scenarios, by name."""

EXPECTED = "expected.json"


def scenario_directory() -> Path:
    """Where their files are."""
    return Path(str(files("pvsim").joinpath("data/scenarios")))


def read_scenario(name: str) -> Scenario:
    """A scenario by its name; what is expected of it is empty where nothing has been written yet.

    Raises:
        UsageError: if there is none of that name.
        PvsimError: if the installation is damaged.
    """
    if name not in SCENARIOS:
        near = get_close_matches(name, SCENARIOS, n=1)
        fix = f"did you mean {near[0]}?" if near else "see: pvsim scenarios"
        raise UsageError(f"there is no scenario {name!r}", where="NAME", fix=fix)
    with shipped(f"scenarios/{EXPECTED}") as path:
        expected = msgspec.json.decode(path.read_bytes(), type=dict[str, Figures]).get(name, {})
    with shipped(f"scenarios/{name}.toml") as path:
        data = tomllib.loads(path.read_text("utf-8"))
        request = _placed(data.pop("request"), path.parent)
        return msgspec.convert({**data, "name": name, "request": request, "expected": expected}, Scenario)


def _placed(request: dict[str, Any], directory: Path) -> dict[str, Any]:
    """The request with absolute paths of its files, which its file has relative to itself."""
    placed: dict[str, Any] = {}
    for name, value in request.items():
        if isinstance(value, dict):
            placed[name] = _placed(value, directory)
        elif isinstance(value, str) and value.endswith((".toml", ".csv")):
            placed[name] = str((directory / value).absolute())
        else:
            placed[name] = value
    return placed
