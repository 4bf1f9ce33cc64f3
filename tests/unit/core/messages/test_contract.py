"""Messages: what fits the run is read, all else is rejected with a reason (I4)."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.messages.batch import Unreadable
from pvsim.core.messages.contract import (
    MAX_BODY_BYTES,
    VERSION,
    End,
    Reason,
    Rejection,
    Values,
    read_message,
    rejection_line,
)
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.run.plan import RunPlan

TIMELINE = Timeline.of_days(date(2024, 10, 27), 1, ZoneInfo("Europe/Berlin"))
PLAN = RunPlan("r1", TIMELINE, ("m1", "m2", "m3"))
BOUNDED = settings(max_examples=150, deadline=None)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def a_reading(**changes: object) -> bytes:
    """A message of second 5 of meter m2, with changes; `None` leaves a field out."""
    fields = {"v": 1, "kind": "reading", "run": "r1", "meter": "m2", "seq": 5, "meter_w": 1234.5}
    fields["t_utc"] = "2024-10-26T22:00:05Z"
    return json.dumps({k: v for k, v in (fields | changes).items() if v is not None}).encode()


def an_end(**changes: object) -> bytes:
    fields = {"v": 1, "kind": "end", "run": "r1", "readings": 270_000, "crc32": 7}
    return json.dumps({k: v for k, v in (fields | changes).items() if v is not None}).encode()


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"seq": 5', '"seq": 4, "seq": 5', "seq"),
        ('"seq": 5', '"seq": 5, "seq": 5', "seq"),
        ('"seq": 5', r'"seq": 5, "\u0073eq": 6', "seq"),
        ('"meter_w"', '"meter_w": null, "meter_w"', "meter_w"),
        ('"run"', '"run": "other", "run"', "run"),
        ('"kind"', '"kind": "end", "kind"', "kind"),
    ],
)
def test_a_field_that_stands_twice_means_two_things(old, new, field):
    body = a_reading().decode()
    assert old in body
    assert read_message(body.replace(old, new).encode(), PLAN) == Rejection(Reason.TWICE, field)


@pytest.mark.parametrize(
    "more",
    [
        '"x": 1, "x": 2',
        '"x": {"seq": 1, "seq": 2}',
        '"x": ["seq", "run", "meter"]',
        r'"x": "\\ \" seq"',
        f'"x": {"9" * 3_900}',
        r'"\u0078": [1e999, 1.5]',
    ],
)
def test_what_stands_twice_elsewhere_does_no_harm(more):
    assert read_message(a_reading().replace(b"{", f"{{{more}, ".encode(), 1), PLAN) == Values(16, 12_345)


def test_a_meter_may_be_called_as_a_field_is():
    plan = RunPlan("r1", TIMELINE, ("seq",))
    assert read_message(a_reading(meter="seq"), plan) == Values(5, 12_345)


@pytest.mark.parametrize(
    ("max_w", "grid", "good", "bad"),
    [
        (9_000, False, [0, 9_000, -0.0], [-0.1, 9_000.1, 9_000.01]),
        (43_500, False, [0, 11_000, 43_500], [-0.1, 43_500.1]),
        (5_000, False, [5_000], [5_000.1, 9_000]),
        (9_000, True, [-9_000, 0, 9_000], [-9_000.1, 9_000.1]),
    ],
)
def test_the_range_is_the_runs(max_w, grid, good, bad):
    plan = RunPlan("r1", TIMELINE, ("m2",), meter_range=MeterRange.up_to(max_w, grid=grid))
    for power in good:
        assert read_message(a_reading(meter_w=power), plan) == Values(5, round(power * 10))
    for power in bad:
        reason = f"outside {'-9000' if grid else 0}..{max_w} W"
        assert read_message(a_reading(meter_w=power), plan) == Rejection(reason, f"{float(power)} W", 5)


@given(
    seq=st.integers(0, TIMELINE.seconds - 1),
    meter=st.integers(0, 2),
    meter_dw=st.integers(0, 90_000),
    offset_min=st.integers(-14 * 60, 14 * 60),
)
@BOUNDED
def test_a_reading_of_the_run_becomes_its_position_and_value(seq, meter, meter_dw, offset_min):
    """I6: whatever offset the time is written in."""
    zone = timezone(timedelta(minutes=offset_min))
    t = datetime.fromtimestamp(TIMELINE.start_utc + seq, UTC).astimezone(zone).isoformat()
    body = a_reading(seq=seq, meter=PLAN.meters[meter], meter_w=meter_dw / 10, t_utc=t)
    assert read_message(body, PLAN) == Values(3 * seq + meter, meter_dw)


@pytest.mark.parametrize(
    ("meter_w", "meter_dw"),
    [(0, 0), (-0.0, 0), (9_000, 90_000), (0.04, 0), (0.06, 1), (8_999.96, 90_000), (1234.5, 12_345)],
)
def test_values_are_kept_to_a_tenth_of_a_watt(meter_w, meter_dw):
    assert read_message(a_reading(meter_w=meter_w), PLAN) == Values(16, meter_dw)


@pytest.mark.parametrize(
    "extra", [{"site": "roof"}, {"pv": {"deep": [1, 2]}}, {"t_utc": "2024-10-27T00:00:05+02:00"}]
)
def test_more_fields_and_other_offsets_are_welcome(extra):
    assert read_message(a_reading(**extra), PLAN) == Values(16, 12_345)


def test_an_end_is_read():
    assert read_message(an_end(), PLAN) == End(v=1, run="r1", readings=270_000, crc32=7)
    assert VERSION == 1


MESSAGE, TIME, RANGE = Reason.NOT_A_MESSAGE, Reason.TIME, Reason.RANGE


@pytest.mark.parametrize(
    ("body", "reason", "detail", "position"),
    [
        (b"", Reason.NOT_JSON, "truncated", None),
        (b"hello", Reason.NOT_JSON, "malformed", None),
        (b'{"v":1', Reason.NOT_JSON, "truncated", None),
        (b"[" * 4_000, Reason.NOT_A_MESSAGE, "Expected `object`", None),
        (b'{"x":' * 800, Reason.NOT_JSON, "", None),
        (b'{"v":1,"kind":"\xff","run":"r1"}', Reason.NOT_JSON, "utf-8", None),
        (rb'{"v":1,"kind":"reading","run":"\ud800"}', Reason.NOT_JSON, "", None),
        (b" " * (MAX_BODY_BYTES + 1), Reason.TOO_LARGE, "4,097 bytes; the limit is 4,096", None),
        (b"5", MESSAGE, "Expected `object`, got `int`", None),
        (b"{}", MESSAGE, "`v`", None),
        (a_reading(kind=None), MESSAGE, "`kind`", None),
        (a_reading(run=None), MESSAGE, "`run`", None),
        (a_reading(kind="hello"), MESSAGE, "hello", None),
        (a_reading(kind=5), MESSAGE, "kind", None),
        (a_reading(v="1"), MESSAGE, "`$.v`", None),
        (a_reading(v=2), Reason.VERSION, "version 2; this is version 1", None),
        (a_reading(v=2, kind="new", run="other"), Reason.VERSION, "version 2", None),
        (a_reading(run="r2"), Reason.OTHER_RUN, "r2", None),
        (a_reading(run="x" * 99, kind="what"), Reason.OTHER_RUN, "x" * 64, None),
        (a_reading(meter="m4"), Reason.UNKNOWN_METER, "m4", None),
        (a_reading(meter=""), MESSAGE, "meter", None),
        (a_reading(meter="x" * 65), MESSAGE, "meter", None),
        (a_reading(meter_w=None), MESSAGE, "`meter_w`", None),
        (a_reading(meter_w="5"), MESSAGE, "meter_w", None),
        (a_reading(meter_w=int("1" + "0" * 400)), MESSAGE, "out of range", None),
        (a_reading(meter_w=float("nan")), Reason.NOT_JSON, "", None),
        (a_reading(seq=-1), MESSAGE, "seq", None),
        (a_reading(seq=5.5), MESSAGE, "seq", None),
        (a_reading(t_utc="2024-10-26T22:00:05"), MESSAGE, "t_utc", None),
        (a_reading(t_utc="noon"), MESSAGE, "t_utc", None),
        (a_reading(t_utc="2024-10-26T22:00:06Z"), TIME, "seq 5 at 2024-10-26T22:00:06+00:00", None),
        (a_reading(t_utc="2024-10-26T22:00:05.5Z"), TIME, "seq 5", None),
        (a_reading(t_utc="0001-01-01T00:00:00+14:00"), TIME, "seq 5", None),
        (a_reading(t_utc="9999-12-31T23:59:59-14:00"), TIME, "seq 5", None),
        (a_reading(seq=90_000, t_utc="2024-10-27T23:00:00Z"), TIME, "seq 90000", None),
        (a_reading(seq=10**3_000), TIME, "seq 1000", None),
        (a_reading(meter_w=9_000.001), RANGE, "9000.001 W", 16),
        (a_reading(meter_w=-0.1), RANGE, "-0.1 W", 16),
        (a_reading(meter_w=1e300), RANGE, "1e+300 W", 16),
        (an_end(readings=-1), MESSAGE, "readings", None),
        (an_end(crc32=2**32), MESSAGE, "crc32", None),
        (an_end(crc32=None), MESSAGE, "`crc32`", None),
    ],
)
def test_what_does_not_fit_is_rejected_with_its_reason(body, reason, detail, position):
    """I4: only a reading of this run with an impossible value takes a position."""
    rejection = read_message(body, PLAN)
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.position) == (reason, position)
    assert detail in rejection.detail


def test_a_message_of_a_batch_that_cannot_be_read_says_so():
    assert read_message(Unreadable(a_reading(), "because"), PLAN) == Rejection(Reason.BATCH, "because")


def test_a_body_of_the_largest_size_is_read():
    assert read_message(a_reading().ljust(MAX_BODY_BYTES), PLAN) == Values(16, 12_345)


@given(body=st.binary(max_size=60) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
@BOUNDED
def test_anything_else_is_rejected_and_never_raises(body):
    """I4."""
    rejection = read_message(body, PLAN)
    assert isinstance(rejection, Rejection)
    assert json.loads(rejection_line(3, rejection.reason, rejection.detail, body))["offset"] == 3


@given(field=st.sampled_from(["v", "kind", "run", "meter", "seq", "t_utc", "meter_w"]), value=JSON_VALUES)
@BOUNDED
def test_one_field_of_another_kind_never_raises(field, value):
    """I4."""
    result = read_message(a_reading(**{field: value}), PLAN)
    assert isinstance(result, Values | Rejection)
    if isinstance(result, Values):
        assert 0 <= result.meter_dw <= 90_000
        assert result.position == 16


@given(
    offset=st.integers(0, 2**62),
    reason=st.sampled_from(Reason),
    detail=st.text(max_size=20),
    body=st.binary(),
)
@BOUNDED
def test_a_rejection_line_is_one_line_of_json(offset, reason, detail, body):
    line = rejection_line(offset, reason, detail, body)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    kept = json.loads(line)
    text = body[:512].decode(errors="backslashreplace")
    assert kept == {"offset": offset, "reason": reason, "detail": detail, "bytes": len(body), "body": text}


def test_rejection_lines_by_hand():
    line = rejection_line(7, Reason.NOT_JSON, "why", "né".encode() + b"\xff")
    assert line.decode() == ('{"offset":7,"reason":"not JSON","detail":"why","bytes":4,"body":"né\\\\xff"}\n')
    long = json.loads(rejection_line(7, Reason.TOO_LARGE, "", b"x" * 5_000))
    assert (long["bytes"], long["body"]) == (5_000, "x" * 512)
