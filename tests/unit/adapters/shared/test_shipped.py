"""A file of pvsim's own that is cut off, gone or nonsense is told as a damaged installation, whoever reads it."""

from pathlib import Path

import pytest

import pvsim
from pvsim.adapters.rules_file import read_rules
from pvsim.adapters.scenario_files import read_scenario
from pvsim.adapters.shared import shipped as module
from pvsim.adapters.shared.shipped import shipped
from pvsim.adapters.site_file import read_site
from pvsim.errors import PvsimError
from pvsim.wiring.build import build_pv, plan_of
from pvsim.wiring.buildings import device_table

DATA = Path(pvsim.__file__).parent / "data"


def _curve():
    config = pvsim.configure(pvsim.Request(date="2024-06-21"))
    build_pv(config, plan_of(config))


READERS = {
    "scenarios/expected.json": lambda: read_scenario("winter"),
    "scenarios/winter.toml": lambda: read_scenario("winter"),
    "rules/de.toml": lambda: read_rules("de"),
    "sites/home.toml": lambda: read_site("home"),
    "devices.json": device_table.__wrapped__,
    "pv_curve.csv": _curve,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("damage", ["half", "whole lines", "gone", "nonsense"])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path, monkeypatch, name, damage):
    content = (DATA / name).read_bytes()
    if name.startswith("scenarios"):
        other = "scenarios/winter.toml" if name.endswith("json") else "scenarios/expected.json"
        _put(tmp_path, other, (DATA / other).read_bytes())
    half = content[: len(content) // 2]
    damaged = {"half": half, "whole lines": half[: half.rindex(b"\n") + 1], "nonsense": b"\x00\xff{["}
    if damage in damaged:
        _put(tmp_path, name, damaged[damage])
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    with pytest.raises(PvsimError, match=f"installation of pvsim is damaged: {name}") as error:
        READERS[name]()
    assert error.value.where == str(tmp_path / "data" / name)
    assert "pip install --force-reinstall pvsim" in error.value.fix


def _put(folder: Path, name: str, content: bytes) -> None:
    path = folder / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_what_is_whole_is_read():
    with shipped("pv_curve.csv") as path:
        assert path == DATA / "pv_curve.csv"
