from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.scenarios.scenario import flat_request

NAMES = st.text("abcdef", min_size=1, max_size=4)


@given(st.dictionaries(NAMES, st.integers() | st.dictionaries(NAMES, st.integers(), min_size=1)))
def test_each_value_is_there_once_by_its_path(request_):
    flat = flat_request(request_)
    assert len(flat) == sum(len(value) if isinstance(value, dict) else 1 for value in request_.values())
    for path, value in flat.items():
        name, _, below = path.partition(".")
        assert value == (request_[name][below] if below else request_[name])


def test_a_table_becomes_paths():
    request = {"date": "2024-06-21", "meter": {"source": "house.csv", "max_w": 43_500}}
    assert flat_request(request) == {
        "date": "2024-06-21",
        "meter.source": "house.csv",
        "meter.max_w": 43_500,
    }
