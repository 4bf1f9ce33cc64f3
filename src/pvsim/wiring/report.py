"""The page about a run: its profile from the proving pass, its facts from the manifest, in one HTML file."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pvsim import __version__
from pvsim.adapters.rundir import Manifest
from pvsim.config import NoPvConfig, RunConfig, SitePvConfig, SyntheticMeter
from pvsim.wiring.build import is_external
from pvsim.wiring.finished import FinishedRun
from pvsim.wiring.places import followed, write_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pvsim.app.report.facts import RunFacts
    from pvsim.config.connection import ExportStep
    from pvsim.core.results.profile import Profile
    from pvsim.core.results.summary import Summary
    from pvsim.wiring.runs import Run

__all__ = ["REPORT", "export_steps", "facts_of", "prepare_report", "write_report"]

REPORT = "report.html"


def prepare_report() -> None:
    """Import and compile what a page needs; `write_report` does it otherwise."""
    import pvsim.app.report.compose  # noqa: PLC0415, F401 - only pages need it
    from pvsim.adapters.html import template  # noqa: PLC0415 - as above

    template()


def write_report(
    run: "Run", profile: "Profile", language: str, *, summary: "Summary | None" = None, out: Path | None = None
) -> Path:
    """Write the page about a run that has ended, all or nothing.

    Args:
        run: The run.
        profile: It has taken the rows in the run's proving pass.
        language: Of the page; one of `pvsim.adapters.html.LANGUAGES`.
        summary: What the run comes to; None is what its `summary.json` says.
        out: Where to; None is `report.html` in its directory.

    Returns:
        Where it is.

    Raises:
        CannotWriteError: if the disk is full or fails.
    """
    from pvsim.adapters.html import rendered, words_of  # noqa: PLC0415 - only pages need them
    from pvsim.app.report.compose import page_of  # noqa: PLC0415
    from pvsim.app.report.forms import Forms  # noqa: PLC0415

    directory, models = run.directory, run.models
    facts = facts_of(directory.load(), models.config)
    forms = Forms(words_of(language))
    page = page_of(models.plan, summary or FinishedRun(run).summary, profile.result(), facts, forms)
    content = rendered(page, language=language, version=__version__)
    path = directory.path / REPORT if out is None else out
    target = path if out is None else followed(out)
    write_file(target, content, named=path, file_system=directory.file_system)
    return path


def export_steps(config: RunConfig) -> "Sequence[ExportStep]":
    """What may be fed in; of homes that differ, the highest of their limits, with its reason."""
    if config.connection is None:
        return ()
    if not config.connection.homes:
        return config.connection.export
    last = [steps[-1] for steps in config.connection.homes if steps[-1].limit_kw is not None]
    if not last:
        return ()
    highest = max(last, key=lambda step: step.limit_kw or 0.0)
    return (msgspec.structs.replace(highest, reason=f"the highest of homes that differ, {highest.reason}"),)


def facts_of(manifest: Manifest, config: RunConfig) -> "RunFacts":
    """What a page says of how a run was made."""
    from pvsim.app.report.facts import RunFacts  # noqa: PLC0415 - only pages need them

    counts = manifest.counts or {}
    sources = [meter.source for meter in config.meters]
    export = export_steps(config)
    return RunFacts(
        run_id=manifest.run_id,
        status=manifest.status,
        seed=manifest.seed,
        config_sha256=manifest.config_sha256,
        versions=manifest.versions,
        created_utc=manifest.created_utc,
        counts=counts if manifest.confirmed is None else {"confirmed": manifest.confirmed, **counts},
        files={name: (facts.bytes, facts.sha256) for name, facts in (manifest.files or {}).items()},
        inputs=manifest.inputs or {},
        missing=manifest.missing,
        held=manifest.held,
        not_promised=manifest.not_promised or (),
        site=config.pv.site.name if isinstance(config.pv, SitePvConfig) else "",
        pv=not isinstance(config.pv, NoPvConfig) and config.homes_with_pv != 0,
        homes_with_pv=config.homes_with_pv,
        homes=manifest.homes or {},
        random_meter=any(isinstance(each, SyntheticMeter) and each.model == "uniform" for each in sources),
        export_limits=[(f"{step.first_date}", step.limit_kw, step.reason) for step in export],
        command="" if is_external(config) else manifest.command or "",
    )
