from importlib.resources import files

import pytest

from pvsim.core.loads.building import parse_kinds


@pytest.fixture(scope="session")
def kinds():
    return parse_kinds((files("pvsim") / "data" / "devices.json").read_text(encoding="utf-8"))
