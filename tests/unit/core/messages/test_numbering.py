"""Batches at fixed positions, and their publishing ids."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pvsim.core.messages.numbering import MAX_BATCH, Numbering, batch_at_pace

numberings = st.builds(Numbering, st.integers(1, 5_000), st.integers(1, MAX_BATCH))


@given(numbering=numberings)
@example(numbering=Numbering(400, 100))
@example(numbering=Numbering(401, 100))
@example(numbering=Numbering(1, 100))
def test_each_position_has_one_id_and_ids_leave_no_hole(numbering):
    ids = [numbering.id_at(position) for position in range(numbering.readings + 1)]
    assert ids[0] == 1
    assert all(after - before in {0, 1} for before, after in pairwise(ids))
    assert ids.count(numbering.end_id) == 1  # the end marker is alone
    assert ids[-1] == numbering.end_id
    assert all(ids.count(number) == numbering.batch for number in range(1, ids[-2]))


@given(numbering=numberings, last_id=st.integers(0, 6_000))
def test_what_is_published_is_what_the_ids_up_to_the_last_hold(numbering, last_id):
    ids = [numbering.id_at(position) for position in range(numbering.readings + 1)]
    assert numbering.published(last_id) == sum(number <= last_id for number in ids)


@given(numbering=numberings, published=st.integers(0, 5_000))
def test_a_meter_begins_with_the_first_batch_that_is_not_whole(numbering, published):
    published = min(published, numbering.readings + 1)
    start = numbering.start_at(published)
    assert start <= published
    if published < numbering.readings:
        assert start % numbering.batch == 0
        assert published - start < numbering.batch
    else:
        assert start == published


def test_by_hand():
    numbering = Numbering(250, 100)
    assert [numbering.id_at(position) for position in (0, 99, 100, 249, 250)] == [1, 1, 2, 3, 4]
    assert [numbering.published(last_id) for last_id in range(5)] == [0, 100, 200, 250, 251]
    assert [numbering.start_at(n) for n in (0, 99, 100, 249, 250, 251)] == [0, 0, 100, 200, 250, 251]


@pytest.mark.parametrize(("batch", "name"), [(1, "meter"), (100, "meter-100")])
def test_each_size_counts_under_a_name_of_its_own(batch, name):
    """I1: an id of one size is never taken for one of another; that of single messages is as it always was."""
    assert Numbering(10, batch).publisher == name


def test_single_messages_have_the_ids_that_they_always_had():
    numbering = Numbering(86_400)
    assert (numbering.id_at(0), numbering.id_at(86_399), numbering.end_id) == (1, 86_400, 86_401)
    assert [numbering.published(n) for n in (0, 5, 86_400, 86_401)] == [0, 5, 86_400, 86_401]


@pytest.mark.parametrize(
    ("batch", "readings_per_s", "own"),
    [(100, inf, 100), (100, 2_000, 100), (100, 1_999, 1), (100, 1, 1), (1, 1, 1), (1_000, 60_000, 1_000)],
)
def test_a_paced_meter_waits_for_no_batch(batch, readings_per_s, own):
    assert batch_at_pace(batch, readings_per_s) == own
