"""The days of a file that a run uses, and how its gaps are filled."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series.day_part import DayPart
from pvsim.core.series.days import choose_days, fill_days, rounded_share, season_days
from pvsim.core.series.order import put_in_order
from pvsim.core.series.passings import Passings
from pvsim.core.series.types import DAY_S, Gap, RawSeries, SeriesOptions, date_of
from pvsim.errors import BadInputError

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = [100.0 * hour for hour in range(24)]
NAN = float("nan")


def in_order(values, *, first="2006-12-17T00:00", step_s=3_600, utc=False, **options):
    start = int(datetime.fromisoformat(first).replace(tzinfo=UTC).timestamp())
    wall = start + step_s * np.arange(len(values))
    raw = RawSeries(
        "house.csv", "power", np.arange(len(values)) + 2, wall, np.zeros_like(wall) if utc else None,
        utc=utc, values=np.array(values, np.float64), zone="UTC" if utc else "",
    )  # fmt: skip
    return put_in_order(raw, BERLIN, SeriesOptions(**options))


def filled(values, quantity="meter", days=1, **options):
    """Powers of the days from the file's first, and the gaps."""
    file = in_order(values)
    said = SeriesOptions(**options)
    first = choose_days(file, said, days, quantity) * DAY_S
    power_dw = np.nan_to_num(np.array(values) * 10).astype(np.int64)
    found = fill_days(file, power_dw, first, first + days * DAY_S, options=said, quantity=quantity)
    return found.power_dw[:-1].tolist(), found.gaps


@given(st.integers(-(10**9), 10**9), st.integers(0, 3_600), st.integers(1, 3_600))
def test_a_share_is_rounded_half_up(difference, part, whole):
    found = rounded_share(np.array([difference]), np.array([part]), np.array([whole]))
    assert found.tolist() == [floor(Fraction(difference * part, whole) + Fraction(1, 2))]


@given(
    st.lists(st.one_of(st.just(NAN), st.integers(0, 9_000)), min_size=24, max_size=24),
    st.sampled_from(["hold", "interpolate", "zero"]),
)
def test_what_is_there_stays_and_what_is_missing_is_filled_as_said(values, way):
    known = [hour for hour, value in enumerate(values) if value == value]  # noqa: PLR0124 - not NaN
    if not known:
        return
    powers, gaps = filled(values, gaps=way)
    assert sum(gap.seconds for gap in gaps) == 3_600 * (24 - len(known))
    assert all(gap.filled == way for gap in gaps)
    for hour, power in enumerate(powers):
        before = max((k for k in known if k <= hour), default=known[0])
        after = min((k for k in known if k >= hour), default=known[-1])
        if before == hour:
            expected = Fraction(values[hour] * 10)
        elif way == "zero":
            expected = Fraction(0)
        elif way == "hold" or not before < hour < after:
            expected = Fraction(values[before if before < hour else after] * 10)
        else:
            rise = Fraction((values[after] - values[before]) * 10 * (hour - before), after - before)
            expected = floor(values[before] * 10 + rise + Fraction(1, 2))
        assert power == expected


def test_a_long_gap_needs_the_user_s_word():
    values = [*HOURS[:5], NAN, NAN, *HOURS[7:]]
    with pytest.raises(BadInputError, match="a gap of 7200 s from 2006-12-17 05:00:00") as caught:
        filled(values)
    assert caught.value.where == "house.csv:6"
    assert "`meter.gaps` hold, interpolate or zero" in caught.value.fix
    assert filled(values, gaps="hold")[0][5:8] == [4_000, 4_000, 7_000]
    assert filled(values, gaps="interpolate")[0][5:8] == [5_000, 6_000, 7_000]
    assert filled(values, gaps="zero") == (
        [round(hour) * 10 for hour in (*HOURS[:5], 0, 0, *HOURS[7:])],
        (Gap(datetime(2006, 12, 17, 5), 7_200, "zero"),),  # noqa: DTZ001 - a wall clock
    )


def test_a_gap_at_an_edge_takes_the_nearest_sample():
    values = [NAN, *HOURS[1:23], NAN]
    for options in ({}, {"fill": "interpolate"}):
        powers, gaps = filled(values, **options)
        assert (powers[0], powers[23]) == (1_000, 22_000)
        assert [gap.seconds for gap in gaps] == [3_600, 3_600]


def test_with_gaps_refused_a_short_one_is_an_error_on_the_days_used_only():
    values = [*HOURS, *HOURS[:6], NAN, *HOURS[7:]]
    assert filled(values, gaps="error")[1] == ()
    with pytest.raises(BadInputError, match="a gap of 3600 s"):
        filled(values, start=date(2006, 12, 18), gaps="error")


