"""Distributions over meters are those of sorted lists."""

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.over_meters import over_meters
from pvsim.core.results.summary import Distribution, Energies, Peaks, Summary


def meter(load, share=None):
    return Summary(
        1, 1, Energies(load, 2.0, 1.0, 0.5, 1.0), share, None, None, Peaks(1.0, 2.0, 3.0, 4.0, 5.0, None)
    )


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_so_many_percent_of_the_meters_have_no_more(loads):
    found = over_meters([meter(load) for load in loads]).load_kwh
    for value, percent in ((found.p5, 5), (found.p50, 50), (found.p95, 95)):
        assert value in loads
        assert 100 * sum(load <= value for load in loads) >= percent * len(loads)
        assert 100 * sum(load < value for load in loads) < percent * len(loads)


def test_twenty_meters_by_hand():
    """The first of 20 is P5, the tenth the median, the 19th P95; meters without a share are left out."""
    found = over_meters([meter(float(load), None if load > 2 else load / 10) for load in range(20, 0, -1)])
    assert found.load_kwh == Distribution(1.0, 10.0, 19.0)
    assert found.self_consumption == Distribution(0.1, 0.1, 0.2)
    assert found.self_sufficiency is None
    assert found.peak_import_15min_kw == Distribution(5.0, 5.0, 5.0)
