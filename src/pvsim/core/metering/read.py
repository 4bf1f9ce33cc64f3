"""From the body of a message to what its meter says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any

import msgspec

from pvsim.core.messages.contract import VERSION, End, Reading
from pvsim.core.metering.channels import meter_of_channel
from pvsim.core.metering.content import content_of, decoded, refuse_twice
from pvsim.core.metering.devices import device_like
from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.moments import moment_ms, unix_ms
from pvsim.core.metering.numbers import ENERGY_UNITS, POWER_UNITS, scaled
from pvsim.core.metering.observed import Observed, Refused
from pvsim.core.metering.paths import Path, contents, find, path_text
from pvsim.core.metering.refusals import BodyError, Refusal, shown
from pvsim.core.quantities.types import DW_PER_W

__all__ = ["BodyReader", "read_body"]

_JSON = (b"{", b"[", b'"')
_OF_CONTRACT = ("kind", "v", "meter_w")


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Reads the bodies of all meters of a service.

    Attributes:
        service: Its name: the `run` of readings of the contract.
        forms: Of the meters that are described, and of their phases, by the names of channels.
        default: Of all others.
    """

    service: str
    forms: Mapping[str, MeterForm] = field(default_factory=dict)
    default: MeterForm = field(default_factory=MeterForm)

    def __call__(self, channel: str, body: bytes, encoding: str, arrived_ms: int) -> Observed | Refused:
        """As `read_body`."""
        form, meter = self.forms.get(channel, self.default), meter_of_channel(channel)
        return read_body(body, encoding, arrived_ms, form, service=self.service, meter=meter)


def read_body(
    body: bytes, encoding: str, arrived_ms: int, form: MeterForm, *, service: str, meter: str
) -> Observed | Refused:
    """What a body says, whatever it is.

    Args:
        body: As it came.
        encoding: The content encoding of the message; mostly empty.
        arrived_ms: When it came, in Unix milliseconds.
        form: What the meter's bodies look like.
        service: What the `run` of a reading of the contract must be.
        meter: What its `meter` must be.
    """
    try:
        content = content_of(body, encoding)
        if content.startswith(_JSON):
            data = decoded(content)
            refuse_twice(content, form.read_paths, form.quoted)
        else:
            data = _text(content)
        if form.own and isinstance(data, dict):
            return _own(data, arrived_ms, form, service=service, meter=meter)
        return _by_paths(data, arrived_ms, form)
    except BodyError as error:
        return error.refused


def _text(content: bytes) -> str:
    if not content:
        raise BodyError(Refusal.NO_VALUE, "an empty body")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BodyError(Refusal.NOT_TEXT, f"not UTF-8: {shown(content)}") from error


def _own(data: dict[str, Any], arrived_ms: int, form: MeterForm, *, service: str, meter: str) -> Observed:
    """What an object in one of pvsim's own forms says."""
    if "power_w" in data:
        power = scaled(data["power_w"], DW_PER_W, POWER_UNITS)
        return _observed(moment_ms(data.get("time")), arrived_ms, power, form)
    if any(name in data for name in _OF_CONTRACT):
        return _of_contract(data, arrived_ms, form, service=service, meter=meter)
    device = device_like(data)
    described = f'device = "{device}"' if device else "power = PATH"
    fix = f'no power_w; describe the meter in listen.toml: [[meters]] with name = "{meter}" and {described}'
    raise BodyError(Refusal.MISSING, f"{fix}; the body is {contents(data)}")


def _of_contract(data: dict[str, Any], arrived_ms: int, form: MeterForm, *, service: str, meter: str) -> Observed:
    if data.get("v") != VERSION:
        raise BodyError(Refusal.VERSION, f"v is {shown(data.get('v'))}; this is version {VERSION}")
    try:
        message = msgspec.convert(data, Reading | End)
    except msgspec.ValidationError as error:
        raise BodyError(Refusal.CONTRACT, str(error)) from error
    if isinstance(message, End):
        raise BodyError(Refusal.CONTRACT, "the end of a run; a service has none")
    if message.run != service:
        raise BodyError(Refusal.OTHER_SERVICE, f"run is {shown(message.run)}; the service is {service}")
    if message.meter != meter:
        raise BodyError(Refusal.OTHER_METER, f"meter is {shown(message.meter)}; it came as {meter}")
    return _observed(unix_ms(message.t_utc), arrived_ms, message.meter_w * DW_PER_W, form)


def _by_paths(data: Any, arrived_ms: int, form: MeterForm) -> Observed:
    """What a body says at the paths of its form."""
    alone = (form.bare or form.own) and not isinstance(data, dict)
    t_ms = None if form.time is None or alone else _time(data, form.time)
    if form.energy:
        counters = _state(data, form.energy, form), _state(data, form.energy_export, form)
        return Observed(arrived_ms if t_ms is None else t_ms, t_ms is not None, None, counters)
    unit_dw = form.unit_dw if form.unit_at is None or alone else _unit_dw(data, form.unit_at, form.unit_dw)
    values = [scaled(find(data, path), unit_dw, POWER_UNITS) for path in (((),) if alone else form.power)]
    return _observed(t_ms, arrived_ms, fsum(values), form)


def _time(data: Any, path: Path) -> int | None:
    try:
        value = find(data, path)
    except BodyError:
        return None
    return moment_ms(value)


def _unit_dw(data: Any, path: Path, usual_dw: int) -> int:
    try:
        unit = find(data, path)
    except BodyError:
        return usual_dw
    factor = POWER_UNITS.get(unit.lower()) if isinstance(unit, str) else None
    if factor is None:
        raise BodyError(Refusal.UNIT, f"{path_text(path)} is {shown(unit)}; a power is in W or kW")
    return factor


def _state(data: Any, paths: Sequence[Path], form: MeterForm) -> int:
    """The state of a counter in mWh."""
    state = round(fsum(scaled(find(data, path), form.unit_mwh, ENERGY_UNITS) for path in paths))
    if state < 0:
        raise BodyError(Refusal.RANGE, f"{state / 1_000:.10g} Wh cannot be the state of a counter")
    return state


def _observed(t_ms: int | None, arrived_ms: int, power: float, form: MeterForm) -> Observed:
    """A power in 0.1 W, if the meter may show it."""
    power_dw = round(power * form.sign)
    low, high = form.meter_range.low_dw, form.meter_range.high_dw
    if low <= power_dw <= high:
        return Observed(arrived_ms if t_ms is None else t_ms, t_ms is not None, power_dw)
    value = f"{power * form.sign / DW_PER_W:.10g} W"
    if -high <= power_dw < 0:
        fix = 'in listen.toml, kind = "grid" allows it, sign = "negative" turns it round'
        raise BodyError(Refusal.NEGATIVE, f"{value}; {fix}")
    raise BodyError(Refusal.RANGE, f"{value} is outside {form.meter_range}; max_w in listen.toml sets the most")
