"""What Home Assistant is told, so that it finds the values of a service by itself (MQTT discovery).

One device for the service with the sums over its meters, and one for each meter: its power, PV, grid and battery.
All values of a device are taken from one message, so that they are of the same time. Energies are counters of
whole Wh that never fall (`total_increasing`). A power that is not renewed becomes unavailable; an energy stays.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from pvsim.core.publishing.contract import ServiceState, State
from pvsim.core.publishing.topics import Publication, availability_topic, state_topic

__all__ = ["BIRTH_PAYLOAD", "PREFIX", "birth_topic", "discovery"]

PREFIX = "homeassistant"
BIRTH_PAYLOAD = b"online"
EXPIRES_S = 120
"""A power that is older than so many seconds, and three periods, is shown as unavailable."""


@dataclass(frozen=True, slots=True)
class _Entity:
    """One value as Home Assistant shows it."""

    value: str
    name: str
    device_class: str
    unit: str
    template: str = ""

    @property
    def is_counter(self) -> bool:
        return self.device_class == "energy"


_POWERS = (
    _Entity("meter_w", "Meter power", "power", "W"),
    _Entity("pv_w", "PV power", "power", "W"),
    _Entity("grid_w", "Grid power", "power", "W"),
    _Entity("battery_w", "Battery power", "power", "W"),
    _Entity("soc", "Battery state of charge", "battery", "%", "{{ (value_json.soc * 100) | round(1) }}"),
)
_COUNTERS = (
    _Entity("meter_import_wh", "Meter energy", "energy", "Wh"),
    _Entity("meter_export_wh", "Meter energy returned", "energy", "Wh"),
    _Entity("pv_wh", "PV energy", "energy", "Wh"),
    _Entity("import_wh", "Grid import", "energy", "Wh"),
    _Entity("export_wh", "Grid export", "energy", "Wh"),
    _Entity("charge_wh", "Battery charged", "energy", "Wh"),
    _Entity("discharge_wh", "Battery discharged", "energy", "Wh"),
)


def birth_topic(prefix: str = PREFIX) -> str:
    """Where Home Assistant says `online` when it has started: then it is told again."""
    return f"{prefix}/status"


def discovery(state: State | ServiceState, version: str, prefix: str = PREFIX) -> tuple[Publication, ...]:
    """The documents about the values that a state has.

    Args:
        state: Any state of the meter or of the service.
        version: Of pvsim.
        prefix: What Home Assistant's discovery topics begin with.
    """
    entities = [entity for entity in (*_POWERS, *_COUNTERS) if _has(state, entity)]
    return tuple(_document(state, entity, version, prefix) for entity in entities)


def _has(state: State | ServiceState, entity: _Entity) -> bool:
    holder: object = state.counters if entity.is_counter else state
    return getattr(holder, entity.value, msgspec.UNSET) is not msgspec.UNSET


def _document(state: State | ServiceState, entity: _Entity, version: str, prefix: str) -> Publication:
    meter = state.meter if isinstance(state, State) else None
    path = f"counters.{entity.value}" if entity.is_counter else entity.value
    document: dict[str, Any] = {
        "name": entity.name,
        "unique_id": ":".join(["pvsim", state.service, *([meter] if meter else []), entity.value]),
        "state_topic": state_topic(state.service, meter),
        "value_template": entity.template or f"{{{{ value_json.{path} }}}}",
        "device_class": entity.device_class,
        "state_class": "total_increasing" if entity.is_counter else "measurement",
        "unit_of_measurement": entity.unit,
        "availability_topic": availability_topic(state.service),
        "device": _device(state.service, meter),
        "origin": {"name": "pvsim", "sw_version": version},
    }
    if not entity.is_counter:
        document["expire_after"] = max(EXPIRES_S, 3 * state.every_s)
    object_id = entity.value if meter is None else f"{entity.value}-{meter}"  # no value has a -, so it is unique
    topic = f"{prefix}/sensor/pvsim_{state.service}/{object_id}/config"
    return Publication(topic, msgspec.json.encode(document))


def _device(service: str, meter: str | None) -> dict[str, Any]:
    of_service = f"pvsim:{service}"
    if meter is None:
        return {"identifiers": [of_service], "name": f"pvsim {service}", "manufacturer": "pvsim"}
    return {
        "identifiers": [f"{of_service}:{meter}"],
        "name": f"{service} {meter}",
        "manufacturer": "pvsim",
        "via_device": of_service,
    }
