"""The page for newcomers draws what the tools hold."""

import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = "docs/development/architecture.md"


@pytest.fixture(scope="module")
def contracts():
    """The layers that import-linter holds, from the top down, by their container."""
    linter = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]
    return {c["containers"][0]: c["layers"] for c in linter["contracts"] if c["type"] == "layers"}


def test_the_layers_are_those_of_the_contract(pages, contracts):
    drawing = re.search(r"^```\n(.*?)^```$", pages[PAGE], re.MULTILINE | re.DOTALL)[1]
    lines = [line for line in drawing.splitlines() if not line.startswith(" ")]
    assert len(lines) == len(contracts["pvsim"])
    for line, layer in zip(lines, contracts["pvsim"], strict=True):
        assert line.startswith(layer)


def test_the_rooms_of_core_are_those_of_the_contract_in_their_order(pages, contracts):
    rooms = re.findall(r"^\| `(\w+)` \|", pages[PAGE].partition("| room of `core` |")[2], re.MULTILINE)
    held = [room for layer in contracts["pvsim.core"] for room in layer.split(" | ")]
    assert rooms == held
    for beside in (layer.split(" | ") for layer in contracts["pvsim.core"] if "|" in layer):
        *first, last = (f"`{room}`" for room in beside)
        assert re.search(rf"{', '.join(first)}\s(and|nor\sdo)\s{last}", pages[PAGE]), beside


def test_each_invariant_names_its_tests_or_says_that_it_is_not_built(pages):
    rows = re.findall(r"^\| (I\d+) \| .* \| (.*) \|$", pages[PAGE], re.MULTILINE)
    assert [name for name, _ in rows] == [f"I{i}" for i in range(1, 13)]
    assert all(held == "not built yet" or "tests/" in held for _, held in rows)


def test_modules_that_the_page_names_are_there(pages):
    named = re.findall(r"`((?:cli|wiring|adapters|app|core|config)(?:/[\w/]+)?(?:\.py)?)`", pages[PAGE])
    assert len(named) > 25
    for name in named:
        path = REPOSITORY / "src/pvsim" / name
        assert path.exists() or path.with_suffix(".py").exists(), name
