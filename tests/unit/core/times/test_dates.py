"""Dates as people write them: which number is the day, as all dates of a file tell together."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.times.dates import Dates, layout_of
from pvsim.errors import BadInputError

EPOCH = date(1970, 1, 1)
PLAIN = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%d-%b-%Y", "%d %B %Y"]
days = st.dates(date(2000, 1, 1), date(2068, 12, 31))


def decided(*texts, order=None):
    """Each text's date, and the remark."""
    dates = Dates(layout_of(texts[0]), order)
    numbers = [dates.split(text)[0] for text in texts]
    found, remark = dates.decide(lambda number: f"f.csv:{numbers.index(number) + 2}", "pass --order {}")
    return [EPOCH + timedelta(days=int(found[number])) for number in numbers], remark


@given(st.lists(days, min_size=1, max_size=9), st.sampled_from(PLAIN), st.sampled_from(["", " 12:00", "T12:00Z"]))
def test_a_layout_with_one_order_is_read_back(written, layout, rest):
    texts = [f"{day.strftime(layout)}{rest}" for day in written]
    assert decided(*texts) == (written, "")
    dates = Dates(layout_of(texts[0]))
    numbers, rests = zip(*[dates.split(text) for text in texts], strict=True)
    assert set(rests) == {rest}
    assert [numbers.index(number) for number in numbers] == [written.index(day) for day in written]


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(2, 40))
def test_slashes_are_read_as_the_days_follow_each_other(first, count):
    written = [first + timedelta(days=day) for day in range(count)]
    for layout in ("%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%d-%m-%Y"):
        assert decided(*(day.strftime(layout) for day in written))[0] == written


@given(st.lists(days, min_size=1, max_size=5), st.sampled_from(["day-first", "month-first"]))
def test_an_order_that_is_said_is_taken(written, order):
    layout = "%d/%m/%Y" if order == "day-first" else "%m/%d/%Y"
    assert decided(*(day.strftime(layout) for day in written), order=order) == (written, f"dates {order}")


@pytest.mark.parametrize(
    ("texts", "order", "first", "remark"),
    [
        (["01/06/2024"], "day-first", date(2024, 6, 1), "dates day-first"),
        (["01/06/2024"], "month-first", date(2024, 1, 6), "dates month-first"),
        (["2024-01-06"], "day-first", date(2024, 1, 6), ""),  # nothing to be said
        (["01/06/2024", "01/13/2024"], None, date(2024, 1, 6), "dates month-first"),
        (["06/06/2024"], None, date(2024, 6, 6), "dates day-first"),
        (["13/06/2024"], None, date(2024, 6, 13), "dates day-first"),
        (["24/06/21", "24/06/30"], "year-first", date(2024, 6, 21), "dates year-first"),
        (["2024-6-1 0:00"], None, date(2024, 6, 1), ""),
    ],
)
def test_orders_by_hand(texts, order, first, remark):
    found, said = decided(*texts, order=order)
    assert (found[0], said) == (first, remark)


@pytest.mark.parametrize(
    ("texts", "what", "where", "fix"),
    [
        (
            ["01/06/2024"],
            "the date '01/06/2024' may be 2024-06-01 (day-first) or 2024-01-06 (month-first), and no other",
            "f.csv:2",
            "pass --order day-first or pass --order month-first",
        ),
        (
            ["24/06/21"],
            "the date '24/06/21' may be 2021-06-24 (day-first) or 2024-06-21 (year-first), and no other",
            "f.csv:2",
            "pass --order day-first or pass --order year-first",
        ),
        (
            ["21/06/2024", "06/21/2024"],
            "the date '06/21/2024' has its day in another place than the dates before it",
            "f.csv:3",
            "write all dates in the same way, for example 2024-06-21",
        ),
    ],
)
def test_dates_that_do_not_tell_are_refused(texts, what, where, fix):
    with pytest.raises(BadInputError) as caught:
        decided(*texts)
    assert caught.value.what.startswith(what)
    assert (caught.value.where, caught.value.fix) == (where, fix)


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([""], "not a date: ''"),
        (["noon"], "not a date: 'noon'"),
        (["2024-W25-5"], "not a date: '2024-W25-5'"),
        (["2024-06-31"], "no such date: '2024-06-31'"),
        (["31/31/2024"], "no such date: '31/31/2024'"),
        (["21-Foo-2024"], "no such date: '21-Foo-2024'"),
        (["0001-06-21"], "no such date: '0001-06-21' (the years 1900 to 2200 are read)"),
        (["2024-06-21", "21.06.2024 12:01"], "not a date as in the file's first line: '21.06.2024 12:01'"),
    ],
)
def test_what_is_no_date_is_named(texts, says):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is compared below
        decided(*texts)
    assert str(caught.value).startswith(says)
