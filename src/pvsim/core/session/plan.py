"""How a session reads its log: what is fixed while the service runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TypeAlias

from pvsim.core.metering.channels import channel_name
from pvsim.core.metering.form import MeterForm
from pvsim.core.metering.observed import Observed, Refused
from pvsim.core.quantities.types import BRIEFS_RANGE, MeterRange
from pvsim.core.run.plan import MAX_METERS, NAME, NAME_RULE
from pvsim.errors import UsageError

__all__ = ["MAX_HOLD_S", "MAX_LATENESS_S", "ReadBody", "SessionPlan"]

MAX_LATENESS_S = 3_600
MAX_HOLD_S = 86_400

ReadBody: TypeAlias = Callable[[str, bytes, str, int], Observed | Refused]
"""What a body says, by the name of its channel (`house`, `house (L2)`), the body, its content encoding, and when
it came (Unix ms)."""


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """How the messages of one service become rows.

    Attributes:
        service: Its name, in routing keys, and of its directory.
        zone: Where its days begin at midnight.
        read: What the body of each meter says.
        lateness_s: How long a second stays open for readings that come late, and how far ahead of the log's clock
            one may be.
        hold_s: For how long the last value stands for seconds without a reading; 0: such seconds have no row.
        silence_s: After how long without a reading a meter counts as silent; 0: never.
        max_meters: How many meters may join; of these places as many are kept as `forms` has meters.
        topics: The meter's name by routing keys that do not end with it.
        meter_range: What meters may show.
        ranges: The same of the meters named here.
        forms: What the bodies of the meters named here look like; of others that show counters the range alone is
            known.
        phases: What the bodies of each phase look like, by meter and phase, of meters whose phases come apart.
        phase_topics: The phase by routing keys; `topics` has its meter.
        waits: For how long rows wait for counters, by the names of their channels.
    """

    service: str
    zone: tzinfo
    read: ReadBody
    lateness_s: int = 10
    hold_s: int = 0
    silence_s: int = 60
    max_meters: int = MAX_METERS
    topics: Mapping[str, str] = field(default_factory=dict)
    meter_range: MeterRange = BRIEFS_RANGE
    ranges: Mapping[str, MeterRange] = field(default_factory=dict)
    forms: Mapping[str, MeterForm] = field(default_factory=dict)
    phases: Mapping[str, Mapping[str, MeterForm]] = field(default_factory=dict)
    phase_topics: Mapping[str, str] = field(default_factory=dict)
    waits: Mapping[str, int] = field(init=False)
    _forms: Mapping[str, MeterForm] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        forms = {name: form for name, form in self.forms.items() if name not in self.phases}
        for meter, phases in self.phases.items():
            forms |= {channel_name(meter, phase): form for phase, form in phases.items()}
        waits = {name: form.max_interval_s for name, form in forms.items() if form.waits}
        object.__setattr__(self, "waits", waits)
        object.__setattr__(self, "_forms", forms)
        if not NAME.fullmatch(self.service):
            raise UsageError(f"{self.service!r} cannot be the name of a service", field="name", fix=NAME_RULE)
        for name, value, most in (
            ("lateness", self.lateness_s, MAX_LATENESS_S),
            ("hold", self.hold_s, MAX_HOLD_S),
            ("silence", self.silence_s, MAX_HOLD_S),
        ):
            if not 0 <= value <= most:
                what = f"{name} is 0 to {most:,} s, not {value:,} s"
                raise UsageError(what, field=name, fix="for example 10s")
        if not 1 <= self.max_meters <= MAX_METERS:
            what = f"max_meters is 1 to {MAX_METERS:,}, not {self.max_meters:,}"
            raise UsageError(what, field="max_meters", fix=f"for example {MAX_METERS}")
        if len(self.forms) > self.max_meters:
            what = f"max_meters is {self.max_meters:,}, but {len(self.forms):,} meters are described"
            raise UsageError(what, field="max_meters", fix=f"give {len(self.forms)} or more")

    def range_of(self, meter: str) -> MeterRange:
        """What a meter may show."""
        return self.ranges.get(meter, self.meter_range)

    def silence_of(self, channel: str) -> int:
        """After how long without a reading it counts as silent, in seconds: not before its counter is late."""
        wait_s = self.waits.get(channel)
        return self.silence_s if wait_s is None else max(self.silence_s, wait_s + self.lateness_s)

    def form_of(self, channel: str) -> MeterForm:
        """What its bodies look like."""
        return self._forms.get(channel) or MeterForm(meter_range=self.range_of(channel))
