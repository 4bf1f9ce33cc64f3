import gzip

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pvsim.core.messages.contract import Reading
from pvsim.core.metering.devices import DEVICES
from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.moments import unix_ms
from pvsim.core.metering.observed import Observed, Refused
from pvsim.core.metering.read import BodyReader, read_body
from pvsim.core.metering.refusals import MAX_DETAIL, Refusal
from pvsim.core.quantities.types import MeterRange

ARRIVED_MS = 1_718_964_000_500
GRID = MeterRange.up_to(9_000, grid=True)
READING = {
    "v": 1,
    "kind": "reading",
    "run": "home",
    "meter": "m",
    "seq": 7,
    "t_utc": "2024-06-21T12:00:00+02:00",
    "meter_w": 412.5,
}


def read(body, form=None, encoding=""):
    content = msgspec.json.encode(body) if isinstance(body, dict | list) else body
    return read_body(content, encoding, ARRIVED_MS, form or MeterForm(), service="home", meter="m")


def power(body, form=None):
    answer = read(body, form)
    assert isinstance(answer, Observed), answer
    return answer.power_dw


def reason(body, form=None, encoding=""):
    answer = read(body, form, encoding)
    assert isinstance(answer, Refused), answer
    return answer.reason


@given(st.floats(0, 9_000), st.datetimes(timezones=st.timezones()))
def test_a_reading_of_the_contract_says_what_it_says(meter_w, t_utc):
    body = msgspec.json.encode(Reading(v=1, run="home", meter="m", seq=0, t_utc=t_utc, meter_w=meter_w))
    assert read(body) == Observed(
        unix_ms(msgspec.json.decode(body, type=Reading).t_utc), True, round(meter_w * 10)
    )


@given(st.integers(0, 90_000))
def test_the_forms_of_ours_are_one(dw):
    forms = ({"power_w": dw / 10}, {"power_w": f"{dw / 10} W"}, str(dw / 10).encode(), f'"{dw / 10}"'.encode())
    assert {power(form) for form in forms} == {dw}


def test_the_three_forms_of_ours():
    assert read(READING) == Observed(1_718_964_000_000, True, 4_125)
    assert read({"power_w": 412.5, "time": "2024-06-21T10:00:00Z"}) == Observed(1_718_964_000_000, True, 4_125)
    assert read(b"412.5") == Observed(ARRIVED_MS, False, 4_125)


def test_a_missing_time_is_that_of_arrival():
    assert read({"power_w": 1}) == read({"power_w": 1, "time": None}) == Observed(ARRIVED_MS, False, 10)
    form = MeterForm(power=(("p",),), time=("t",))
    assert read({"p": 1}, form) == Observed(ARRIVED_MS, False, 10)
    assert read({"p": 1, "t": 1_718_964_000}, form) == Observed(1_718_964_000_000, True, 10)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"v": 2}, Refusal.VERSION),
        ({"v": None}, Refusal.VERSION),
        ({"run": "other"}, Refusal.OTHER_SERVICE),
        ({"meter": "n"}, Refusal.OTHER_METER),
        ({"meter_w": "5"}, Refusal.CONTRACT),
        ({"t_utc": "2024-06-21T10:00:00"}, Refusal.CONTRACT),
        ({"kind": "end", "readings": 1, "crc32": 1}, Refusal.CONTRACT),
        ({"kind": "tick"}, Refusal.CONTRACT),
        ({"meter_w": 9_001}, Refusal.RANGE),
    ],
)
def test_what_does_not_fit_the_contract_is_refused(changed, why):
    assert reason(READING | changed) == why


