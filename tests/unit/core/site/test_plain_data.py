from decimal import Decimal
from enum import Enum
from fractions import Fraction
from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.site.energy import EnergyPopulation
from pvsim.core.site.place import ClearWeather
from pvsim.core.site.plain_data import plain
from pvsim.core.site.tariff import PriceWindow

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(PLAIN)
def test_plain_data_stay_as_they_are(value):
    assert plain(value) == value


class _Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(4000), 4000.0),
        (np.float32(0.25), 0.25),
        (np.longdouble(3), 3.0),
        (np.int64(2), 2),
        (np.bool_(True), True),
        (np.str_("home"), "home"),
        (np.linspace(2000, 3000, 3), [2000.0, 2500.0, 3000.0]),
        ((np.int64(1), "a"), [1, "a"]),
        (Decimal("0.5"), 0.5),
        (Fraction(1, 4), 0.25),
        (10**400, inf),
        (-(10**400), -inf),
        (Fraction(10**400), inf),
        (_Colour.RED, "red"),
        ({1: np.int64(2)}, {"1": 2}),
        (
            EnergyPopulation(mean_kwh=np.float64(4000)),
            {"mean_kwh": 4000.0, "cv": None, "from_kwh": None, "to_kwh": None},
        ),
    ],
)
def test_a_value_of_a_program_becomes_plain(value, expected):
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)


def test_what_is_no_number_and_no_text_is_left_as_it_is():
    assert isnan(plain(Decimal("sNaN")))
    assert plain(b"x") == b"x"
    assert plain({1}) == {1}


def test_a_struct_has_its_tag_and_the_names_of_files():
    assert plain(ClearWeather(temp_air_c=np.float64(3)))["kind"] == "clear"
    assert plain(PriceWindow(per_kwh=np.int64(2), from_="06:00"))["from"] == "06:00"
