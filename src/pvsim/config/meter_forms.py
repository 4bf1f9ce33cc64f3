"""The meters that a service's file describes: `[[meters]]` of listen.toml."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from pvsim.config.single_settings import MAX_METER_W
from pvsim.core.metering.devices import DEVICES
from pvsim.core.metering.form import MAX_INTERVAL_S, MeterForm
from pvsim.core.metering.numbers import ENERGY_UNITS, POWER_UNITS
from pvsim.core.metering.paths import Path, parse_path
from pvsim.core.quantities.types import METER_MAX_W, MeterRange
from pvsim.core.run.plan import MAX_METERS
from pvsim.core.session.names import METER_NAME_RULE, is_name
from pvsim.core.site.problems import item_path
from pvsim.errors import UsageError

__all__ = ["MeterForms", "MeterTable", "meter_forms", "meter_problems", "routing_key_of"]

Device: TypeAlias = Literal[
    "pvsim", "shelly-em", "shelly-em1", "shelly-plug", "tasmota", "zigbee2mqtt", "home-assistant"
]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Paths: TypeAlias = Text | Annotated[tuple[Text, ...], Meta(min_length=1, max_length=12)]

_MWH_PER_KWH = 1_000_000
_WILD = "+#*"
_LONGEST_KEY = 255
"""Bytes of a routing key of AMQP."""


class MeterTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One meter of a service.

    Attributes:
        name: In the files, and where no `topic` is given the last level of its routing key.
        topic: The MQTT topic or routing key that it publishes to, where that is not `meter/<service>/<name>`.
        device: What it is, where that says what its bodies look like.
        power: The path to its power in a body; several (phases) are added.
        energy: The path to its counter of energy, instead of power; several are added.
        energy_export: The path to its counter of energy fed in, of a grid meter.
        time: The path to the time of the reading; without it the time of arrival counts.
        unit: Of power.
        energy_unit: Of the counters.
        sign: Whether import is positive, as almost everywhere, or negative.
        kind: `load` has powers from 0, `grid` is at the grid connection, where export is negative.
        max_w: The highest power that the meter may show, in W.
        rollover_kwh: The state at which its counter goes on from 0; without it a fall is a reset.
        max_interval_s: The longest time between two states of its counter over which energy is spread; where it is
            said, rows wait for the counter, for so long at most.
    """

    name: Text
    topic: Text | None = None
    device: Device | None = None
    power: Paths | None = None
    energy: Paths | None = None
    energy_export: Paths | None = None
    time: Text | None = None
    unit: Literal["W", "kW"] | None = None
    energy_unit: Literal["Wh", "kWh"] | None = None
    sign: Literal["positive", "negative"] | None = None
    kind: Literal["load", "grid"] = "load"
    max_w: Annotated[int, Meta(ge=1, le=MAX_METER_W)] | None = None
    rollover_kwh: Annotated[float, Meta(gt=0, le=1_000_000_000)] | None = None
    max_interval_s: Annotated[int, Meta(ge=1, le=MAX_INTERVAL_S)] | None = None


@dataclass(frozen=True, slots=True)
class MeterForms:
    """What the meters of a service look like.

    Attributes:
        forms: Of those that are described, by name.
        topics: Their names by routing key, where it does not end with the name.
        default: Of all others.
    """

    forms: Mapping[str, MeterForm]
    topics: Mapping[str, str]
    default: MeterForm


def meter_forms(tables: Sequence[MeterTable], *, max_w: int = METER_MAX_W) -> MeterForms:
    """The forms of the meters of a file in which `meter_problems` finds none.

    Args:
        tables: The meters.
        max_w: The highest power of those that say none, and of those that are not described.
    """
    forms = {table.name: _form(table, max_w) for table in tables}
    topics = {routing_key_of(table.topic): table.name for table in tables if table.topic is not None}
    return MeterForms(forms, topics, MeterForm(meter_range=MeterRange.up_to(max_w)))


def routing_key_of(topic: str) -> str:
    """The routing key by which the broker hands on what is published to an MQTT topic."""
    return topic.replace("/", ".")


def meter_problems(tables: Sequence[MeterTable]) -> list[str]:
    """What is wrong with the meters of a file beyond their types, each with its place: `meter 2 (plug): …`."""
    found = []
    names = {table.name for table in tables if table.topic is None}
    for index, table in enumerate(tables):
        where = item_path("meters", index, table)
        of_table = (*_of_names(table), *_of_others(table, names), *_of_paths(table), *_unused(table))
        found += [f"{where} {problem}" for problem in of_table]
    if len(tables) > MAX_METERS:
        found.append(f"meters: {len(tables):,}, where a service has {MAX_METERS:,} at most")
    names_said = [table.name for table in tables]
    return [*found, *_twice("name", names_said), *_but_for_case(names_said), *_twice("topic", _keys(tables))]


