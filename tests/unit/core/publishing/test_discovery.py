"""Home Assistant is told of each value once: what its documents name is really published."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.publishing.contract import service_state_of, state_of
from pvsim.core.publishing.counters import Counters
from pvsim.core.publishing.discovery import birth_topic, discovery
from pvsim.core.publishing.periods import Period, Row
from pvsim.core.publishing.topics import availability_topic, publications
from pvsim.core.run.plan import NAME

T = 1_718_920_800

HOME_ASSISTANT = {
    # device class: units, state classes
    "power": ({"GW", "MW", "TW", "W", "kW", "mW"}, {"measurement"}),
    "energy": ({"GWh", "J", "MJ", "MWh", "TWh", "Wh", "kWh", "mWh"}, {"total", "total_increasing"}),
    "battery": ({"%"}, {"measurement"}),
}
"""What Home Assistant 2026.11.0 takes together (homeassistant/components/sensor/const.py: DEVICE_CLASS_UNITS,
DEVICE_CLASS_STATE_CLASSES; of energy a selection)."""

KEYS = {
    "": {"availability_topic", "device", "device_class", "expire_after", "name", "origin", "state_class"}
    | {"state_topic", "unique_id", "unit_of_measurement", "value_template"},
    "device": {"identifiers", "manufacturer", "name", "sw_version", "via_device"},
    "origin": {"name", "sw_version"},
}
"""Keys that it knows (homeassistant/components/mqtt: sensor.py, schemas.py); it drops others without a word."""
NAMES = st.from_regex(NAME, fullmatch=True)


def states(service="home", meters=("m1",), battery_dw=None, every_s=1):
    samples = []
    for row, meter in enumerate(meters):
        period = Period(T, every_s)
        period.add(Row(row, T, 4_125, 1_000, battery_dw, None if battery_dw is None else 5_000))
        samples.append(period.sample(service, meter))
    return [*(state_of(sample, Counters()) for sample in samples), service_state_of(samples, Counters())]


def found(message, path):
    for name in path.split("."):
        message = message[name]
    return message


@given(service=NAMES, meters=st.sets(NAMES, min_size=1, max_size=3), battery_dw=st.none() | st.just(5))
def test_each_document_names_a_value_that_is_published_and_no_two_are_alike(service, meters, battery_dw):
    ids, topics = [], []
    for state in states(service, sorted(meters), battery_dw):
        whole, *_ = publications(state)
        for document in discovery(state, "1.0"):
            told = json.loads(document.payload)
            assert told["state_topic"] == whole.topic
            assert told["availability_topic"] == availability_topic(service)
            path = re.search(r"value_json\.([a-z_.]+)", told["value_template"])[1]
            assert isinstance(found(json.loads(whole.payload), path), int | float)
            assert re.fullmatch(r"homeassistant/sensor/[\w-]+/[\w-]+/config", document.topic, re.ASCII)
            ids.append(told["unique_id"])
            topics.append(document.topic)
    assert len(set(ids)) == len(ids)
    assert len(set(topics)) == len(topics)


def test_home_assistant_takes_each_document():
    for state in states(battery_dw=5):
        for document in discovery(state, "1.0"):
            told = json.loads(document.payload)
            units, state_classes = HOME_ASSISTANT[told["device_class"]]
            assert told["unit_of_measurement"] in units
            assert told["state_class"] in state_classes
            for part, known in KEYS.items():
                assert set(told[part] if part else told) <= known
            assert told["device"]["identifiers"]
            assert isinstance(told.get("expire_after", 1), int)


def test_energies_are_counters_that_only_rise_and_powers_expire():
    state, service = states(battery_dw=5, every_s=900)
    told = {json.loads(one.payload)["unique_id"]: json.loads(one.payload) for one in discovery(state, "1.0")}
    assert len(told) == 12
    energy, power = told["pvsim:home:m1:import_wh"], told["pvsim:home:m1:grid_w"]
    assert (energy["device_class"], energy["state_class"], energy["unit_of_measurement"]) == (
        "energy",
        "total_increasing",
        "Wh",
    )
    assert "expire_after" not in energy
    assert (power["device_class"], power["state_class"], power["unit_of_measurement"]) == (
        "power",
        "measurement",
        "W",
    )
    assert power["expire_after"] == 2_700
    assert (
        power["device"]["via_device"]
        == json.loads(discovery(service, "1.0")[0].payload)["device"]["identifiers"][0]
    )
    assert told["pvsim:home:m1:soc"]["unit_of_measurement"] == "%"


@pytest.mark.parametrize(("battery_dw", "documents"), [(None, 8), (5, 12)])
def test_a_battery_is_told_of_only_where_there_is_one(battery_dw, documents):
    state, service = states(battery_dw=battery_dw)
    assert len(discovery(state, "1.0")) == documents
    assert len(discovery(service, "1.0")) == documents - (battery_dw is not None)  # a sum has no state of charge


def test_another_prefix():
    state, _ = states()
    assert discovery(state, "1.0", "ha")[0].topic == "ha/sensor/pvsim_home/meter_w-m1/config"
    assert birth_topic("ha") == "ha/status"
