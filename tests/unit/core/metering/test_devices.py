"""Bodies as devices send them; `docs/reference/listen.md` says where they are described."""

import pytest

from pvsim.core.metering.devices import DEVICES, device_like
from pvsim.core.metering.observed import Observed
from pvsim.core.metering.read import read_body
from pvsim.core.metering.refusals import Refusal

SHELLY_EM = (
    b'{"id":0,"a_current":4.029,"a_voltage":236.1,"a_act_power":951.2,"a_aprt_power":951.9,"a_pf":1,"a_freq":50,'
    b'"b_current":4.027,"b_voltage":236.201,"b_act_power":-951.1,"b_aprt_power":951.8,"b_pf":1,"b_freq":50,'
    b'"c_current":3.03,"c_voltage":236.402,"c_active_power":715.4,"c_aprt_power":716.2,"c_pf":1,"c_freq":50,'
    b'"n_current":11.029,"total_current":11.083,"total_act_power":2484.782,"total_aprt_power":2486.7,'
    b'"user_calibrated_phase":[],"errors":["phase_sequence"]}'
)
SHELLY_EM1 = (
    b'{"id":0,"current":2.598,"voltage":234.9,"act_power":501.8,"aprt_power":612.4,"pf":0.84,"freq":50,'
    b'"calibration":"factory"}'
)
SHELLY_PLUG = (
    b'{"id":0,"source":"WS_in","output":true,"apower":8.9,"voltage":237.5,"current":0.037,'
    b'"aenergy":{"total":6.532,"by_minute":[45.199,47.141,88.397],"minute_ts":1626935779},'
    b'"temperature":{"tC":23.5,"tF":74.4}}'
)
TASMOTA = (
    b'{"Time":"2018-01-17T18:59:50","ENERGY":{"Total":1.956,"Yesterday":0.054,"Today":0.049,"Period":0,"Power":9,'
    b'"Factor":0.43,"Voltage":231,"Current":0.089}}'
)
ZIGBEE = (
    b'{"current":11.12,"energy":10.48,"last_seen":"2021-06-28T19:38:12+02:00","linkquality":39,"power":2441,'
    b'"power_outage_memory":"restore","state":"ON","voltage":223}'
)
HOME_ASSISTANT = (
    b'{"entity_id":"sensor.house_power","state":"0.4125","attributes":{"state_class":"measurement",'
    b'"unit_of_measurement":"kW","device_class":"power","friendly_name":"House power"},'
    b'"last_changed":"2024-06-21T10:00:00.123456+00:00","last_updated":"2024-06-21T10:00:00.123456+00:00"}'
)
BODIES = {
    "pvsim": (b'{"power_w":412.5}', 4_125),
    "shelly-em": (SHELLY_EM, 24_848),
    "shelly-em1": (SHELLY_EM1, 5_018),
    "shelly-plug": (SHELLY_PLUG, 89),
    "tasmota": (TASMOTA, 90),
    "zigbee2mqtt": (ZIGBEE, 24_410),
    "home-assistant": (HOME_ASSISTANT, 4_125),
}


def read(device, body):
    return read_body(body, "", 1_000, DEVICES[device], service="home", meter="m")


@pytest.mark.parametrize("device", DEVICES)
def test_what_the_device_sends_is_read(device):
    body, power_dw = BODIES[device]
    assert read(device, body) == Observed(1_000, False, power_dw)


@pytest.mark.parametrize("device", [device for device in DEVICES if device != "pvsim"])
def test_the_hint_to_whom_the_form_is_missing_names_the_device(device):
    refused = read("pvsim", BODIES[device][0])
    assert refused.reason == Refusal.MISSING
    assert f'device = "{device}"' in refused.detail


def test_home_assistant_also_publishes_the_state_alone():
    assert read("home-assistant", b"412.5") == Observed(1_000, False, 4_125)
    assert read("home-assistant", b"unavailable").reason == Refusal.NO_VALUE


@pytest.mark.parametrize(("unit", "reason"), [(b"kWh", Refusal.UNIT), (b"W", None)])
def test_the_unit_of_the_state_counts(unit, reason):
    answer = read("home-assistant", HOME_ASSISTANT.replace(b"kW", unit))
    assert getattr(answer, "reason", None) == reason


def test_what_looks_like_no_device_is_none():
    assert device_like({"a": 1}) is None
    assert device_like([]) is None
