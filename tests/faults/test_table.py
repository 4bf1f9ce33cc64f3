"""Rows of the table on the real broker; `python -m tests.faults` runs them all, as often as wished."""

import pytest
from tests.faults.table import SHORT, TABLE

pytestmark = [pytest.mark.broker, pytest.mark.slow]


@pytest.mark.parametrize("row", SHORT, ids=str)
def test_the_run_is_finished_to_the_same_bytes(laboratory, row):
    outcome = laboratory.try_row(row, f"1/{row}")
    assert outcome.good, outcome


def test_the_names_tell_the_rows_apart():
    assert len({str(row) for row in TABLE}) == len(TABLE) >= 40
