"""Numbers, durations and dates as people type them: each is taken, or refused with what to write."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.quantities.typed import (
    DAYS,
    DISTANCE_KM,
    DURATION_S,
    ENERGY_KWH,
    HEIGHT_M,
    LATITUDE_DEG,
    LONGITUDE_DEG,
    NUMBER,
    PERCENT,
    POWER_KW,
    POWER_W,
    TEMP_C,
    parse_date,
    parse_quantity,
)
from pvsim.errors import UsageError

KINDS = (NUMBER, POWER_W, POWER_KW, ENERGY_KWH, DISTANCE_KM, DURATION_S, DAYS)


@given(
    number=st.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 6)) | st.integers(-(10**6), 10**6),
    kind=st.sampled_from(KINDS),
    spaces=st.sampled_from(["", " ", "\u00a0", "  "]),
    data=st.data(),
)
def test_what_is_written_with_a_unit_is_that_many_of_it(number, kind, spaces, data):
    unit = data.draw(st.sampled_from(sorted(kind.units)))
    written = unit.upper() if unit.startswith("mw") or data.draw(st.booleans()) else unit
    text = f"{number!r}{spaces}{written}"
    assert float(parse_quantity(text, kind, "x")) == pytest.approx(number * float(kind.units[unit]))
    if unit == "":
        assert float(parse_quantity(text, kind, "x")) == number


@given(text=st.text(max_size=14), kind=st.sampled_from(KINDS))
def test_any_text_is_a_number_or_a_usage_error(text, kind):
    try:
        parse_quantity(text, kind, "x")
    except UsageError as error:
        assert repr(text) in error.what  # noqa: PT017 - either outcome is right
        assert error.fix  # noqa: PT017


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("10kWp", POWER_KW, 10.0),
        ("10 kW", POWER_KW, 10.0),
        ("1.2 MW", POWER_KW, 1200.0),
        ("9800W", POWER_KW, 9.8),
        ("43.5 kW", POWER_W, 43_500.0),
        ("3.257", POWER_KW, 3.257),
        ("9,8 kW", POWER_KW, 9.8),
        ("0,500", POWER_KW, 0.5),
        ("1e3", NUMBER, 1000.0),
        ("48.14N", LATITUDE_DEG, 48.14),
        ("48,14° S", LATITUDE_DEG, -48.14),
        ("-33.9", LATITUDE_DEG, -33.9),
        ("-33.9°", LATITUDE_DEG, -33.9),
        ("11.5 w", LONGITUDE_DEG, -11.5),
        ("-5 °C", TEMP_C, -5.0),
        ("10 %", PERCENT, 10.0),
        ("0.5 km", HEIGHT_M, 500.0),
        ("4 000 kWh", ENERGY_KWH, 4000.0),
        ("4'000", ENERGY_KWH, 4000.0),
        ("4 MWh", ENERGY_KWH, 4000.0),
        ("500 m", DISTANCE_KM, 0.5),
        ("5s", DURATION_S, 5.0),
        ("500ms", DURATION_S, 0.5),
        ("2 weeks", DAYS, 14.0),
        ("−1", NUMBER, -1.0),
    ],
)
def test_numbers_by_hand(text, kind, value):
    assert float(parse_quantity(text, kind, "x")) == value


@pytest.mark.parametrize(
    ("text", "kind", "what", "fix"),
    [
        ("10 kWh", POWER_KW, "`x` is a power in kW, not '10 kWh'", "for example 10kW"),
        ("10 mW", POWER_KW, "the m of '10 mW' means milli", "write MW for mega"),
        ("4,000", ENERGY_KWH, "'4,000' may be 4000 or 4.000", "write 4000 or 4.000"),
        ("nan", NUMBER, "`x` is a number, not 'nan'", "for example 10"),
        ("1e999", NUMBER, "`x` is a number, not '1e999'", "for example 10"),
        ("9" * 5000, NUMBER, "`x` is a number of at most 40 digits", "for example 10"),
        ("9" * 41, NUMBER, "at most 40 digits, not '9999999999", "for example 10"),
        ("", DAYS, "`x` is a number of days, not ''", "for example 7"),
        ("-33.9S", LATITUDE_DEG, "'-33.9S' has a sign and a direction", "leave one of them out"),
        ("48°08'", LATITUDE_DEG, "`x` is a number of degrees, negative in the south", "for example 48.14"),
        ("48.14N", LONGITUDE_DEG, "`x` is a number of degrees, negative in the west", "for example 11.58"),
        ("10%", NUMBER, "`x` is a number, not '10%'", "for example 10"),
        ("five", DURATION_S, "`x` is a duration, not 'five'", "for example 90s, 15min or 1h"),
    ],
)
def test_refusals_by_hand(text, kind, what, fix):
    with pytest.raises(UsageError) as caught:
        parse_quantity(text, kind, "x")
    assert what in caught.value.what
    assert (caught.value.fix, caught.value.field) == (fix, "x")


@given(day=st.dates(date(1, 1, 1), date(9999, 12, 31)), form=st.sampled_from("-/.d"))
def test_a_date_is_read_in_each_form_that_has_one_meaning(day, form):
    text = f"{day.day}.{day.month}.{day.year:04}" if form == "d" else form.join(day.isoformat().split("-"))
    assert parse_date(text, "date") == day


@given(text=st.text(st.sampled_from("0123456789-./ T:"), max_size=16))
def test_any_text_is_a_date_or_a_usage_error(text):
    try:
        assert parse_date(text, "date") + timedelta(0)
    except UsageError as error:
        assert repr(text) in error.what  # noqa: PT017 - either outcome is right
        assert error.fix  # noqa: PT017


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-06-21", date(2024, 6, 21)),
        ("20240621", date(2024, 6, 21)),
        ("2024-6-1", date(2024, 6, 1)),
        ("21.06.2024", date(2024, 6, 21)),
        ("1. 2. 2024", date(2024, 2, 1)),
        ("21/06/2024", date(2024, 6, 21)),
        ("06/21/2024", date(2024, 6, 21)),
        ("06/06/2024", date(2024, 6, 6)),
        ("2024–06–21", date(2024, 6, 21)),
    ],
)
def test_dates_by_hand(text, day):
    assert parse_date(text, "date") == day


NO_TIME = "write 2024-06-21; a part of it is for example `hours` 12-13"


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("06/07/2024", "`date`: '06/07/2024' may be two dates", "write 2024-06-07 or 2024-07-06"),
        ("2024-06-21T12:00", "`date` is a day and begins at local midnight", NO_TIME),
        ("21.06.24", "does not name the century", "write it as YYYY-MM-DD, for example 2024-06-21"),
        ("2024-02-30", "not '2024-02-30': day is out of range", "write it as YYYY-MM-DD, for example 2024-06-21"),
        ("13/13/2024", "not '13/13/2024': month must be", "write it as YYYY-MM-DD, for example 2024-06-21"),
        ("tomorrow", "`date` is a date, not 'tomorrow'", "write it as YYYY-MM-DD, for example 2024-06-21"),
    ],
)
def test_dates_refused_by_hand(text, what, fix):
    with pytest.raises(UsageError) as caught:
        parse_date(text, "date")
    assert what in caught.value.what
    assert caught.value.fix == fix