@pytest.mark.parametrize(
    ("body", "dw"),
    [
        (b"412", 4_120),
        (b"412,5", 4_125),
        (b'"412,5"', 4_125),
        (b'{"power_w":"412,5"}', 4_125),
        (b'{"power_w":"412"}', 4_120),
        (b"\xef\xbb\xbf412", 4_120),
        (b'\xef\xbb\xbf{"power_w":412}', 4_120),
        (b"412\0", 4_120),
        (b" 412\r\n", 4_120),
        (b"1e3", 10_000),
        (b'{"power_w":1e3}', 10_000),
        (b"412 W", 4_120),
        (b"0.412 kW", 4_120),
        (b"-0.04", 0),
        (b"0.25", 2),
        (b"0.35", 4),
    ],
)
def test_oddities_that_are_taken(body, dw):
    assert power(body) == dw


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", Refusal.NO_VALUE),
        (b"\0", Refusal.NO_VALUE),
        (b"unavailable", Refusal.NO_VALUE),
        (b'"unknown"', Refusal.NO_VALUE),
        (b"nan", Refusal.NO_VALUE),
        (b"null", Refusal.NO_VALUE),
        (b"Infinity", Refusal.NO_VALUE),
        (b'{"power_w":null}', Refusal.NO_VALUE),
        (b'{"power_w":NaN}', Refusal.NO_VALUE),
        (b"true", Refusal.NOT_A_NUMBER),
        (b'{"power_w":true}', Refusal.NOT_A_NUMBER),
        (b"ON", Refusal.NOT_A_NUMBER),
        (b"[412]", Refusal.NOT_A_NUMBER),
        (b'{"power_w":[412]}', Refusal.NOT_A_NUMBER),
        (b"{}", Refusal.MISSING),
        (b'{"watts":5}', Refusal.MISSING),
        (b"1,250", Refusal.AMBIGUOUS),
        (b"1 250", Refusal.AMBIGUOUS),
        (b"412 mW", Refusal.UNIT),
        (b"\xff\xfe4\x001\x00", Refusal.NOT_TEXT),
        (b'{"power_w":412', Refusal.NOT_TEXT),
        (b'{"power_w":1,"power_w":2}', Refusal.TWICE),
        (b'{"power_w":1,"power\\u005fw":2}', Refusal.TWICE),
        (b'{"power_w":1,"a":' + b"[" * 40 + b"]" * 40 + b"}", Refusal.TOO_DEEP),
        (b'{"power_w":1,"time":"2024-06-21T12:00:00"}', Refusal.TIME),
        (b'{"power_w":1,"time":true}', Refusal.TIME),
        (b"-5", Refusal.NEGATIVE),
        (b"9000.06", Refusal.RANGE),
        (b"-99999", Refusal.RANGE),
        (b"1" + b"0" * 17, Refusal.RANGE),
        (b"1" * 5_000, Refusal.TOO_LARGE),
    ],
)
def test_oddities_that_are_refused(body, why):
    assert reason(body) == why


def test_gzip_is_read_if_the_message_says_so():
    assert read(gzip.compress(b'{"power_w":412}'), encoding="gzip") == Observed(ARRIVED_MS, False, 4_120)
    assert reason(gzip.compress(b"412")) == Refusal.ENCODING


def test_phases_are_added_before_they_are_rounded():
    form = MeterForm(power=(("a", 0), ("a", 1), ("a", 2)))
    assert power({"a": [0.04, 0.04, 0.04]}, form) == 1
    assert power({"a": [500.5, -200.25, "1,5"]}, form) == 3_018
    assert reason({"a": [1, 2]}, form) == Refusal.MISSING


def test_unit_and_sign_are_those_of_the_form():
    assert power(b"0.4125", MeterForm(unit_dw=10_000)) == 4_125
    assert power({"p": 0.4}, MeterForm(power=(("p",),), unit_dw=10_000)) == 4_000
    assert power({"power_w": 5}, MeterForm(unit_dw=10_000)) == 50
    assert power(b"-412", MeterForm(sign=-1)) == 4_120
    assert power(b"412", MeterForm(sign=-1, meter_range=GRID)) == -4_120
    assert power(b"-412", MeterForm(meter_range=GRID)) == -4_120


def test_a_negative_power_of_a_load_meter_says_what_to_write():
    detail = read(b"-5.5").detail
    assert detail.startswith("-5.5 W;")
    assert 'kind = "grid"' in detail
    assert 'sign = "negative"' in detail


def test_a_number_alone_is_refused_where_a_path_is_read():
    assert reason(b"412", MeterForm(power=(("p",),))) == Refusal.MISSING
    assert power(b"412", MeterForm(power=((),))) == 4_120


