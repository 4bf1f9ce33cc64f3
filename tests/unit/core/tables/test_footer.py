import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.tables import Block, Footer


def parted(times, size):
    """The times that are data, and the remarks, of a table given in blocks."""
    footer, data = Footer(1), []
    for first in range(0, len(times), size):
        part = times[first : first + size]
        block = footer.data_of(Block([first + i + 2 for i in range(len(part))], [["x", time] for time in part]))
        data += list(zip(block.lines, block.column(1), strict=True))
    return data, footer.remarks()


@given(st.lists(st.sampled_from(["2024-06-21", "Summe", "Total kWh"]), max_size=30), st.integers(1, 7))
def test_rows_are_kept_in_order_and_only_totals_at_the_end_left_out(times, size):
    data, remarks = parted(times, size)
    assert data == [(i + 2, time) for i, time in enumerate(times[: len(data)])]
    left = times[len(data) :]
    assert "2024-06-21" not in left
    assert len(left) <= 10
    assert bool(remarks) == bool(left)


@pytest.mark.parametrize(
    ("footer", "remarks"),
    [
        ([], ()),
        (["Summe"], ("left out after the last time: line 4 ('Summe')",)),
        (["Total (kWh)", "Mittelwert"], ("left out after the last time: lines 4 to 5 ('Total (kWh)')",)),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 9])
def test_totals_after_the_last_time(footer, remarks, size):
    data, found = parted(["2024-06-21", "2024-06-22", *footer], size)
    assert ([line for line, _ in data], found) == ([2, 3], remarks)


@pytest.mark.parametrize("times", [["Summe", "2024-06-21"], ["total"], ["a", *["Summe"] * 11], ["a", "summer"]])
def test_what_is_no_footer_is_given_to_the_reader_of_times(times):
    assert parted(times, 99) == ([(i + 2, time) for i, time in enumerate(times)], ())
