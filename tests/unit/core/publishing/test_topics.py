"""The values of a state: together in one message, and each by itself on a topic of its own."""

import json

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.publishing import topics
from pvsim.core.publishing.contract import body_of, service_state_of, state_of
from pvsim.core.publishing.counters import Counters
from pvsim.core.publishing.periods import Period, Row
from pvsim.core.run.plan import NAME

T = 1_718_920_800
NAMES = st.from_regex(NAME, fullmatch=True)


def sample(service="home", meter="m1", battery_dw=None):
    period = Period(T, 1)
    period.add(Row(0, T, 4_125, 1_000, battery_dw, None if battery_dw is None else 5_000))
    return period.sample(service, meter)


@given(service=NAMES, meter=NAMES, battery_dw=st.none() | st.integers(-9_000, 9_000))
def test_each_value_alone_is_the_one_of_the_whole(service, meter, battery_dw):
    state = state_of(sample(service, meter, battery_dw), Counters(pv_dws=72_000))
    whole, *alone = topics.publications(state)
    message = json.loads(whole.payload)
    values = {name: value for name, value in message.items() if name.endswith("_w") or name == "soc"}
    values |= message["counters"]
    prefix = f"pvsim/{service}/{meter}/"
    assert whole.topic == prefix + "state"
    assert {one.topic.removeprefix(prefix): json.loads(one.payload) for one in alone} == values
    assert all("." not in one.topic and one.topic.count("/") == 3 for one in (whole, *alone))


def test_a_state_by_hand():
    found = {one.topic: one.payload for one in topics.publications(state_of(sample(), Counters(pv_dws=72_000)))}
    assert found["pvsim/home/m1/grid_w"] == b"312.5"
    assert found["pvsim/home/m1/pv_wh"] == b"2"
    assert len(found) == 10
    together = service_state_of([sample()], Counters())
    assert topics.publications(together) == (topics.Publication("pvsim/home/state", body_of(together)),)


def test_names_of_topics_and_keys():
    assert topics.availability_topic("home") == "pvsim/home/status"
    assert topics.routing_key("home", "m1") == "pv.home.m1"
    assert topics.sample_stream("home") == "pvsim.home.samples"
