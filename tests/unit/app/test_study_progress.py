"""How fast a study goes, what is left of it, and the best so far."""

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx  # noqa: PT013 - reads as mathematics

from pvsim.app.study_book import CaseBook
from pvsim.app.study_progress import LEAST, Best, Pace, StudyProgress
from pvsim.core.study.ranking import Objective
from pvsim.core.study.record import CaseError, CaseRecord

COST, SHARE = Objective("money_total", "min"), Objective("self_sufficiency", "max")


class NothingYet:
    def has(self, _):
        return False

    has_failed = has


def record(number, **figures):
    return CaseRecord(number, f"{number:016x}", "", {}, 0, 23, figures)


def failed(number):
    return CaseRecord(number, f"{number:016x}", "", {}, 0, 23, error=CaseError("BadInputError", "no rows"))


@given(st.floats(0.1, 20), st.integers(1, 16), st.integers(LEAST, 300))
def test_an_even_pace_is_found_whatever_came_before(each_s, cases, jobs):
    pace = Pace(0.0)
    pace.took(500.0, 1)
    for i in range(1, jobs + 1):
        pace.took(500.0 + i * each_s, cases)
    now_s = 500.0 + jobs * each_s
    if jobs > LEAST and jobs * each_s > 60 + 2 * each_s:
        assert pace.per_s(now_s) == approx(cases / each_s)
        assert pace.remaining_s(now_s, 100 * cases) == approx(100 * each_s)


def test_a_pace_by_hand():
    pace = Pace(10.0)
    assert pace.per_s(11.0) is None
    for now_s in (12.0, 13.0, 14.0):
        pace.took(now_s, 2)
        assert pace.remaining_s(now_s, 8) is None
    pace.took(15.0, 2)
    assert pace.per_s(15.0) == 8 / 5
    assert pace.remaining_s(20.0, 8) == 10.0  # nothing came since: it takes longer
    assert pace.per_s(10.0) is None


def test_a_few_long_jobs_tell_something_after_a_while():
    pace = Pace(0.0)
    assert pace.per_s(60.0) is None
    pace.took(60.0, 15)
    assert pace.remaining_s(60.0, 15) == 60.0
    assert pace.remaining_s(90.0, 15) == 90.0


@given(st.lists(st.integers(-5, 5) | st.just(None)), st.sampled_from([COST, SHARE]))
def test_the_best_are_the_first_of_all_in_order(values, aim):
    best = Best(aim, 3)
    for number, value in enumerate(values):
        best.take(record(number, **{aim.figure: value} if value is not None else {}))
    sign = -1 if aim.goal == "max" else 1
    order = sorted((sign * value, number) for number, value in enumerate(values) if value is not None)
    assert [each.record.number for each in best.cases] == [number for _, number in order[:3]]
    assert best.is_known == (None not in values)


def test_a_figure_that_is_no_number_is_not_known():
    for value in ("EUR", float("nan"), None):
        best = Best(COST, 3)
        best.take(record(0, money_total=value))
        assert not best.is_known


def test_progress_takes_the_first_aim_that_each_case_has():
    book = CaseBook(7, NothingYet())
    drawn = book.draw((record(number), None) for number in range(7))
    progress = StudyProgress(book, objectives=[COST, SHARE], keep=5)
    progress.begin(0.0)

    def take(records, now_s):
        for _ in records:
            next(drawn)
        book.keep(records)
        progress.take(records, now_s)

    assert progress.best is None
    assert (progress.per_minute(1.0), progress.remaining_s(1.0)) == (None, None)
    take([record(0, money_total=3.0, self_sufficiency=0.2), failed(1)], 1.0)
    assert progress.best.objective == COST
    take([record(2, self_sufficiency=0.4)], 2.0)
    assert [each.record.number for each in progress.best.cases] == [2, 0]
    take([], 3.0)
    take([], 4.0)
    assert (book.done, book.failed, book.open) == (2, 1, 4)
    assert progress.per_minute(6.0) == 30.0
    assert progress.remaining_s(6.0) == 8.0


def test_bills_in_several_currencies_are_not_compared():
    progress = StudyProgress(CaseBook(4, NothingYet()), objectives=[COST, SHARE], keep=5)
    for number, currency in enumerate(("EUR", "EUR", "USD", "USD")):
        assert progress.best is None or progress.best.objective == (COST if number < 3 else SHARE)
        progress.know(record(number, money_total=2.0, money_currency=currency, self_sufficiency=0.4))
    assert progress.best.objective == SHARE


def test_the_best_are_of_the_first_seed():
    progress = StudyProgress(CaseBook(2, NothingYet()), objectives=[SHARE], keep=5)
    progress.know(record(0, self_sufficiency=0.2))
    progress.know(CaseRecord(1, f"{1:016x}", "", {}, 1, 24, {"self_sufficiency": 0.9}))
    assert [each.number for each in progress.best.cases] == [0]
