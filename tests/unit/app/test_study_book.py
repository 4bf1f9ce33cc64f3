"""Each open run is drawn once, and every case is open, done or failed."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.app.cases import Case, Kept

from pvsim.app.study_book import CaseBook


@dataclass
class Known:
    done: frozenset = frozenset()
    failed: frozenset = frozenset()
    again: bool = False

    def has(self, case_id):
        return case_id in self.done or (not self.again and case_id in self.failed)

    def has_failed(self, case_id):
        return case_id in self.failed - self.done


IDS = st.lists(st.sampled_from("abcdefgh"))


@given(
    IDS, st.frozensets(st.sampled_from("abcd")), st.frozensets(st.sampled_from("efgx")), st.booleans(), st.data()
)
def test_cases_are_drawn_once_and_counted_as_often_as_they_are_there(ids, done, failed, again, data):
    known = Known(done, failed, again)
    book = CaseBook(len(ids), known)
    for case_id in ids:
        book.enter(Case(case_id))
    open_ids = [each for each in dict.fromkeys(ids) if each not in done and (again or each not in failed)]
    assert book.open == sum(ids.count(each) for each in open_ids)
    drawn = []
    for case, config in book.draw((Case(each), each) for each in ids):
        assert config == case.id
        drawn.append(case.id)
        if data.draw(st.booleans()):  # its record is there before the next is drawn
            known.done |= {case.id}
            book.keep([Kept(case.id)])
    assert drawn == open_ids
    book.keep([Kept(each, "no rows") for each in drawn if each not in known.done])
    assert (book.open, book.cases) == (0, book.done + book.failed)
    assert book.done == sum(each in known.done for each in ids)


def test_two_cases_that_are_the_same_run_by_hand():
    book = CaseBook(4, Known(done=frozenset("a")))
    for case_id in "abba":
        book.enter(Case(case_id))
    assert (book.done, book.open) == (2, 2)
    assert list(book.draw((Case(each), 0) for each in "abba")) == [(Case("b"), 0)]
    book.keep([Kept("b"), Kept("of nobody", "x")])
    assert (book.done, book.failed, book.open) == (4, 0, 0)
