"""What the resolution table means, in numbers and in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.resolution import overstated, sentences, window_text
from pvsim.core.results.summary import Resolution

share = st.floats(0, 1)


def seen(window_s, consumption, sufficiency=0.5, peak=1.0):
    return Resolution(window_s, consumption, sufficiency, 1.0, 1.0, peak, 1.0)


@given(share, share, share, share)
def test_points_are_the_difference_of_shares_in_percent(rows, longer, sufficient, more):
    found = overstated([seen(1, rows, sufficient, 4.0), seen(900, longer, more)])
    assert found.self_consumption_points == pytest.approx(100 * (longer - rows), abs=1e-4)
    assert found.self_sufficiency_points == pytest.approx(100 * (more - sufficient), abs=1e-4)
    assert found.peak_share == 0.25


def test_the_random_meter_by_hand():
    table = [seen(1, 0.858991), seen(60, 1.0), seen(900, 1.0), seen(3600, 1.0)]
    first, second = sentences(table, random_meter=True)
    assert first == (
        "Means of 15 min show a self-consumption of 100.0%, those of 1 s 85.9%: 14.1 points less, because import "
        "and export within a window cancel."
    )
    assert second.startswith("The random meter is not a building")


def test_no_difference_is_said_as_such_and_hours_stand_in_for_quarters():
    assert sentences([seen(1800, 0.4), seen(3600, 0.4004)]) == [
        "Means of 1 h show the same self-consumption as those of 30 min."
    ]


@pytest.mark.parametrize(
    "table",
    [
        [seen(3600, 0.4)],
        [seen(900, 0.4)],
        [seen(1, None), seen(900, None)],
        [seen(1, None), seen(900, 0.4)],
        [seen(1, 0.4, None), seen(900, 0.4, None)],
        [seen(1, 0.4, None), seen(900, 0.4)],
    ],
)
def test_there_is_nothing_to_say_where_nothing_can_be_compared(table):
    assert overstated(table) is None
    assert sentences(table) == []


def test_without_import_there_is_no_share_of_the_peak():
    assert overstated([seen(1, 1.0, 1.0, 0.0), seen(900, 1.0, 1.0, 0.0)]).peak_share is None


@pytest.mark.parametrize(
    ("window_s", "text"), [(1, "1 s"), (90, "90 s"), (60, "1 min"), (900, "15 min"), (7200, "2 h")]
)
def test_windows_are_named_as_they_are_said(window_s, text):
    assert window_text(window_s) == text
