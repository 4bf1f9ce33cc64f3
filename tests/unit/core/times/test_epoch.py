"""Counted seconds: any unit, one in a file, and digits that are a date instead."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.times.epoch import Epochs, is_epoch

UNITS = {"s": 1, "ms": 10**3, "µs": 10**6, "ns": 10**9}
FORMATS = {8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
seconds = st.integers(10**8, 10**10 - 1)


def is_date(text):
    """As `datetime` has it; of the years in which data is."""
    try:
        return 1990 <= datetime.strptime(text, FORMATS[len(text)]).year < 2100  # noqa: DTZ007 - a wall clock
    except (KeyError, ValueError):
        return False


@given(
    st.lists(seconds, min_size=1, max_size=9), st.sampled_from(sorted(UNITS)), st.sampled_from(["", ".", ".000"])
)
def test_seconds_since_1970_are_read_in_any_unit(moments, unit, fraction):
    epochs = Epochs()
    assert [epochs.read(f"{moment * UNITS[unit]}{fraction}") for moment in moments] == moments
    assert epochs.unit == unit


moments = st.datetimes(datetime(1980, 1, 1)).map(lambda moment: int(f"{moment:%Y%m%d%H%M%S}"))  # noqa: DTZ001


@given(st.one_of(st.integers(0, 10**15), moments))
def test_digits_are_a_count_unless_they_are_a_date(number):
    for text in (str(number), str(number)[:12], str(number)[:10], str(number)[:8]):
        if "24" not in text[8:10]:  # 24:00 is a time too
            assert is_epoch(text) == (not is_date(text))


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("2024136000", True),  # a month 13
        ("2024123100", False),
        ("202406212400", False),
        ("202406212460", True),
        ("1718971200", True),
        ("1718971200.5", True),
        ("20240621", False),
        ("19240621", True),
        ("-1718971200", False),
        ("1718971200Z", False),
        ("²024", False),
        ("", False),
    ],
)
def test_digits_by_hand(text, epoch):
    assert is_epoch(text) == epoch


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["noon"], "not a time in epoch seconds: 'noon'"),
        (["123"], "not a time in epoch seconds: '123'"),
        (["9" * 5_000], "not a time in epoch seconds: '999"),
        (["1718971200.5"], "finer than one second: '1718971200.5'"),
        (["1718971200500"], "finer than one second: '1718971200500'"),
        (["45464.5"], "not a time: '45464.5' is a spreadsheet's number of a day"),
        (
            ["1718971200", "1718971200000"],
            "not a time in epoch seconds, as the first line has them in s: '1718971200000'",
        ),
    ],
)
def test_what_is_no_count_of_seconds_is_named(texts, says):
    epochs = Epochs()
    for text in texts[:-1]:
        epochs.read(text)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is compared below
        epochs.read(texts[-1])
    assert str(caught.value).startswith(says)
