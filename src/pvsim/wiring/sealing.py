"""A meter's day of a service becomes the directory of a finished run, and its figures are added up.

Both are carried out in a worker process, one day after the other, and may be repeated after a crash.
"""

from collections.abc import Callable
from datetime import date

import msgspec

from pvsim.adapters.clocks import utc_now
from pvsim.adapters.csvfile import CHECKPOINT, PARTIAL, SAMPLES
from pvsim.adapters.rundir import MANIFEST, SUMMARY, Manifest, RunDirectory
from pvsim.adapters.session_files import Figures, Job, Listed, Sealed
from pvsim.adapters.shared.disk import cannot_write
from pvsim.adapters.shared.manifests import FileFacts
from pvsim.config import RunConfig, digest
from pvsim.core.delivery.accounting import Accounted
from pvsim.core.delivery.checkpoint import Checkpoint, encode, slot_bytes
from pvsim.core.results.summary import Summary
from pvsim.core.run.plan import RunPlan
from pvsim.core.session.closed import EndedDay
from pvsim.errors import BadInputError, InternalError
from pvsim.wiring.build import plan_of
from pvsim.wiring.days import day_id
from pvsim.wiring.finished import open_run
from pvsim.wiring.roles import CHECKPOINT_KEY_BYTES
from pvsim.wiring.runs import Run, versions

__all__ = ["carry_out", "figures", "listed", "seal"]


def carry_out(job: Job) -> Sealed | Listed | Figures:
    """Do a job; the process that is given it may be any.

    Raises:
        PvsimError: if a file is not what it must be, or cannot be written.
    """
    match job.kind:
        case "seal":
            return seal(job)
        case "list":
            return listed(job)
        case _:
            return figures(job)


def seal(job: Job, at: Callable[[str], None] = lambda _: None) -> Sealed:
    """Give the file of a day that is over its name, and its directory what that of a run has.

    Args:
        job: A job of that kind.
        at: Called with the name of each point that a crash may be tried at.

    Raises:
        BadInputError: if the file is not what the service has written.
        CannotWriteError: if the disk is full or fails.
    """
    if job.ended is None:
        raise InternalError("a day that is not over is to be sealed", where=str(job.path))
    config = msgspec.json.decode(job.config, type=RunConfig)
    plan, directory = plan_of(config), RunDirectory(job.path)
    with directory.lock("run"):
        if not (job.path / MANIFEST).exists():
            _name_samples(directory)
            at("after-rename")
            facts = _facts(directory)
            accounted = _accounted(job.ended, plan)
            slot = slot_bytes(len(plan.stored_at_start) + (1 if plan.holds else 0))
            key, content = digest(config)[:CHECKPOINT_KEY_BYTES], bytes.fromhex(facts.sha256)
            directory.write(CHECKPOINT, encode(Checkpoint(0, key, facts.bytes, 0, content, accounted), slot))
            at("after-checkpoint")
            directory.save(_manifest(config, accounted, facts))
            directory.sync()
            at("after-manifest")
        facts = _recorded(directory)
    gaps = plan.rows - job.ended.rows
    return Sealed(not gaps, gaps, facts.bytes, facts.sha256)


def listed(job: Job) -> Listed:
    """Read what was sealed before, from its directory; its figures where they are added up.

    Raises:
        PvsimError: if it is no day of this service, or a file is not what it must be.
    """
    directory = RunDirectory(job.path)
    with directory.lock("run"):
        manifest = directory.load()
        service, day = job.path.parent.parent.name, date.fromisoformat(job.day)
        counts = manifest.counts or {}
        if manifest.run_id != day_id(service, job.meter, day) or not {"written", "missing"} <= counts.keys():
            what = f"there is another run, {manifest.run_id}: it is not listed, and never removed"
            raise BadInputError(what, where=str(job.path / MANIFEST), fix="move it elsewhere")
        facts, held, gaps = _recorded(directory), counts.get("held", 0), counts["missing"]
        added_up = SUMMARY in (manifest.files or {})
    energies = _energies(open_run(job.path).summary) if added_up else None
    sealed = Sealed(not gaps, gaps, facts.bytes, facts.sha256)
    return Listed(counts["written"] + held, held, sealed, energies)


def figures(job: Job) -> Figures:
    """Verify the rows of a sealed day, and write its summary.

    Raises:
        PvsimError: if a file is not what it must be, or cannot be written.
    """
    run = Run.open(job.path)
    with run.directory.lock("run"):
        run.directory.sweep()
        inputs = msgspec.to_builtins(run.models.inputs) or None
        run.directory.save(msgspec.structs.replace(run.directory.load(), inputs=inputs))
        return _energies(run.write_end())


def _energies(summary: Summary) -> Figures:
    energy = summary.energy_kwh
    load = energy.meter if energy.load is None else energy.load
    return Figures(load or 0.0, energy.pv, energy.import_, energy.export)


def _recorded(directory: RunDirectory) -> FileFacts:
    """Length and digest of the rows, which must be those of the manifest."""
    facts = _facts(directory)
    if facts != (directory.load().files or {}).get(SAMPLES):
        what = "the file differs from the manifest: its length or SHA-256 is another"
        raise BadInputError(what, where=str(directory.path / SAMPLES), fix="restore it from a copy")
    return facts


def _name_samples(directory: RunDirectory) -> None:
    partial, samples = directory.path / PARTIAL, directory.path / SAMPLES
    try:
        if partial.exists():
            partial.rename(samples)
    except OSError as error:
        raise cannot_write(error, samples) from error
    directory.sync()


def _facts(directory: RunDirectory) -> FileFacts:
    facts = directory.facts(SAMPLES)
    if facts is None:
        raise BadInputError(
            "the file is missing", where=str(directory.path / SAMPLES), fix="restore it from a copy"
        )
    return facts


def _accounted(ended: EndedDay, plan: RunPlan) -> Accounted:
    """What the checkpoint of a run says that has these rows."""
    own = ended.rows - ended.held
    return Accounted(
        next_position=plan.readings,
        received=own,
        written=own,
        missing=plan.readings - ended.rows,
        ended=True,
        stored=ended.stored_at_end if plan.has_battery else (),
        last=(ended.last_dw,) if plan.holds else (),
    )


def _manifest(config: RunConfig, accounted: Accounted, facts: FileFacts) -> Manifest:
    names = [
        "received",
        "written",
        "duplicates",
        "rejected",
        "missing",
        *(["held"] if config.missing == "hold" else []),
    ]
    now = utc_now().isoformat(timespec="seconds")
    return Manifest(
        status="partial" if accounted.missing else "complete",
        run_id=config.run_id,
        config=msgspec.to_builtins(config),
        config_sha256=digest(config).hex(),
        seed=config.seed,
        versions=versions(),
        created_utc=now,
        finished_utc=now,
        counts={name: getattr(accounted, name) for name in names},
        files={SAMPLES: facts},
    )
