from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.metering.moments import moment_ms, unix_ms
from pvsim.core.metering.refusals import BodyError, Refusal

NOON_MS = 1_718_964_000_000  # 2024-06-21T10:00:00Z

MOMENTS = st.builds(
    lambda ms, minutes: datetime.fromtimestamp(ms / 1_000, timezone(timedelta(minutes=minutes))),
    st.integers(150_000_000_000, 7_000_000_000_000),
    st.integers(-840, 840),
)


@given(MOMENTS)
def test_iso_times_and_counts_are_one(moment):
    ms = unix_ms(moment)
    assert ms == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert moment_ms(moment.isoformat()) == ms
    assert moment_ms(moment.isoformat(" ", "milliseconds")) == ms
    assert moment_ms(ms) == ms
    assert moment_ms(str(ms)) == ms
    assert moment_ms(ms // 1_000) == ms // 1_000 * 1_000


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        ("2024-06-21T12:00:00+02:00", NOON_MS),
        ("2024-06-21 10:00Z", NOON_MS),
        ("2024-06-21t12:00:00.000+02", NOON_MS),
        ("2024-06-21T10:00:00,25z", NOON_MS + 250),
        ("2024-06-21T10:00:00.123456789+0000", NOON_MS + 123),
        (NOON_MS // 1_000, NOON_MS),
        (NOON_MS / 1_000 + 0.5, NOON_MS + 500),
        (str(NOON_MS // 1_000) + ".5", NOON_MS + 500),
        (NOON_MS * 1_000 + 999, NOON_MS),
        (NOON_MS * 1_000_000, NOON_MS),
        (None, None),
    ],
)
def test_times(value, ms):
    assert moment_ms(value) == ms


@pytest.mark.parametrize(
    "value",
    [
        "2024-06-21T12:00:00",
        "2024-13-01T00:00Z",
        "2024-06-21T23:59:60Z",
        "12:00",
        "now",
        "",
        0,
        86_400,
        10**19,
        -1.5,
        True,
        [],
        {},
        1e300,
        "20240621T100000Z",
        "99",
    ],
)
def test_what_is_no_time_is_refused(value):
    with pytest.raises(BodyError) as caught:
        moment_ms(value)
    assert caught.value.refused.reason == Refusal.TIME


def test_a_time_without_an_offset_is_told_what_to_send():
    with pytest.raises(BodyError) as caught:
        moment_ms("2024-06-21T12:00:00")
    assert "has no UTC offset; send it with Z" in caught.value.refused.detail
