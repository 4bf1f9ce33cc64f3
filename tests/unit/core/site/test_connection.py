"""What a site's connection comes to, by hand, and what is wrong with one."""

from datetime import date

import pytest
from msgspec.structs import replace

from pvsim.adapters.site_file import read_site
from pvsim.core.site.connection import connection_problems, fuse_kw, installed_kwp
from pvsim.core.site.schema import DimmingWindow, Grid

HOME = read_site("home")


def test_the_power_of_the_fuses_by_hand():
    assert fuse_kw(Grid()) is None
    assert fuse_kw(Grid(fuse_a=35)) == 24.15  # 35 A × 3 × 230 V
    assert fuse_kw(Grid(fuse_a=63, fuse_phases=3)) == 43.47
    assert fuse_kw(Grid(fuse_a=16, fuse_phases=1)) == 3.68


def test_the_installed_power_is_that_of_all_plants():
    assert installed_kwp(HOME) == 8
    assert installed_kwp(read_site("depot")) == 21


@pytest.mark.parametrize(
    ("changes", "grid", "found"),
    [
        ({"rules": "de", "commissioned": date(2025, 3, 1)}, {"fuse_a": 35, "fuse_phases": 1}, []),
        ({}, {"fuse_phases": 2, "fuse_a": 35}, ["grid.fuse_phases: 2 is not 1 or 3"]),
        ({}, {"fuse_phases": 3},
         ["grid.fuse_phases: there is no fuse_a; give the rated current, for example fuse_a = 35"]),
        ({"commissioned": date(2025, 3, 1)}, {},
         ['commissioned: nothing depends on it without rules; add rules = "de", or leave it out']),
        ({}, {"dimming_file": "a\0b"}, ["grid.dimming_file: a path cannot contain the character NUL"]),
        ({}, {"dimming": (DimmingWindow("x", "y", 5.0),)},
         ["grid dimming window 1: from: 'x' is not a time such as 2025-01-15T17:00"]),
        ({"rules": "a\0b"}, {}, ["rules: a path cannot contain the character NUL"]),
    ],
)  # fmt: skip
def test_what_contradicts_itself(changes, grid, found):
    assert connection_problems(replace(HOME, grid=Grid(**grid), **changes)) == found
