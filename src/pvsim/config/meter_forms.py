"""The meters that a service's file describes: `[[meters]]` of listen.toml."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pvsim.config.meter_tables import MeterTable, named_phases, untaken
from pvsim.core.metering.channels import channel_name
from pvsim.core.metering.devices import DEVICES
from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.numbers import ENERGY_UNITS, POWER_UNITS
from pvsim.core.metering.paths import Path, parse_path
from pvsim.core.quantities.types import METER_MAX_W, MeterRange
from pvsim.core.run.plan import MAX_METERS, NAME, NAME_RULE
from pvsim.core.session.names import METER_NAME_RULE, is_name
from pvsim.core.site.problems import item_path
from pvsim.errors import UsageError

__all__ = ["FEWEST_PHASES", "MOST_PHASES", "MeterForms", "meter_forms", "meter_problems", "routing_key_of"]

_MWH_PER_KWH = 1_000_000
_WILD = "+#*"
_LONGEST_KEY = 255
"""Bytes of a routing key of AMQP."""
FEWEST_PHASES, MOST_PHASES = 2, 12


@dataclass(frozen=True, slots=True)
class MeterForms:
    """What the meters of a service look like.

    Attributes:
        forms: Of those that are described, by name.
        topics: Their names by routing key, where it does not end with the name.
        default: Of all others.
        phases: Of each phase, by meter and phase, of those whose phases come apart.
        phase_topics: The names of these phases by routing key.
    """

    forms: Mapping[str, MeterForm]
    topics: Mapping[str, str]
    default: MeterForm
    phases: Mapping[str, Mapping[str, MeterForm]] = field(default_factory=dict)
    phase_topics: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_channel(self) -> Mapping[str, MeterForm]:
        """Of all that are described, by the names of their channels."""
        phases = ((meter, phase, form) for meter, forms in self.phases.items() for phase, form in forms.items())
        return {**self.forms, **{channel_name(meter, phase): form for meter, phase, form in phases}}


def meter_forms(tables: Sequence[MeterTable], *, max_w: int = METER_MAX_W) -> MeterForms:
    """The forms of the meters of a file in which `meter_problems` finds none.

    Args:
        tables: The meters.
        max_w: The highest power of those that say none, and of those that are not described.
    """
    forms = {table.name: _form(table, max_w) for table in tables}
    topics = {routing_key_of(table.topic): table.name for table in tables if table.topic is not None}
    phases: dict[str, dict[str, MeterForm]] = {}
    phase_topics = {}
    for table in tables:
        for phase, each in named_phases(table):
            key = routing_key_of(each.topic or "")
            topics[key], phase_topics[key] = table.name, phase
            phases.setdefault(table.name, {})[phase] = _form(each, max_w)
    default = MeterForm(meter_range=MeterRange.up_to(max_w))
    return MeterForms(forms, topics, default, phases, phase_topics)


def routing_key_of(topic: str) -> str:
    """The routing key by which the broker hands on what is published to an MQTT topic."""
    return topic.replace("/", ".")


def meter_problems(tables: Sequence[MeterTable]) -> list[str]:
    """What is wrong with the meters of a file beyond their types, each with its place: `meter 2 (plug): …`."""
    found = []
    names = {table.name for table in tables if table.topic is None and not table.phases}
    for index, table in enumerate(tables):
        where = item_path("meters", index, table)
        of_table = (*_of_names(table), *_of_others(table, names), *_of_phases(table), *_of_paths(table))
        found += [f"{where} {problem}" for problem in (*of_table, *(() if table.phases else _unused(table)))]
        for number, (name, phase) in enumerate(named_phases(table)):
            within = item_path(f"{where} phases", number, {"name": name})
            of_phase = (
                *_of_topic(phase.topic or ""),
                *_of_others(phase, names),
                *_of_paths(phase),
                *_unused(phase),
            )
            found += [f"{within} {problem}" for problem in of_phase]
    if len(tables) > MAX_METERS:
        found.append(f"meters: {len(tables):,}, where a service has {MAX_METERS:,} at most")
    names_said = [table.name for table in tables]
    return [*found, *_twice("name", names_said), *_but_for_case(names_said), *_same_topics(tables)]


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
    if table.topic is not None:
        yield from _of_topic(table.topic)


def _of_topic(topic: str) -> Iterator[str]:
    if not topic:
        yield "topic: missing"
    elif any(mark in topic for mark in _WILD):
        yield f"topic: {topic[:80]!r} has + # or *; name one topic, a meter or a phase for each"
    elif not topic.isprintable() or len(topic.encode()) > _LONGEST_KEY:
        yield f"topic: it has a character that cannot be printed, or more than {_LONGEST_KEY} bytes"


def _of_phases(table: MeterTable) -> Iterator[str]:
    if table.phases is None:
        return
    if len(table.phases) < FEWEST_PHASES:
        yield f"phases: {len(table.phases)}, where a sum has 2 or more; write topic = ... for a single one"
    if len(table.phases) > MOST_PHASES:
        yield f"phases: {len(table.phases):,}, where a meter has {MOST_PHASES} at most; describe more meters"
    if table.topic is not None:
        yield "topic: each of its phases has its own; leave one of the two out"
    for setting in untaken(table):
        yield f"{setting}: each phase has a device or path of its own and takes none of its meter; give it to them"
    names = [name for name, _ in named_phases(table)]
    for name in names:
        if not NAME.fullmatch(name):
            yield f"phases: {name[:40]!r} cannot be a name: {NAME_RULE}"
    lower = [name.lower() for name in names]
    for name in sorted({name for name in names if lower.count(name.lower()) > 1}):
        yield f"phases: {name[:40]} is the name of two, capital letters apart; give each another name"


def _of_others(table: MeterTable, names: Container[str]) -> Iterator[str]:
    """A topic that is that of another meter, which has none of its own."""
    match [] if table.topic is None else routing_key_of(table.topic).split("."):
        case ["meter", _, name] if name in names:
            yield f"topic: that of the meter {name} of this file; leave one of the two out"


def _of_paths(table: MeterTable) -> Iterator[str]:
    said = {"power": table.power, "energy": table.energy, "energy_export": table.energy_export, "time": table.time}
    for name, texts in said.items():
        paths = []
        for text in _texts(texts):
            try:
                paths.append(parse_path(text, name))
            except UsageError as error:
                yield f"{error.what.replace('`', '')}; {error.fix}"
        if len(set(paths)) < len(paths):
            yield f"{name}: a path stands twice, so that its value would count twice"


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


def _same_topics(tables: Sequence[MeterTable]) -> Iterator[str]:
    """A message is of one meter, and of one of its phases."""
    owners: dict[str, list[str]] = {}
    for table in tables:
        phases = [(channel_name(table.name, name), phase.topic) for name, phase in named_phases(table)]
        for owner, topic in [(table.name, table.topic), *phases]:
            if topic:
                owners.setdefault(routing_key_of(topic), []).append(owner)
    for key, of in owners.items():
        if len(of) > 1:
            yield f"meters: {' and '.join(of)} have the same topic {key[:80]!r}; give each its own"


def _but_for_case(names: Sequence[str]) -> Iterator[str]:
    """Names that are one directory on a disk that does not tell small letters from capital ones."""
    spelled: dict[str, str] = {}
    for name in dict.fromkeys(names):
        if (other := spelled.setdefault(name.lower(), name)) != name:
            yield f"meters: {other[:40]} and {name[:40]} differ only in capital letters; rename one"


def _twice(field: str, values: Sequence[str]) -> Iterator[str]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield f"meters: two have the same {field} {value[:80]!r}"