def test_the_unit_that_a_body_names_counts():
    form = MeterForm(power=(("p",),), unit_at=("u",))
    assert power({"p": 1, "u": "kW"}, form) == 10_000
    assert power({"p": 1}, form) == 10
    assert reason({"p": 1, "u": "VA"}, form) == Refusal.UNIT
    assert reason({"p": 1, "u": 5}, form) == Refusal.UNIT


def test_counters_are_read_in_their_unit():
    form = MeterForm(energy=(("in",),), energy_export=(("out",),), unit_mwh=1_000_000, time=("t",))
    body = {"in": 12345.678901, "out": "0,5", "t": 1_718_964_000}
    assert read(body, form) == Observed(1_718_964_000_000, True, None, (12_345_678_901, 500_000))
    phases = MeterForm(energy=(("a",), ("b",)))
    assert read({"a": 0.1, "b": 0.2}, phases) == Observed(ARRIVED_MS, False, None, (300, 0))
    assert reason({"a": 1, "b": -2}, phases) == Refusal.RANGE
    assert read(b"12.5 kWh", MeterForm(energy=((),))).counters_mwh == (12_500_000, 0)


def test_each_meter_is_read_by_its_form():
    reader = BodyReader("home", {"plug": DEVICES["shelly-plug"]})
    assert reader("plug", b'{"apower":5}', "", 0) == Observed(0, False, 50)
    assert reader("m", b"5", "", 0) == Observed(0, False, 50)
    assert reader("m", msgspec.json.encode(READING), "", 0) == Observed(1_718_964_000_000, True, 4_125)


FORMS = [
    *DEVICES.values(),
    MeterForm(energy=(("a", 0), ("b",)), energy_export=((),), time=("time",), unit_mwh=1_000_000),
    MeterForm(power=(("power_w",), ("a", 0)), time=("time",), sign=-1, meter_range=GRID),
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["1,250", "412,5", "2024-06-21T10:00:00Z", "NaN", "5 kW", 1_718_964_000])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["power_w", "time", "a", "b", "v", "kind", "ENERGY", "Power", "state"]), inner
        )
    ),
    max_leaves=8,
)


def json_text(value):
    import json  # noqa: PLC0415 - it writes NaN, surrogates and numbers of any length, as others do

    return json.dumps(value).encode()


@given(
    st.binary(max_size=200)
    | VALUES.map(json_text)
    | st.text(max_size=50).map(lambda t: t.encode("utf-8", "surrogatepass")),
    st.sampled_from(["", "gzip", "utf-8", "br", "\ud800\n"]),
    st.sampled_from(FORMS),
)
@example(gzip.compress(b"[" + b"1" * 4_999 + b"]"), "gzip", FORMS[0])
@example(gzip.compress(b'{"power_w":' + b"1" * 4_299 + b"}"), "gzip", FORMS[0])
@example(gzip.compress(b'{"v":' + b"1" * 4_300 + b"}"), "gzip", FORMS[0])
def test_whatever_comes_is_read_or_refused(body, encoding, form):
    answer = read(body, form, encoding)
    if isinstance(answer, Refused):
        assert answer.reason in set(Refusal)
        assert len(answer.detail) <= MAX_DETAIL
        assert answer.detail.isascii()
        assert answer.detail == "" or answer.detail.isprintable()
    elif answer.power_dw is not None:
        assert form.meter_range.low_dw <= answer.power_dw <= form.meter_range.high_dw
    else:
        assert min(answer.counters_mwh) >= 0


@given(st.data())
def test_a_damaged_reading_is_read_or_refused(data):
    body = bytearray(msgspec.json.encode(READING))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    assert isinstance(read(bytes(body)), Observed | Refused)


def test_a_phase_is_read_by_its_own_form_and_is_of_its_meter():
    reader = BodyReader("home", {"house (L2)": DEVICES["shelly-plug"]})
    assert reader("house (L2)", b'{"apower": 5}', "", 0).power_dw == 50
    of_meter = (
        b'{"v":1,"kind":"reading","run":"home","meter":"house","seq":0,"t_utc":"2024-06-21T10:00:00Z","meter_w":5}'
    )
    assert reader("house (L1)", of_meter, "", 0).power_dw == 50
