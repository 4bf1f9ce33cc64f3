"""The local days of a service: what they are made of, and the run that each meter's day is in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from pvsim.adapters.clocks import utc_now
from pvsim.config import ExternalMeter, FileConfig, MeterConfig, MeterRequest, Request, RunConfig, SitePvConfig
from pvsim.config.zones import zone_of
from pvsim.core.quantities.types import BRIEFS_RANGE, DW_PER_W, MeterRange
from pvsim.core.run.plan import RunPlan
from pvsim.core.session.closed import Day, EndedDay
from pvsim.core.session.state import SessionState
from pvsim.core.site.schema import FileWeather
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.build import build_pv, plan_of
from pvsim.wiring.configure import configure

__all__ = ["ServiceDays", "day_id"]

_ANY = "m1"
_ID_CHARS = 8


def day_id(service: str, meter: str, day: date) -> str:
    """The run id of a meter's day."""
    name = sha256(f"{service}/{meter}/{day}".encode()).hexdigest()[:_ID_CHARS]
    return f"{day:%Y%m%d}-{name}"


@dataclass
class ServiceDays:
    """Fulfils `DaySources` and `session_files.DayForms`.

    What a day is made of (site, PV, battery, whether values are held) is fixed when its first row is there, and
    kept with the checkpoint: a service that is started with other settings has them from the next midnight on.

    Attributes:
        service: Name of the service.
        request: Site, PV, time zone and seed; what it says of days and meters is not looked at.
        hold_s: For how long values are held.
        meter_range: What meters may show.
        ranges: The same of the meters named here.
    """

    service: str
    request: Request
    hold_s: int = 0
    meter_range: MeterRange = BRIEFS_RANGE
    ranges: Mapping[str, MeterRange] = field(default_factory=dict)
    _configs: dict[date, RunConfig] = field(default_factory=dict, init=False)
    _holds: dict[date, bool] = field(default_factory=dict, init=False)
    _today: date | None = field(default=None, init=False)
    _plans: dict[tuple[str, date], RunPlan] = field(default_factory=dict, init=False)

    @property
    def zone(self) -> ZoneInfo:
        """Where days begin at midnight; raises as `configure`."""
        return zone_of(self._new_config(utc_now().date()).tz)

    def of_day(self, day: date) -> Day:
        """See `DaySources.of_day`; raises as `configure` and `build_pv`."""
        config = self._config(day)
        plan = plan_of(config)
        battery = "" if config.battery is None else msgspec.json.encode(config.battery).decode()
        try:
            pv = build_pv(config, plan).source
        except BadInputError as error:
            if "`pv." in error.fix:  # an option of a run, not of a service
                error.fix = f"give a file from which {day} can be read without options; the service goes on there"
            raise
        return Day(plan.timeline, pv, plan.balance, battery)

    def refuse_unreadable(self, day: date) -> None:
        """Read a file of PV power or weather now: the first row for which it is needed may be hours away.

        Raises:
            BadInputError: if the power of the day cannot be read from it.
        """
        pv = self._config(day).pv
        if isinstance(pv, FileConfig) or (
            isinstance(pv, SitePvConfig) and isinstance(pv.site.weather, FileWeather)
        ):
            self.of_day(day)

    def plan_of(self, meter: str, day: date) -> RunPlan:
        """See `DayForms.plan_of`."""
        if (plan := self._plans.get((meter, day))) is None:
            self._plans = {key: each for key, each in self._plans.items() if key[1] == day}
            plan = self._plans[meter, day] = plan_of(self._config_of_meter(meter, day))
        return plan

    def config_of(self, day: date) -> bytes:
        """See `DayForms.config_of`."""
        return msgspec.json.encode(self._config(day))

    def restore(self, configs: Mapping[str, bytes], state: SessionState) -> None:
        """See `DayForms.restore`."""
        for day, content in configs.items():
            self._configs[date.fromisoformat(day)] = msgspec.json.decode(content, type=RunConfig)
        self._today = state.day
        if state.day is not None:
            self._holds[state.day] = state.hold_s > 0

    def config_of_meter(self, ended: EndedDay) -> bytes:
        """See `DayForms.config_of_meter`."""
        config = self._config_of_meter(ended.meter, ended.day)
        if ended.stored_at_start:  # of one battery; its first number is the energy
            config = replace(config, stored_at_start=ended.stored_at_start[:1])
        return msgspec.json.encode(config)

    def notes(self) -> tuple[str, ...]:
        """What a user should know of settings that have changed during a day; raises as `configure`."""
        began = self._configs.get(self._today) if self._today is not None else None
        if self._today is None or began is None or began == self._new_config(self._today):
            return ()
        on = f"site, PV and battery of {self._today} are as they were when it began"
        return (f"{on}; as they are now from the next midnight on",)

    def _config(self, day: date) -> RunConfig:
        """What all meters of a day have in common."""
        if day not in self._configs:
            self._configs[day] = self._new_config(day)
        return self._configs[day]

    def _new_config(self, day: date) -> RunConfig:
        holds = self._holds.get(day, self.hold_s > 0)
        request = replace(
            self.request,
            date=day.isoformat(),
            days=1,
            hours=None,
            partitions=None,
            meter=MeterRequest(source=f"{_ANY}=external", missing="hold" if holds else "skip"),
            meters=None,
            every="1s",
            split="none",
            format="csv",
            batch=1,
            run_id=_ANY,
        )
        config = configure(request)
        if not isinstance(config.pv, FileConfig):
            return config
        if config.pv.start is not None:
            what = "a service takes each day's PV power from the same day of its file"
            raise UsageError(what, field="pv.start", fix="leave it out")
        return replace(config, pv=replace(config.pv, start=day))

    def _config_of_meter(self, meter: str, day: date) -> RunConfig:
        may = self.ranges.get(meter, self.meter_range)
        return replace(
            self._config(day),
            run_id=day_id(self.service, meter, day),
            meters=(MeterConfig(meter, ExternalMeter()),),
            meter_kind="grid" if may.grid else "load",
            meter_max_w=may.high_dw // DW_PER_W,
            stored_at_start=UNSET,
        )
