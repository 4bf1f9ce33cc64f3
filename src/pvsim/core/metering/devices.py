"""The forms of devices that many people have, by name."""

from collections.abc import Mapping
from typing import Any

from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.paths import find
from pvsim.core.metering.refusals import BodyError

__all__ = ["DEVICES", "device_like"]

DEVICES: Mapping[str, MeterForm] = {
    "pvsim": MeterForm(),
    "shelly-em": MeterForm(power=(("total_act_power",),)),
    "shelly-em1": MeterForm(power=(("act_power",),)),
    "shelly-plug": MeterForm(power=(("apower",),)),
    "tasmota": MeterForm(power=(("ENERGY", "Power"),)),
    "zigbee2mqtt": MeterForm(power=(("power",),)),
    "home-assistant": MeterForm(power=(("state",),), bare=True, unit_at=("attributes", "unit_of_measurement")),
}
"""None of them has a time that is surely that of its value: Tasmota's has no offset, Home Assistant's is that of
the last change, zigbee2mqtt's that of the device's last message of any kind. The time of arrival counts."""


def device_like(data: Any) -> str | None:
    """The device whose bodies look like this one; None if none does."""
    for name, form in DEVICES.items():
        try:
            found = [find(data, path) for path in form.power]
        except BodyError:
            continue
        if found:
            return name
    return None
