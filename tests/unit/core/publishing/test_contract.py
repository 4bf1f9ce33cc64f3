"""What is published is exact as it stands, and fits its own schema."""

import json

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.publishing import contract
from pvsim.core.publishing.counters import Counters
from pvsim.core.publishing.periods import Period, Row

T = 1_718_920_800
POWERS = st.tuples(st.integers(-(10**9), 10**9), st.integers(0, 10**9), st.none() | st.integers(-(10**9), 10**9))


def sample(powers, meter="m1", row=0):
    period = Period(T, 1)
    soc = None if powers[2] is None else 1_234
    period.add(Row(row, T, *powers, soc))
    return period.sample("home", meter)


def valid(message):
    """The message as JSON, valid by the schema of its kind."""
    found = json.loads(contract.body_of(message))
    jsonschema.Draft202012Validator(msgspec.json.schema(type(message))).validate(found)
    return found


@given(powers=st.lists(POWERS, min_size=1, max_size=4), counters=st.tuples(*[st.integers(0, 10**15)] * 7))
def test_powers_are_tenths_and_differences_are_exact(powers, counters):
    samples = [sample(one, f"m{i}", i) for i, one in enumerate(powers)]
    messages = [
        *samples,
        *(contract.state_of(one, Counters(*counters)) for one in samples),
        contract.service_state_of(samples, Counters(*counters)),
    ]
    for message in map(valid, messages):
        tenths = {name: round(w * 10) for name, w in message.items() if name.endswith("_w")}
        assert all(message[name] == dw / 10 for name, dw in tenths.items())
        assert tenths["net_w"] == tenths["meter_w"] - tenths["pv_w"]
        assert tenths["grid_w"] == tenths["net_w"] + tenths.get("battery_w", 0)


def test_a_sample_by_hand():
    assert contract.body_of(sample((4_125, 1_000, None))) == (
        b'{"kind":"sample","v":1,"service":"home","t_utc":"2024-06-20T22:00:00Z","every_s":1,"meter_w":412.5,'
        b'"pv_w":100.0,"net_w":312.5,"grid_w":312.5,"meter":"m1","row":0}'
    )


def test_a_state_has_the_counters_of_a_battery_only_with_a_battery():
    with_battery = valid(contract.state_of(sample((0, 0, 5)), Counters()))
    without = valid(contract.state_of(sample((0, 0, None)), Counters()))
    assert set(with_battery["counters"]) - set(without["counters"]) == {"charge_wh", "discharge_wh"}


@pytest.mark.parametrize("kind", [contract.Sample, contract.State, contract.ServiceState])
def test_messages_are_read_as_they_were_written(kind):
    one = sample((4_125, 1_000, 20))
    message = {
        contract.Sample: one,
        contract.State: contract.state_of(one, Counters()),
        contract.ServiceState: contract.service_state_of([one], Counters()),
    }[kind]
    assert msgspec.json.decode(contract.body_of(message), type=kind) == message
