"""Wall clocks as instants, across changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.times import to_utc
from pvsim.errors import BadInputError

ZONES = st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kolkata", "UTC"])


def utc_of(wall, zone):
    return to_utc(wall, zone, lambda index: f"w.csv:{index + 2}", "say the zone")


def wall_of(t_utc, zone):
    walls = [datetime.fromtimestamp(int(t), UTC).astimezone(zone).replace(tzinfo=UTC) for t in t_utc]
    return np.array([int(wall.timestamp()) for wall in walls])


@given(
    name=ZONES,
    first=st.integers(1_700_000_000, 1_735_000_000),
    step=st.sampled_from([900, 1800]),
    n=st.integers(2, 400),
)
@settings(max_examples=60, deadline=None)
def test_a_whole_series_of_wall_clock_comes_back_as_utc(name, first, step, n):
    """I6. Where the series begins or ends in the hour that comes twice, the file cannot tell."""
    zone = ZoneInfo(name)
    t_utc = first // step * step + np.arange(n) * step
    wall = wall_of(t_utc, zone)
    edges = [datetime.fromtimestamp(int(t), UTC).astimezone(zone) for t in (*t_utc[:8], *t_utc[-8:])]
    if any((edge + timedelta(hours=h)).utcoffset() != edge.utcoffset() for edge in edges for h in (-3, 3)):
        return
    np.testing.assert_array_equal(utc_of(wall, zone), t_utc)


def test_the_autumn_night_by_hand():
    zone = ZoneInfo("Europe/Berlin")
    t_utc = np.arange(1_729_976_400, 1_729_976_400 + 7 * 1800, 1800)  # 2024-10-26T21:00Z on
    t_utc = t_utc + 2 * 3600
    wall = wall_of(t_utc, zone)
    assert len(set(wall.tolist())) < len(wall)
    np.testing.assert_array_equal(utc_of(wall, zone), t_utc)


def test_a_time_that_the_clock_skips_is_refused():
    wall = np.array([int(datetime(2024, 3, 31, 2, 30, tzinfo=UTC).timestamp())])
    with pytest.raises(BadInputError, match=r"w.csv:2: .* Europe/Berlin never shows 2024-03-31 02:30:00"):
        utc_of(wall, ZoneInfo("Europe/Berlin"))