def _form(table: MeterTable, max_w: int) -> MeterForm:
    form = DEVICES[table.device] if table.device is not None else MeterForm()
    if table.power is not None or table.energy is not None:
        power, energy, export = (_paths(said) for said in (table.power, table.energy, table.energy_export))
        form = MeterForm(power=power, energy=energy, energy_export=export)
    grid = table.kind == "grid"
    return replace(
        form,
        time=None if table.time is None else parse_path(table.time, "time"),
        unit_dw=POWER_UNITS[(table.unit or "W").lower()],
        unit_mwh=ENERGY_UNITS[(table.energy_unit or "Wh").lower()],
        sign=-1 if table.sign == "negative" else 1,
        rollover_mwh=None if table.rollover_kwh is None else round(table.rollover_kwh * _MWH_PER_KWH),
        max_interval_s=table.max_interval_s or form.max_interval_s,
        waits=table.max_interval_s is not None,
        meter_range=MeterRange.up_to(table.max_w or max_w, grid=grid),
    )


def _paths(said: str | tuple[str, ...] | None) -> tuple[Path, ...]:
    return tuple(parse_path(text, "power") for text in _texts(said))


def _texts(said: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return () if said is None else (said,) if isinstance(said, str) else said


def _of_names(table: MeterTable) -> Iterator[str]:
    if not is_name(table.name):
        yield f"name: {table.name[:40]!r} cannot be a name: {METER_NAME_RULE}"
    topic = table.topic
    if topic is None:
        return
    if any(mark in topic for mark in _WILD):
        yield f"topic: {topic[:80]!r} has + # or *; name one topic, and a meter for each"
    elif not topic.isprintable() or len(topic.encode()) > _LONGEST_KEY:
        yield f"topic: it has a character that cannot be printed, or more than {_LONGEST_KEY} bytes"


def _of_others(table: MeterTable, names: Container[str]) -> Iterator[str]:
    """A topic that is that of another meter, which has none of its own."""
    match [] if table.topic is None else routing_key_of(table.topic).split("."):
        case ["meter", _, name] if name in names:
            yield f"topic: that of the meter {name} of this file; leave one of the two out"


def _of_paths(table: MeterTable) -> Iterator[str]:
    said = {"power": table.power, "energy": table.energy, "energy_export": table.energy_export, "time": table.time}
    for field, texts in said.items():
        paths = []
        for text in _texts(texts):
            try:
                paths.append(parse_path(text, field))
            except UsageError as error:
                yield f"{error.what.replace('`', '')}; {error.fix}"
        if len(set(paths)) < len(paths):
            yield f"{field}: a path stands twice, so that its value would count twice"


def _unused(table: MeterTable) -> Iterator[str]:
    """Settings that contradict each other, or that nothing would use."""
    by_path = table.power is not None or table.energy is not None
    if table.power is not None and table.energy is not None:
        yield "energy: the meter has power; leave one of the two out"
    if table.device is not None and by_path:
        yield f'device: "{table.device}" says where the value is; leave it or the path out'
    if table.energy is None:
        of_counters = ("energy_export", "energy_unit", "rollover_kwh", "max_interval_s")
        for field in (name for name in of_counters if getattr(table, name) is not None):
            yield f"{field}: it is of a counter, but the meter has no energy = PATH"
    else:
        for field, instead in (("unit", "energy_unit"), ("sign", "energy and energy_export the other way round")):
            if getattr(table, field) is not None:
                yield f"{field}: it is of power, but the meter has a counter; give {instead}"
    if table.energy_export is not None and table.kind == "load":
        yield 'energy_export: a load meter has none; write kind = "grid"'
    if table.time is not None and not by_path and table.device in {None, "pvsim"}:
        yield "time: it goes with power = PATH; pvsim's own forms have their time in t_utc or time"


def _keys(tables: Sequence[MeterTable]) -> list[str]:
    return [routing_key_of(table.topic) for table in tables if table.topic is not None]


def _but_for_case(names: Sequence[str]) -> Iterator[str]:
    """Names that are one directory on a disk that does not tell small letters from capital ones."""
    spelled: dict[str, str] = {}
    for name in dict.fromkeys(names):
        if (other := spelled.setdefault(name.lower(), name)) != name:
            yield f"meters: {other[:40]} and {name[:40]} differ only in capital letters; rename one"


def _twice(field: str, values: Sequence[str]) -> Iterator[str]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield f"meters: two have the same {field} {value[:80]!r}"
