from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.input_counts import input_counts, reports_of

READINGS = st.lists(st.fixed_dictionaries({"rows": st.integers(0, 99), "gap_s": st.integers(0, 99)}), max_size=5)


@given(READINGS)
def test_counts_of_several_inputs_add_up(readings):
    inputs = {f"m{number}": {"reading": each} for number, each in enumerate(readings)}
    found = input_counts(inputs)
    if readings:
        assert found["inputs_rows"] == sum(each["rows"] for each in readings)
        assert found["inputs_gap_s"] == sum(each["gap_s"] for each in readings)
    else:
        assert found == {}


def test_what_dimming_cut_is_counted_beside_files():
    inputs = {
        "m1": {"dimmed_s": 2694, "cut_kwh": 5.0, "later_kwh": 4.5, "unserved_kwh": 0.5},
        "pv": {"reading": {"rows": 24, "gaps": 0, "remarks": ()}, "scale": 1.0},
    }
    assert input_counts(inputs) == {
        "inputs_dimmed_s": 2694,
        "inputs_cut_kwh": 5.0,
        "inputs_later_kwh": 4.5,
        "inputs_unserved_kwh": 0.5,
        "inputs_rows": 24,
        "inputs_gaps": 0,
    }


def test_meters_may_be_called_like_what_is_told_of_an_input():
    inputs = {
        "places_m": {"gaps": [1.0, 2.0], "clipped_s": [3.0, 4.0], "reading": [5.0, 6.0]},
        "gaps": {"clipped_s": 7},
    }
    assert reports_of(inputs) == {"gaps": {"clipped_s": 7}}
    assert input_counts(inputs) == {"inputs_clipped_s": 7}
