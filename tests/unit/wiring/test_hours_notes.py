"""What is said of a part of a day before it runs."""

from datetime import date

import pytest

from pvsim.core.quantities.clock_span import ClockSpan, parse_hours
from pvsim.wiring.hours_notes import hours_notes


@pytest.mark.parametrize(
    ("day", "hours", "notes"),
    [
        (date(2024, 6, 21), "12-13", []),
        (
            date(2024, 10, 27),
            "2:30-4",
            ["--hours: the clock shows 02:30 twice on 2024-10-27 in Europe/Berlin; the run begins at the first"],
        ),
        (
            date(2024, 10, 27),
            "1-2",
            ["--hours: the clock shows 02:00 twice on 2024-10-27 in Europe/Berlin; the run ends at the first"],
        ),
        (
            date(2024, 6, 21),
            "12:05-13",
            [
                (
                    "--hours: the quarter of an hour there counts in 15-min peaks"
                    " with the mean of the part that is in the run (12:05)"
                )
            ],
        ),
        (
            date(2024, 6, 21),
            "12:05-13:01",
            [
                (
                    "--hours: the quarters of an hour there count in 15-min peaks"
                    " with the mean of the part that is in the run (12:05, 13:01)"
                )
            ],
        ),
    ],
)
def test_a_line_says_what_a_part_means(day, hours, notes):
    span = parse_hours(hours, "hours")
    assert isinstance(span, ClockSpan)
    assert hours_notes(day, "Europe/Berlin", span) == notes


def test_of_a_whole_day_and_its_first_hours_nothing_needs_to_be_said():
    assert hours_notes(date(2024, 10, 27), "Europe/Berlin", None) == []
