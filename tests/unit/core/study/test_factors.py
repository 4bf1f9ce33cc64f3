"""What combinations differ in."""

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.study.made import a_record, a_study

from pvsim.core.study.collected import collected
from pvsim.core.study.factors import VARIANT, factors_of, is_number

VALUES = st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True)


@given(VALUES, VALUES, st.booleans())
def test_codes_give_back_the_parameters(first, second, named):
    cases = a_study({"a": first, "b": second}, lambda *_: {}, variants=("x", "y") if named else ("",))
    found = factors_of(cases)
    wanted = [VARIANT] * named + ["a"] * (len(first) > 1) + ["b"] * (len(second) > 1)
    assert [factor.path for factor in found] == wanted
    for factor in found:
        for code, each in zip(factor.codes, cases.combinations, strict=True):
            expected = each.variant if factor.path == VARIANT else each.parameters[factor.path]
            assert factor.values[code] == expected


def test_numbers_rise_and_all_else_is_in_the_order_of_the_study():
    cases = a_study({"kwh": [10, 0, 2.5], "load": ["walk", "office", None], "one": [1]}, lambda *_: {})
    kwh, load = factors_of(cases, {"load"})
    assert (kwh.values, kwh.numeric, kwh.sampled) == ((0, 2.5, 10), True, False)
    assert (load.values, load.numeric, load.sampled) == (("walk", "office", None), False, True)
    assert [is_number(each) for each in (1, 0.5, True, "1")] == [True, True, False, False]


def test_what_a_variant_sets_is_part_of_it():
    cases = collected(
        [
            a_record(0, {"azimuth": 180, "kwh": 0}, variant="south"),
            a_record(1, {"azimuth": 180, "kwh": 5}, variant="south"),
            a_record(2, {"azimuth": 90, "kwh": 0, "tilt": 30}, variant="east"),
            a_record(3, {"azimuth": 90, "kwh": 5, "tilt": 30}, variant="east"),
        ]
    )
    assert [factor.path for factor in factors_of(cases)] == [VARIANT, "kwh"]
    assert factors_of(collected([])) == []
