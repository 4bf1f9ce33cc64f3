"""Times of dimming: by the clock of the site, also where it changes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.site.dimming import dimming_problems, seconds_at, window_utc
from pvsim.core.site.schema import DimmingWindow

BERLIN = ZoneInfo("Europe/Berlin")


@given(st.integers(1_600_000_000, 1_900_000_000))
def test_a_local_time_is_found_or_refused(t_utc):
    local = datetime.fromtimestamp(t_utc, BERLIN)
    text = local.replace(tzinfo=None).isoformat()
    twice = local.replace(fold=0).timestamp() != local.replace(fold=1).timestamp()
    if twice:
        with pytest.raises(ValueError, match="there twice"):
            seconds_at(text, BERLIN)
    else:
        assert seconds_at(text, BERLIN) == t_utc
    assert seconds_at(local.isoformat(), ZoneInfo("UTC")) == t_utc


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("17:00", "'17:00' is not a time such as 2025-01-15T17:00"),
        ("x" * 90, "…' is not a time such as"),
        ("2025-01-15T17:00:00.5", "not a whole second"),
        ("2025-03-30T02:30", "the clock goes forward over it"),
        ("2025-10-26T02:30", "write for example 2025-10-26T02:30:00\\+02:00"),
    ],
)
def test_a_time_that_is_none(text, says):
    with pytest.raises(ValueError, match=says):
        seconds_at(text, BERLIN)


def test_windows_by_hand():
    """In winter Berlin is an hour ahead, in summer two; the night of 26 October has an hour more."""
    first = int(datetime(2025, 1, 15, 16, tzinfo=UTC).timestamp())
    assert window_utc(DimmingWindow("2025-01-15T17:00", "2025-01-15 19:00:00", 4.2), BERLIN) == (
        first,
        first + 7_200,
    )
    start, end = window_utc(DimmingWindow("2025-10-26T01:00", "2025-10-26T04:00", 4.2), BERLIN)
    assert end - start == 4 * 3_600
    found = dimming_problems(
        [
            DimmingWindow("2025-01-15T17:00", "2025-01-15T17:00", 4.2),
            DimmingWindow("2025-01-15", "2025-01-16", 4.2),
            DimmingWindow("2025-01-15", "later", 4.2),
        ],
        BERLIN,
    )
    assert found == [
        "grid dimming window 1: to, 2025-01-15T17:00, is not after from, 2025-01-15T17:00",
        "grid dimming window 3: to: 'later' is not a time such as 2025-01-15T17:00",
    ]
