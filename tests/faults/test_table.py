"""Rows of the table on the real broker; `python -m tests.faults` runs them all, as often as wished."""

import pytest
from tests.faults.damaged import DAMAGED
from tests.faults.table import _SHORT, SHORT, TABLE

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("row", SHORT, ids=str)
def test_the_run_is_finished_to_the_same_bytes(laboratory, row):
    if why := row.impossible():
        pytest.skip(why)
    outcome = laboratory.try_row(row, f"1/{row}")
    assert outcome.good, outcome


def test_a_damaged_day_becomes_what_can_still_be_read(laboratory):
    outcome = DAMAGED[0].attempt(laboratory, "1")
    assert outcome.good, outcome


def test_the_names_tell_the_rows_apart():
    names = [str(row) for row in (*TABLE, *DAMAGED)]
    assert len(set(names)) == len(names) >= 120
    assert len(SHORT) == sum(map(len, _SHORT.values()))
