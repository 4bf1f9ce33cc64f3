"""Settings of a request that do not fit each other."""

from collections.abc import Sequence

from pvsim.config.connection import ConnectionConfig
from pvsim.config.request import Request
from pvsim.config.run_config import ExternalMeter, FileConfig, MeterConfig
from pvsim.core.run.partitions import check_partitions
from pvsim.core.site.schema import Site
from pvsim.errors import UsageError

__all__ = ["check_missing", "check_partitions_fit", "is_external", "refuse_no_grid_meter"]


def is_external(text: str) -> bool:
    """Whether somebody else publishes the readings of a meter, by what is said of it."""
    return text == "external" or text.endswith("=external")


def check_missing(texts: Sequence[str], request: Request) -> None:
    """Refuse what is said of readings that get lost where there is no external meter: our own loses none."""
    for name in ("missing", "timeout_s"):
        if getattr(request.meter, name) is not None and not any(map(is_external, texts)):
            field = f"meter.{name}"
            what = f"`{field}` is about readings of an external meter, but there is none"
            raise UsageError(what, field=field, fix="add `meter.source` external, or leave it out")


def check_partitions_fit(request: Request) -> None:
    """Refuse partitions that cannot be, or whose files would be split by days as well."""
    if request.partitions is None:
        return
    check_partitions(request.partitions)
    if request.split != "none":
        what = "`partitions` gives each partition a file of rows of its own, which is not split by days as well"
        fix = "leave `split` out, or leave `partitions` out, which up to 1,000 meters do not need"
        raise UsageError(what, field="split", fix=fix)


def refuse_no_grid_meter(
    meters: Sequence[MeterConfig], request: Request, site: Site | None, connection: ConnectionConfig | None
) -> None:
    """Refuse what a meter at the grid connection cannot be, or can mean in two ways."""
    field = "meter.kind"
    if not all(isinstance(meter.source, FileConfig | ExternalMeter) for meter in meters):
        fix = "give a FILE.csv or external as `meter.source`, or leave `meter.kind` out"
        what = "grid says what a file or an external meter measures; the others are loads"
        raise UsageError(what, field=field, fix=fix)
    if site is None:
        return
    if request.pv.source is None:
        what = f"a grid meter holds the PV that is there already: does site {site.name} add to it?"
        raise UsageError(
            what, field=field, fix="add `pv.source` site if its plants are new ones, else `pv.source` none"
        )
    limits = [step.reason for step in connection.export if step.reason] if connection is not None else []
    if site.grid.export_limit_kw is not None or limits:
        what = f"the PV behind a grid meter cannot be curtailed to the export limit of site {site.name}"
        fix = (
            f"leave it out of the site file ({limits[0]})"
            if limits
            else "leave export_limit_kw out of the site file"
        )
        raise UsageError(what, field=field, fix=fix)
