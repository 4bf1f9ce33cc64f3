import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.metering.numbers import ENERGY_UNITS, POWER_UNITS, scaled
from pvsim.core.metering.refusals import BodyError, Refusal


@given(st.integers(-90_000_000, 90_000_000))
def test_a_number_is_the_same_as_text_with_either_mark(dw):
    sign, (whole, part) = "-" if dw < 0 else "", divmod(abs(dw), 10)
    for text in (f"{sign}{whole}.{part}", f"{sign}{whole},{part}", f" {sign}{whole}.{part} W"):
        assert round(scaled(text, 10, POWER_UNITS)) == dw
    assert round(scaled(float(f"{sign}{whole}.{part}"), 10, POWER_UNITS)) == dw


@pytest.mark.parametrize(
    ("value", "dw"),
    [
        (412, 4_120),
        (412.5, 4_125),
        ("412", 4_120),
        ("+412.", 4_120),
        (".5", 5),
        ("1e3", 10_000),
        ("1E+3", 10_000),
        ("412W", 4_120),
        ("0.4 kW", 4_000),
        ("0,4KW", 4_000),
        ("1.250", 12.5),
        ("0,250", 2.5),
        ("1,2500", 12.5),
    ],
)
def test_numbers(value, dw):
    assert scaled(value, 10, POWER_UNITS) == dw


def test_the_unit_of_the_form_holds_where_the_text_names_none():
    assert scaled("0.4", 10_000, POWER_UNITS) == 4_000
    assert scaled("400 W", 10_000, POWER_UNITS) == 4_000
    assert scaled("1.5 kWh", 1_000, ENERGY_UNITS) == 1_500_000


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Refusal.NO_VALUE),
        *(
            (word, Refusal.NO_VALUE)
            for word in ("", " ", "-", "nan", "NaN", "-Infinity", "unavailable", "Unknown")
        ),
        *((text, Refusal.AMBIGUOUS) for text in ("1,250", "-12,500 W", "1.234,5", "1,234,567", "1 234", "1'234")),
        *((text, Refusal.UNIT) for text in ("412 mW", "1 MW", "5 A", "5 kWh")),
        *(
            (text, Refusal.NOT_A_NUMBER)
            for text in ("on", "0x10", "1e400", "--5", "5 W 6", "1.2.3", "٤١٢", ".", "W")
        ),
        (True, Refusal.NOT_A_NUMBER),
        ([1], Refusal.NOT_A_NUMBER),
        ({"a": 1}, Refusal.NOT_A_NUMBER),
        (10**400, Refusal.RANGE),
        (-1e300, Refusal.RANGE),
        ("9e99", Refusal.RANGE),
    ],
)
def test_what_is_no_number_or_two_is_refused(value, reason):
    with pytest.raises(BodyError) as caught:
        scaled(value, 10, POWER_UNITS)
    assert caught.value.refused.reason == reason


def test_both_readings_are_told():
    with pytest.raises(BodyError) as caught:
        scaled("1,250", 10, POWER_UNITS)
    assert "1250 or 1.250" in caught.value.refused.detail