def test_a_night_is_zero_and_a_gap_by_day_is_not():
    night = [NAN] * 6 + [200.0, 4_000.0, 5_000.0, 300.0] + [NAN] * 14
    powers, gaps = filled(night, "pv", gaps="night")
    assert powers == [0] * 6 + [2_000, 40_000, 50_000, 3_000] + [0] * 14
    assert [gap.filled for gap in gaps] == ["zero", "zero"]
    with pytest.raises(BadInputError, match="a gap of 7200 s from 2006-12-17 08:00:00"):
        filled([*night[:8], NAN, NAN, *night[8:22]], "pv", gaps="night")
    powers, gaps = filled([*night[:8], NAN, *night[8:23]], "pv", gaps="night")
    assert (powers[8], gaps[1].filled) == (40_000, "hold")


def test_a_column_without_values_is_refused():
    with pytest.raises(BadInputError, match="column 'power' has no value") as caught:
        filled([NAN] * 24)
    assert caught.value.fix == "choose another column with `meter.column` NAME"


@pytest.mark.parametrize(
    ("days", "start", "needs", "fix"),
    [
        (
            4,
            None,
            "4 day(s) of the file from 2006-12-17",
            "pass `meter.start` 2006-12-17 with `days` 3 or fewer",
        ),
        (1, "2006-12-16", "1 day(s) of the file from 2006-12-16", "(or a day up to 2006-12-19)"),
        (3, "2006-12-18", "3 day(s) of the file from 2006-12-18", "pass `meter.start` 2006-12-17"),
    ],
)
def test_days_that_the_file_lacks_are_named_with_what_would_fit(days, start, needs, fix):
    said = SeriesOptions(start=date.fromisoformat(start) if start else None)
    with pytest.raises(BadInputError) as caught:
        choose_days(in_order(HOURS * 3), said, days, "meter")
    assert needs in caught.value.what
    assert "the file covers 3: 2006-12-17 to 2006-12-19" in caught.value.what
    assert caught.value.where == "house.csv"
    assert caught.value.fix.endswith(fix)


