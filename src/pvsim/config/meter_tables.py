"""The tables of `[[meters]]` of listen.toml, as they are written."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct
from msgspec.structs import replace

from pvsim.config.single_settings import MAX_METER_W
from pvsim.core.metering.form import MAX_INTERVAL_S

__all__ = ["Device", "MeterTable", "PhaseTable", "ValueTable", "named_phases", "untaken"]

Device: TypeAlias = Literal[
    "pvsim", "shelly-em", "shelly-em1", "shelly-plug", "tasmota", "zigbee2mqtt", "home-assistant"
]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Paths: TypeAlias = Text | Annotated[tuple[Text, ...], Meta(min_length=1, max_length=12)]

_OF_A_TOPIC = (
    *("device", "power", "energy", "energy_export", "time", "unit", "energy_unit", "sign"),
    *("rollover_kwh", "max_interval_s"),
)
_OF_A_FORM = ("device", "power", "energy")
"""What says where a value is: a phase that has one of them takes nothing of its meter."""


class ValueTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes by one topic, and what it looks like.

    Attributes:
        name: Of what comes.
        topic: The MQTT topic or routing key that it is published to.
        device: What it is, where that says what its bodies look like.
        power: The path to its power in a body; several (phases) are added.
        energy: The path to its counter of energy, instead of power; several are added.
        energy_export: The path to its counter of energy fed in, of a grid meter.
        time: The path to the time of the reading; without it the time of arrival counts.
        unit: Of power.
        energy_unit: Of the counters.
        sign: Whether import is positive, as almost everywhere, or negative.
        rollover_kwh: The state at which its counter goes on from 0; without it a fall is a reset.
        max_interval_s: The longest time between two states of its counter over which energy is spread; where it is
            said, rows wait for the counter, for so long at most.
    """

    name: Text | None = None
    topic: Text | None = None
    device: Device | None = None
    power: Paths | None = None
    energy: Paths | None = None
    energy_export: Paths | None = None
    time: Text | None = None
    unit: Literal["W", "kW"] | None = None
    energy_unit: Literal["Wh", "kWh"] | None = None
    sign: Literal["positive", "negative"] | None = None
    rollover_kwh: Annotated[float, Meta(gt=0, le=1_000_000_000)] | None = None
    max_interval_s: Annotated[int, Meta(ge=1, le=MAX_INTERVAL_S)] | None = None


class PhaseTable(ValueTable, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One phase of a meter, with what it does not have in common with the others.

    Without a name it is L1, L2 and so on, by its place.
    """


class MeterTable(ValueTable, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One meter of a service.

    Attributes:
        name: In the files, and where no topic is given the last level of its routing key.
        phases: The topics of its phases, where each has one of its own: the meter is their sum.
        kind: `load` has powers from 0, `grid` is at the grid connection, where export is negative.
        max_w: The highest power that the meter may show, in W.
    """

    name: Text
    phases: tuple[Text | PhaseTable, ...] | None = None
    kind: Literal["load", "grid"] = "load"
    max_w: Annotated[int, Meta(ge=1, le=MAX_METER_W)] | None = None


def named_phases(meter: MeterTable) -> list[tuple[str, MeterTable]]:
    """The phases of a meter by name, each as a meter of its own: with what it has in common with the others."""
    found = []
    for number, said in enumerate(meter.phases or (), 1):
        phase = PhaseTable(topic=said) if isinstance(said, str) else said
        alone = _is_alone(phase)
        common = MeterTable(name=meter.name, kind=meter.kind, max_w=meter.max_w) if alone else meter
        own = {field: value for field in _OF_A_TOPIC if (value := getattr(phase, field)) is not None}
        name = phase.name or f"L{number}"
        found.append((name, replace(common, phases=None, topic=phase.topic, **own)))
    return found


def untaken(meter: MeterTable) -> list[str]:
    """The settings of a meter that none of its phases takes, as each says itself where its value is."""
    phases = meter.phases or ()
    if not phases or not all(isinstance(phase, PhaseTable) and _is_alone(phase) for phase in phases):
        return []
    return [field for field in _OF_A_TOPIC if getattr(meter, field) is not None]


def _is_alone(phase: PhaseTable) -> bool:
    return any(getattr(phase, field) is not None for field in _OF_A_FORM)
