"""Which partitions one of several processes does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.run.shares import ALL, Share
from pvsim.errors import UsageError


@given(of=st.integers(1, 40), total=st.integers(1, 100))
@settings(max_examples=60, deadline=None)
def test_shares_take_each_partition_once(of, total):
    shares = [Share.parse(f"{first}/{of}", "--part") for first in range(of)]
    assert sorted(k for share in shares for k in share.partitions(total)) == list(range(total))
    assert [str(share) for share in shares] == [f"{first}/{of}" for first in range(of)]


def test_a_share_by_hand():
    assert list(Share.parse(" 1/3 ", "--part").partitions(8)) == [1, 4, 7]


@pytest.mark.parametrize("text", ["", "1", "2/2", "1/0", "0/0", "-1/2", "a/b", "1/2/3", "²/3", "1.0/2"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(UsageError, match="--part") as caught:
        Share.parse(text, "--part")
    assert (caught.value.where, "0/2 and 1/2" in caught.value.fix) == ("--part", True)


def test_one_process_does_all():
    assert list(ALL.partitions(3)) == [0, 1, 2]
