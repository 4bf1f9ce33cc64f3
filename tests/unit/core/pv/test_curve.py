"""The brief's PV curve: its points, its nights, its shape between the points, and clock changes (I6)."""

from datetime import UTC, date, datetime
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.pv.curve import CurvePv, monotone_cubic, parse_curve
from pvsim.core.quantities.timeline import DAY_S, Timeline
from pvsim.errors import BadInputError, UsageError

BERLIN = ZoneInfo("Europe/Berlin")
CURVE = files("pvsim").joinpath("data/pv_curve.csv").read_text("utf-8")
POINTS = [(line[:5], float(line[6:])) for line in CURVE.splitlines()[1:]]
MIDSUMMER = Timeline.of_days(date(2024, 6, 21), 1, BERLIN)
BOUNDED = settings(max_examples=60, deadline=None)


def seconds_of(time_of_day: str) -> int:
    hour, minute = map(int, time_of_day.split(":"))
    return hour * 3_600 + minute * 60


def table(*points: tuple[str, float]) -> str:
    return "".join(["time_of_day,pv_kw\n", *(f"{time},{kw}\n" for time, kw in points)])


@pytest.fixture(scope="module")
def curve() -> CurvePv:
    return CurvePv.from_curve(CURVE, MIDSUMMER)


def test_every_digitised_point_is_reproduced_exactly(curve):
    assert len(POINTS) == 289
    power = curve.power_dw(MIDSUMMER.start_utc, DAY_S)
    for time_of_day, kw in POINTS[:-1]:
        assert power[seconds_of(time_of_day)] == round(kw * 10_000), time_of_day


def test_nights_are_exact_zeros_and_nothing_is_negative(curve):
    power = curve.by_second_dw
    lit = [seconds_of(time) for time, kw in POINTS if kw > 0]
    assert not power[: lit[0] - 300].any()
    assert not power[lit[-1] + 300 :].any()
    assert power.min() == 0
    assert (power[lit[0] : lit[-1] + 1] > 0).all()


def test_the_day_is_monotone_between_its_points(curve):
    for (start, before), (stop, after) in pairwise(POINTS):
        piece = curve.by_second_dw[seconds_of(start) : seconds_of(stop)]
        steps = np.diff(piece)
        assert (steps >= 0).all() if after >= before else (steps <= 0).all(), start


def test_energy_and_peak_of_the_day(curve):
    """The figures of the brief's picture: 26.68 kWh, 3.257 kW at 14:10."""
    power = curve.power_dw(MIDSUMMER.start_utc, DAY_S)
    assert round(power.sum() / 3_600 / 10_000, 2) == 26.68
    assert power.max() == power[seconds_of("14:10")] == 32_570


@given(peak_kw=st.integers(0, 99_990_000).map(lambda dw: dw / 10_000))
@settings(max_examples=15, deadline=None)
def test_a_peak_scales_the_whole_curve(peak_kw):
    scaled = CurvePv.from_curve(CURVE, MIDSUMMER, peak_kw=peak_kw).by_second_dw
    plain = CurvePv.from_curve(CURVE, MIDSUMMER).by_second_dw
    assert scaled.max() == round(peak_kw * 10_000)
    assert not scaled[plain == 0][: seconds_of("05:00")].any()
    factor = peak_kw / 3.257
    assert np.abs(scaled - plain * factor).max() <= 0.5 + 0.5 * factor + 1e-6


def test_scaling_by_hand():
    doubled = CurvePv.from_curve(CURVE, MIDSUMMER, peak_kw=2 * 3.257).by_second_dw
    assert doubled[seconds_of("12:00")] == 2 * round(dict(POINTS)["12:00"] * 10_000)
    assert not CurvePv.from_curve(CURVE, MIDSUMMER, peak_kw=0).by_second_dw.any()


@pytest.mark.parametrize("peak_kw", [-0.001, 9_999.001, float("nan"), float("inf")])
def test_an_impossible_peak_is_refused(peak_kw):
    with pytest.raises(UsageError, match=r"`pv.peak_kw` is 0 to 9999 kW") as caught:
        CurvePv.from_curve(CURVE, MIDSUMMER, peak_kw=peak_kw)
    assert caught.value.field == "pv.peak_kw"


@pytest.mark.parametrize(("day", "seconds"), [(date(2024, 3, 31), 82_800), (date(2024, 10, 27), 90_000)])
def test_the_curve_follows_the_local_clock_where_it_changes(day, seconds):
    """I6."""
    timeline = Timeline.of_days(day, 1, BERLIN)
    ramp = CurvePv.from_curve(table(("00:00", 0), ("24:00", 8.64)), timeline)
    power = ramp.power_dw(timeline.start_utc, timeline.seconds)
    local = [
        datetime.fromtimestamp(t, UTC).astimezone(BERLIN) for t in range(timeline.start_utc, timeline.end_utc)
    ]
    assert len(power) == seconds
    assert power.tolist() == [t.hour * 3_600 + t.minute * 60 + t.second for t in local]


