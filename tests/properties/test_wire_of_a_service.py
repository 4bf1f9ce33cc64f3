"""Whatever stands in the log of a service is in a row, a duplicate, a tick, or rejected and kept in few bytes."""

import gzip
import json
from pathlib import PurePosixPath, PureWindowsPath

from hypothesis import example, given
from hypothesis import strategies as st
from tests.sessions import Days, a_plan, at, feed_in_parts, joined, rows_of

from pvsim.core.messages.entry import Entry
from pvsim.core.metering.devices import DEVICES
from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.read import BodyReader
from pvsim.core.quantities.types import MeterRange
from pvsim.core.session.session import TICK

START_MS = at("2024-06-21 23:59:50") * 1_000
GRID = MeterRange.up_to(9_000, grid=True)
FORMS = {
    "house": MeterForm(power=(("total_act_power",),), meter_range=GRID),
    "counter": MeterForm(energy=(("total",),), energy_export=(("back",),), time=("t",), meter_range=GRID),
    "plug": DEVICES["home-assistant"],
}
TOPICS = {"shelly-abc.status.em:0": "house", "a.b": "counter"}
PLAN = a_plan(
    read=BodyReader("home", FORMS),
    lateness_s=3,
    topics=TOPICS,
    ranges={name: form.meter_range for name, form in FORMS.items()},
    forms=FORMS,
)

KEYS = st.one_of(
    st.sampled_from(["", *TOPICS, "meter.home.m1", "meter.home.plug", "meter.home.CON", "meter.home.../../x"]),
    st.text(max_size=300).map(lambda text: f"meter.home.{text}"),
    st.text(max_size=20),
)
OBJECTS = st.dictionaries(
    st.sampled_from(["power_w", "time", "total_act_power", "total", "back", "t", "state", "v", "kind"]),
    st.one_of(
        st.floats(),
        st.integers(-(10**20), 10**20),
        st.none(),
        st.text(max_size=10),
        st.integers(START_MS - 5_000, START_MS + 30_000),
        st.sampled_from(["412,5", "1,250", "unavailable", "412 W"]),
    ),
)
BODIES = st.one_of(
    st.binary(max_size=100),
    OBJECTS.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([b"412.5", b"412,5", b"-5", b"", TICK, b'{"total":5,"back":0}', b'{"total":9,"back":1}']),
    st.binary(max_size=50).map(gzip.compress),
)


@st.composite
def logs(draw):
    arrived_ms, found = START_MS, []
    for offset in range(draw(st.integers(1, 25))):
        arrived_ms += draw(st.sampled_from([0, 0, 250, 1_000, 9_000, -5_000]))
        encoding = draw(st.sampled_from(["", "", "gzip", "br", "\n" * 300]))
        found.append(Entry(offset, arrived_ms, draw(KEYS), draw(BODIES), encoding))
    return found


@given(logs(), st.lists(st.integers(1, 24), max_size=3))
@example([Entry(0, START_MS, "meter.home.x" + "\U0001f642" * 300, b"\x00" * 4_096)], [])
def test_whatever_stands_in_a_log_is_accounted_for(log, cuts):
    cuts = [cut for cut in cuts if cut < len(log)]
    state, parts = feed_in_parts(PLAN, Days(), log, cuts)
    at_once, (whole,) = feed_in_parts(PLAN, Days(), log, [])
    assert joined(parts) == joined([whole])
    assert state == at_once
    assert len(log) == state.ticks + state.readings + state.duplicates + sum(state.rejected.values())
    lines = whole.rejected.splitlines()
    assert len(lines) == sum(state.rejected.values())
    for line in lines:
        kept = json.loads(line)
        assert len(line) < 16_384
        assert kept["detail"].isprintable()
    for meter in state.meters:
        assert meter.name == PurePosixPath(meter.name).name == PureWindowsPath(meter.name).name
        assert not PureWindowsPath(meter.name).is_reserved()
    for name, _, _, power_dw, *_ in rows_of(whole):
        assert PLAN.range_of(name).low_dw <= power_dw <= PLAN.range_of(name).high_dw
