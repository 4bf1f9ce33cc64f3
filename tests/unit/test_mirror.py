"""Each module of core and app has a test file of its name, in the room of its name."""

from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "src" / "pvsim"
HERE = Path(__file__).resolve().parent

ELSEWHERE = {
    "app/listen_ports": "protocols: nothing of it runs",
    "app/ports": "protocols: nothing of it runs",
    "app/study_ports": "protocols: nothing of it runs",
    "app/report/facts": "plain data",
    "app/report/page": "plain data",
    "app/report/study_facts": "plain data",
    "core/quantities/types": "types and constants",
    "core/results/accumulator": "a protocol: what fulfils it is tested",
}
"""Modules without a test of their own, and why."""


def test_each_module_of_core_and_app_has_a_test_of_its_name():
    modules = {
        str(path.relative_to(SOURCES).with_suffix(""))
        for room in ("core", "app")
        for path in (SOURCES / room).rglob("*.py")
    }
    modules = {module for module in modules if not module.endswith("__init__")}
    without = {m for m in modules if not (HERE / m).with_name(f"test_{Path(m).name}.py").exists()}
    assert len(modules) > 100
    assert without == set(ELSEWHERE)