@given(offset=st.integers(0, 3 * DAY_S), n=st.integers(0, 2_000), skip=st.integers(0, 2_000))
@BOUNDED
def test_any_slice_equals_the_slice_of_the_whole(offset, n, skip):
    """I7."""
    timeline = Timeline.of_days(date(2024, 10, 26), 3, BERLIN)
    source = CurvePv(timeline, np.arange(DAY_S))
    first = timeline.start_utc + offset
    whole = source.power_dw(first, skip + n)
    np.testing.assert_array_equal(source.power_dw(first + skip, n), whole[skip:])


@given(
    steps=st.lists(st.tuples(st.integers(1, 3_600), st.integers(0, 9_999)), min_size=2, max_size=12),
)
@BOUNDED
def test_the_cubic_meets_its_points_and_stays_between_them(steps):
    x = np.cumsum([width for width, _ in steps]).astype(float)
    y = np.array([height / 1_000 for _, height in steps])
    np.testing.assert_array_equal(monotone_cubic(x, y, x), y)
    for i in range(len(x) - 1):
        value = monotone_cubic(x, y, np.linspace(x[i], x[i + 1], 50))
        low, high = sorted(y[i : i + 2])
        assert value.min() >= low - 1e-12
        assert value.max() <= high + 1e-12
        steps_up = np.diff(value) * np.sign(y[i + 1] - y[i])
        assert steps_up.min() >= -1e-12


def test_the_cubic_by_hand():
    x, y = np.array([0.0, 1, 2, 3]), np.array([0.0, 0, 1, 1])
    assert monotone_cubic(x, y, np.array([0.5, 1.0, 1.5, 2.5])).tolist() == [0, 0, 0.5, 1]


def test_a_straight_line_stays_straight():
    x = np.array([0.0, 1, 3, 10])
    np.testing.assert_allclose(monotone_cubic(x, 2 * x, np.linspace(0, 10, 41)), 2 * np.linspace(0, 10, 41))


def test_parses_times_and_powers():
    times, powers = parse_curve(table(("00:00", 0), ("12:30", 1.5), ("24:00", 0)))
    assert times.tolist() == [0, 45_000, 86_400]
    assert powers.tolist() == [0, 1.5, 0]


@given(st.text(alphabet="0123456789:,.-\nan eif", max_size=60))
@BOUNDED
def test_any_table_is_read_or_refused_as_bad_input(body):
    try:
        times, powers = parse_curve("time_of_day,pv_kw\n" + body)
    except BadInputError:
        return
    assert times[0] == 0
    assert times[-1] == DAY_S
    assert np.isfinite(powers).all()


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("", "PV curve", "times must rise"),
        ("time_of_day,pv_kw\n", "PV curve", "times must rise"),
        ("time,kw\n00:00,0\n", "PV curve, line 2", "not a line"),
        (table(("00:00", 0), ("noon", 1)), "PV curve, line 3", "not a line"),
        (table(("00:00", 0), ("12:60", 1), ("24:00", 0)), "PV curve, line 3", "not a line"),
        (table(("00:00", 0), ("12:-5", 1), ("24:00", 0)), "PV curve, line 3", "not a line"),
        ("time_of_day,pv_kw\n00:00,0\n\n\n12:00\n", "PV curve, line 5", "not a line"),
        (table(("00:00", 0), ("12:00", "much")), "PV curve, line 3", "not a line"),
        (table(("00:05", 0), ("12:00", 1), ("24:00", 0)), "PV curve", "from 00:00 to 24:00"),
        (table(("00:00", 0), ("12:00", 1), ("23:55", 0)), "PV curve", "from 00:00 to 24:00"),
        (table(("00:00", 0), ("12:00", 1), ("12:00", 1), ("24:00", 0)), "PV curve", "times must rise"),
        (table(("00:00", 0), ("12:00", -0.001), ("24:00", 0)), "PV curve", "positive or zero"),
        (table(("00:00", 0), ("12:00", 0), ("24:00", 0)), "PV curve", "positive or zero"),
        (table(("00:00", 1), ("12:00", "nan"), ("24:00", 0)), "PV curve", "positive or zero"),
        (table(("00:00", 1), ("12:00", "inf"), ("24:00", 0)), "PV curve", "positive or zero"),
    ],
)  # fmt: skip
def test_malformed_tables_are_refused_with_their_line(text, where, says):
    with pytest.raises(BadInputError, match=says) as caught:
        parse_curve(text)
    assert caught.value.where == where
