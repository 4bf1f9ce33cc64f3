import pytest

from pvsim.core.series.findings import FileReading, Taken, span_text

PLAIN = FileReading(
    source="/home/anna/house.csv",
    taken=(Taken("Verbrauch [kWh]", "energy per 15 min", "kWh", "header"),),
    ignored=(),
    rows=35_040,
    step_s=900,
    zone="Europe/Berlin",
    zone_from="assumed",
    stamp="start",
    stamp_from="assumed",
)


def test_a_line_says_how_a_file_was_read():
    assert PLAIN.line() == (
        "house.csv: 'Verbrauch [kWh]' as energy per 15 min in kWh (by header), times Europe/Berlin (assumed), "
        "stamps start (assumed), 35,040 rows every 15 min, no gaps"
    )


def test_what_was_ignored_cut_or_filled_is_in_the_line():
    reading = FileReading(
        source="C:\\data\\weather.csv",
        taken=(Taken("GHI", "ghi", "", "format"), Taken("T", "", "K", "units row")),
        ignored=tuple("abcdef"),
        rows=1,
        step_s=90,
        zone="UTC",
        zone_from="times",
        stamp="end",
        stamp_from="site file",
        gaps=2,
        gap_s=5400,
        clipped_low=1,
        clipped_high=2000,
        remarks=("2 resets",),
    )
    assert reading.line() == (
        "weather.csv: 'GHI' as ghi, 'T' in K (by units row), times UTC (by times), stamps end (by site file), "
        "1 row every 90 s, 2 gaps of 90 min in all, 1 clipped low, 2,000 clipped high, 2 resets; "
        "ignored: 'a', 'b', 'c', 'd' and 2 more"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (1, "1 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (172_800, "2 d"),
        (90_000, "25 h"),
        (86_401, "86,401 s"),
    ],
)
def test_lengths_of_time(seconds, text):
    assert span_text(seconds) == text
