"""A wall clock on a line, on which what it shows twice is there twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series.passings import Passings, common, seconds_in

SPANS = st.lists(st.integers(0, 60), max_size=6, unique=True).map(
    lambda cuts: tuple(zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False))
)


def passed(clock, last=70):
    """Each second that a clock shows, as it passes: the wall clock, and whether it is shown again."""
    seconds = []
    for wall in range(last):
        if not any(begin <= wall < end for begin, end in clock.skipped):
            seconds.append((wall, False))
        for begin, end in clock.twice:
            if wall == end - 1:
                seconds += [(again, True) for again in range(begin, end)]
    return seconds


CLOCKS = st.tuples(SPANS, st.lists(st.booleans(), min_size=3, max_size=3)).map(
    lambda drawn: Passings(
        tuple(span for span, twice in zip(*drawn, strict=False) if twice),
        tuple(span for span, twice in zip(*drawn, strict=False) if not twice),
    )
)


@given(CLOCKS)
def test_each_second_has_its_place_in_the_order_in_which_they_pass(clock):
    seconds = passed(clock)
    wall, again = (np.array(column) for column in zip(*seconds, strict=True))
    assert clock.places(wall, again).tolist() == list(range(len(seconds)))
    assert [clock.shown(place) for place in range(len(seconds))] == seconds
    assert [clock.place(wall, again=again) for wall, again in seconds] == list(range(len(seconds)))


@given(CLOCKS, SPANS)
def test_the_places_of_spans_are_those_of_their_seconds(clock, spans):
    def places(found):
        return [place for begin, end in found for place in range(begin, end)]

    within = [(wall, again) for wall, again in passed(clock) if any(a <= wall < b for a, b in spans)]
    assert places(clock.first(spans)) == [clock.place(wall) for wall, again in within if not again]
    assert places(clock.second(spans)) == [clock.place(wall, again=True) for wall, again in within if again]
    assert places(common(spans, clock.twice)) == [wall for wall, again in within if again]


@given(SPANS, st.integers(1, 7))
def test_the_seconds_of_each_interval_are_counted(spans, step):
    starts = np.arange(0, 70, step)
    inside = [sum(a <= second < b for second in range(start, start + step) for a, b in spans) for start in starts]
    assert seconds_in(spans, starts, step).tolist() == inside


def test_what_is_shown_again_elsewhere_has_the_place_of_its_first_passing():
    line = Passings(((10, 20),))
    assert [line.place(wall, again=True) for wall in (9, 10, 19, 20)] == [9, 20, 29, 30]
    assert line.first([(5, 25)]) == ((5, 20), (30, 35))
    assert line.second(((15, 25),)) == ((25, 30),)


def test_what_two_clocks_have_in_common_is_of_the_days():
    one, other = Passings(((10, 20), (40, 50)), ((60, 70),)), Passings(((10, 20), (40, 50), (80, 90)), ((60, 65),))
    assert one.both(other, (0, 100)) == Passings(((10, 20), (40, 50)), ((60, 65),))
    assert one.both(other, (30, 60)) == Passings(((40, 50),), ())