@given(st.integers(0, 23), st.integers(24, 120), st.integers(1, 4))
def test_the_first_whole_days_are_chosen_and_touched_ones_where_gaps_are_filled(first_hour, count, days):
    file = in_order([1.0] * count, first=f"2006-12-17T{first_hour:02}:00", stamp="start")
    whole = range(-(-first_hour // 24), (first_hour + count) // 24)
    touched = range(-(-(first_hour + count) // 24))
    for options, among in (({}, whole), ({"gaps": "hold"}, touched)):
        if days <= len(among):
            chosen = (
                choose_days(file, SeriesOptions(**options), days, "meter") - int(file.samples.wall_s[0]) // DAY_S
            )
            assert chosen == (whole[0] if days <= len(whole) else among[0])
        else:
            with pytest.raises(BadInputError, match=r"the file (covers|does not cover)"):
                choose_days(file, SeriesOptions(**options), days, "meter")


def test_part_of_a_day_is_none_and_one_of_utc_is_one_on_its_own_clock():
    with pytest.raises(
        BadInputError, match="does not cover a whole day: it goes from 2022-03-18 06:00:00"
    ) as caught:
        choose_days(in_order([700.0] * 6, first="2022-03-18T06:00"), SeriesOptions(), 1, "pv")
    assert caught.value.fix == (
        "give at least one whole day, or fill the rest of it: `pv.gaps` zero (an inverter may write nothing by "
        "night), hold or interpolate"
    )
    with pytest.raises(BadInputError, match=r"on the run's clock \(its own times are UTC\)") as caught:
        choose_days(in_order(HOURS, utc=True), SeriesOptions(), 1, "meter")
    assert "run on the file's clock (`tz` UTC), or fill" in caught.value.fix
    with pytest.raises(BadInputError) as caught:
        choose_days(in_order(HOURS[:23], utc=True), SeriesOptions(), 1, "meter")
    assert "`tz` UTC" not in caught.value.fix
    file = in_order(HOURS, utc=True)
    with pytest.raises(BadInputError, match=r"\(its own times are America/New_York\)") as caught:
        choose_days(
            replace(file, samples=replace(file.samples, zone="America/New_York")), SeriesOptions(), 1, "meter"
        )
    assert "`tz` UTC" not in caught.value.fix


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_seasons_are_compared_around_the_year(one, other):
    apart = season_days(one, other)
    assert 0 <= apart <= 183
    assert apart == season_days(other, one)
    assert season_days(one, one.replace(month=7, day=1)) + season_days(one, one.replace(month=1, day=1)) >= 180


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ("2024-06-21", "2023-06-21", 1),
        ("2006-12-17", "2024-06-21", 178),
        ("2023-12-31", "2024-01-01", 1),
        ("2023-01-15", "2024-12-15", 30),
        ("2024-06-21", "2024-06-21", 0),
    ],
)
def test_seasons_by_hand(one, other, days):
    assert season_days(date.fromisoformat(one), date.fromisoformat(other)) == days


AUTUMN = int(datetime(2016, 10, 30, tzinfo=UTC).timestamp())
NIGHT = (AUTUMN + 2 * 3_600, AUTUMN + 3 * 3_600)


def of_autumn(values, twice=(NIGHT,), part=None, **options):
    """25 hourly samples of a day in autumn: 02:00 is there twice."""
    labels = np.array([*range(3), *range(2, 24)])
    raw = RawSeries(
        "h.csv", "power", np.arange(25) + 2, AUTUMN + labels * 3_600, None, utc=False,
        values=np.array(values, np.float64),
    )  # fmt: skip
    power_dw = np.nan_to_num(raw.values).astype(np.int64)
    return fill_days(
        put_in_order(raw, BERLIN), power_dw, AUTUMN, AUTUMN + DAY_S, options=SeriesOptions(**options),
        quantity="meter", run=Passings(twice), part=part,
    )  # fmt: skip


def test_the_second_passing_of_an_hour_has_a_place_of_its_own():
    days = of_autumn(range(25))
    assert days.passings.twice == (NIGHT,)
    assert (days.first, days.power_dw.tolist(), days.gaps) == (AUTUMN, [*range(25), 24], ())
    once = of_autumn(range(25), twice=())
    assert once.passings.twice == ()
    assert once.power_dw[:5].tolist() == [0, 1, 2, 4, 5]


@pytest.mark.parametrize(("missing", "again"), [(2, False), (3, True)])
def test_a_passing_without_a_value_is_a_gap_like_any_other(missing, again):
    values = [float(hour) for hour in range(25)]
    values[missing] = NAN
    days = of_autumn(values)
    assert days.power_dw[missing] == missing - 1  # as it is just before, not as an hour before or after
    assert days.gaps == (Gap(datetime(2016, 10, 30, 2), 3_600, "hold", again),)  # noqa: DTZ001 - a wall clock
    assert of_autumn(values, gaps="interpolate").power_dw[missing] == missing
    assert of_autumn(values, gaps="zero").power_dw[missing] == 0
    with pytest.raises(BadInputError, match="a gap of 3600 s from 2016-10-30 02:00:00") as caught:
        of_autumn(values, gaps="error")
    assert ("for the second time" in caught.value.what) == again
    assert caught.value.where == f"h.csv:{missing + 1}"


def test_a_run_that_passes_the_hour_once_takes_the_passing_that_has_a_value():
    values = [float(hour) for hour in range(25)]
    values[2] = NAN
    days = of_autumn(values, twice=())
    assert (days.power_dw[:4].tolist(), days.gaps) == ([0, 1, 3, 4], ())
    values[2], values[3] = 2.0, NAN
    days = of_autumn(values, twice=(), gaps="error")
    assert (days.power_dw[:4].tolist(), days.gaps) == ([0, 1, 2, 4], ())


def test_a_part_of_the_day_needs_no_more_than_the_passings_in_it():
    values = [float(hour) for hour in range(25)]
    values[3] = NAN
    first = DayPart(((0, 3 * 3_600),))  # three hours, of the second 02:00 nothing
    assert of_autumn(values, part=first, gaps="error").gaps == ()
    both = replace(first, again=((2 * 3_600, 2 * 3_600 + 900),))
    start = datetime(2016, 10, 30, 2)  # noqa: DTZ001 - a wall clock
    assert of_autumn(values, part=both).gaps == (Gap(start, 900, "hold", True),)
    values[2], values[3] = NAN, 3.0
    assert of_autumn(values, part=first).gaps == (Gap(start, 3_600, "hold"),)


def test_an_hour_that_file_and_run_skip_has_no_place():
    """Every half hour, without 01:30: the line leads on from 01:00 to 03:00, which are an hour apart."""
    spring = int(datetime(2016, 3, 27, tzinfo=UTC).timestamp())
    night = (spring + 7_200, spring + 10_800)
    labels = np.array([0, 1, 2, *range(6, 48)])
    values = np.array([5.0, 7.0, 10.0, *range(20, 62)])
    raw = RawSeries("h.csv", "power", labels, spring + labels * 1_800, None, utc=False, values=values)
    file = replace(put_in_order(raw, BERLIN), skipped=(night,))
    for run, found in ((Passings((), (night,)), [10, 15, 20, 21]), (Passings(), [10, 13, 15, 18, 20, 21])):
        days = fill_days(
            file, values.astype(np.int64), spring, spring + DAY_S, options=SeriesOptions(gaps="interpolate"),
            quantity="meter", run=run,
        )  # fmt: skip
        assert days.power_dw[2 : 2 + len(found)].tolist() == found
        assert days.gaps == (Gap(datetime(2016, 3, 27, 1, 30), 1_800, "interpolate"),)  # noqa: DTZ001 - a wall clock


def test_a_day_that_begins_by_skipping_its_midnight_is_whole():
    file = replace(in_order(HOURS[1:], first="2006-12-17T01:00", stamp="start"), skipped=())
    with pytest.raises(BadInputError, match="does not cover a whole day"):
        choose_days(file, SeriesOptions(), 1, "meter")
    midnight = int(file.samples.wall_s[0]) - 3_600
    skips = replace(file, skipped=((midnight, midnight + 3_600),))
    assert date_of(choose_days(skips, SeriesOptions(), 1, "meter")) == date(2006, 12, 17)


# --- a part of a day ---

NOON = DayPart(((12 * 3_600, 13 * 3_600),))


def at(clock):
    return datetime.fromisoformat(f"2006-12-17T{clock}")


def of_noon(file, **options):
    """The first day of the run, and how its days are filled, of a run from 12 to 13."""
    said = SeriesOptions(**options)
    first = choose_days(file, said, 1, "meter", NOON) * DAY_S
    power_dw = np.nan_to_num(file.samples.values * 10).astype(np.int64)
    days = fill_days(file, power_dw, first, first + DAY_S, options=said, quantity="meter", part=NOON)
    return date_of(first // DAY_S), days


@pytest.mark.parametrize("fill", ["hold", "interpolate"])
def test_a_file_of_the_part_alone_will_do(fill):
    day, days = of_noon(in_order([100.0, 200.0, 300.0, 400.0], first="2006-12-17T12:00", step_s=900), fill=fill)
    assert day == date(2006, 12, 17)
    assert days.gaps == ()
    assert days.power_dw[48:53].tolist() == [1000, 2000, 3000, 4000, 4000]  # and what a line to 13:00 leads to


def test_a_whole_day_goes_before_a_part_of_an_earlier_one():
    assert of_noon(in_order(HOURS * 2, first="2006-12-17T06:00"))[0] == date(2006, 12, 18)
    assert of_noon(in_order(HOURS, first="2006-12-17T06:00"))[0] == date(2006, 12, 17)
    assert of_noon(in_order(HOURS, first="2006-12-17T13:00"))[0] == date(2006, 12, 18)


def test_only_gaps_in_the_part_are_refused_and_counted():
    values = [1.0] * 12 + [100.0, NAN] * 2 + [7.0] * 80  # from 9:00, every 15 min; then one of 3 h from 14:00
    values[20:32] = [NAN] * 12
    _, days = of_noon(in_order(values, first="2006-12-17T09:00", step_s=900))
    assert days.gaps == (
        Gap(at("12:15"), 900, "hold"),
        Gap(at("12:45"), 900, "hold"),
    )
    assert days.power_dw[48:56].tolist() == [1000, 1000, 1000, 1000, 70, 70, 70, 70]


def test_a_gap_that_reaches_into_the_part_counts_there_and_is_judged_whole():
    file = in_order([5.0] * 4 + [NAN] * 2 + [6.0] * 18, first="2006-12-17T08:00", step_s=3_600)
    with pytest.raises(BadInputError, match="a gap of 7200 s from 2006-12-17 12:00:00"):
        of_noon(file)
    late = in_order([5.0] * 4 + [NAN] * 5 + [6.0] * 18, first="2006-12-17T10:30", step_s=900)
    _, days = of_noon(late, gaps="hold")
    assert days.gaps == (Gap(at("12:00"), 2_700, "hold"),)


@pytest.mark.parametrize(
    ("count", "first", "ends", "stamp"),
    [
        (3, "12:00", "12:45", ""),
        (4, "12:15", "13:15", "pass `meter.stamp` end if each time ends its interval, "),
    ],
)
def test_a_file_without_the_part_is_refused(count, first, ends, stamp):
    with pytest.raises(BadInputError) as caught:
        of_noon(in_order([1.0] * count, first=f"2006-12-17T{first}", step_s=900))
    goes = f"it goes from 2006-12-17 {first}:00 to 2006-12-17 {ends}:00"
    assert caught.value.what == f"the file does not cover 12:00 to 13:00 of any day: {goes}"
    assert caught.value.fix == (
        f"give a file that covers 12:00 to 13:00, {stamp}"
        "or fill the rest of it: `meter.gaps` hold, interpolate or zero"
    )


def test_a_day_without_the_part_is_refused():
    file = in_order([1.0] * 8, first="2006-12-17T12:00", step_s=900)
    with pytest.raises(BadInputError) as caught:
        of_noon(file, start=date(2006, 12, 18))
    assert caught.value.what == (
        "the run needs 12:00 to 13:00 of 1 day(s) of the file from 2006-12-18, but the file covers 1: "
        "2006-12-17 to 2006-12-17"
    )
    assert caught.value.fix == "pass `meter.start` 2006-12-17"
