"""From a configuration to the objects that it describes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import file_digest
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pvsim.config import CurveConfig, ExternalMeter, FileConfig, MeterConfig, RunConfig, zone_of
from pvsim.core import noise
from pvsim.core.load import UniformLoad, WalkLoad
from pvsim.core.plan import RunPlan
from pvsim.core.pv_curve import CurvePv
from pvsim.core.timeline import Timeline
from pvsim.core.types import PowerSource
from pvsim.errors import BadInputError, UsageError

__all__ = ["Models", "file_sha256"]


@dataclass(slots=True)
class Models:
    """The plan, loads and PV source of one configuration, made when first asked for.

    Attributes:
        inputs: What was read from files: filled by `loads` and `pv`.
    """

    config: RunConfig
    plan: RunPlan = field(init=False)
    inputs: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        timeline = Timeline.of_days(self.config.first_date, self.config.days, zone_of(self.config.tz))
        names = tuple(meter.name for meter in self.config.meters)
        self.plan = RunPlan(self.config.run_id, timeline, names, self.config.every_s)

    @property
    def external(self) -> bool:
        """Whether some meter's readings cannot be computed here."""
        return any(isinstance(meter.source, ExternalMeter) for meter in self.config.meters)

    def loads(self) -> Sequence[PowerSource]:
        """The load of each meter.

        Raises:
            BadInputError: if a file does not fit.
            UsageError: if a meter is somebody else's.
        """
        return [self._load(meter) for meter in self.config.meters]

    def pv(self) -> PowerSource:
        """The PV source.

        Raises:
            BadInputError: if a file does not fit.
        """
        if isinstance(self.config.pv, CurveConfig):
            curve = (files("pvsim") / "data" / "pv_curve.csv").read_text()
            return CurvePv.from_curve(curve, self.plan.timeline, peak_kw=self.config.pv.peak_kw)
        return self._measured(self.config.pv, "pv", "pv")

    def _load(self, meter: MeterConfig) -> PowerSource:
        source = meter.source
        if isinstance(source, ExternalMeter):
            what = f"the readings of meter {meter.name} come from elsewhere"
            raise UsageError(what, where="--meter", fix="leave it to its owner, and use pvsim simulate")
        if isinstance(source, FileConfig):
            return self._measured(source, "meter", meter.name)
        stream = noise.key(self.config.seed, "load", source.model, meter.name)
        return UniformLoad(stream) if source.model == "uniform" else WalkLoad(stream)

    def _measured(self, source: FileConfig, quantity: Literal["meter", "pv"], name: str) -> PowerSource:
        from pvsim.adapters.series_csv import read_series  # noqa: PLC0415 - a fifth of the start of most runs
        from pvsim.core.series import Run, SeriesOptions  # noqa: PLC0415

        path = Path(source.path)
        run = Run(self.config.first_date, self.config.days, zone_of(self.config.tz))
        options = SeriesOptions(
            source.column, source.time_column, source.unit, source.fill, source.gaps, source.start
        )
        series = read_series(path, options, quantity=quantity, run=run)
        if file_sha256(path) != source.sha256:
            fix = "restore the file, or start a new run"
            raise BadInputError("the file has changed since the run was made", where=str(path), fix=fix)
        self.inputs[name] = asdict(series.report)
        return series


def file_sha256(path: Path) -> str:
    """Digest of a file; that of nothing where it cannot be read, which reading it reports better."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
