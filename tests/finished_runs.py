"""Finished runs on disk, made without a broker."""

import asyncio
from datetime import date

import msgspec
import numpy as np

from pvsim.adapters.csvfile import CsvSampleFile
from pvsim.app.simulate import simulate
from pvsim.config import CurveConfig, ExternalMeter, MeterConfig, RunConfig, SyntheticMeter, digest
from pvsim.core.delivery.accounting import Accounted
from pvsim.wiring.part_files import make_part_directory
from pvsim.wiring.runs import Run

__all__ = ["a_day", "a_run", "carry_out", "own_rows"]


def a_run(out, *, day="2024-06-21", names=("m1",), split="none", external=False, missing="stop", formats=("csv",)):
    """A new run of rows of a minute, not begun."""
    meters = tuple(MeterConfig(name, ExternalMeter() if external else SyntheticMeter()) for name in names)
    first, more = date.fromisoformat(day), {"split": split, "missing": missing, "formats": formats}
    config = RunConfig("r1", first, 1, "Europe/Berlin", 1, 60, meters, CurveConfig(), **more)
    return Run.create(config, out)


def own_rows(run):
    """The rows that the run's own meters give; of external ones those of the brief's."""
    return _rows_of(_with_own_meters(run.models))


def carry_out(run, *, lost=()):
    """Let a run be done at once, in partitions if it has some; the rows `lost` are missing."""
    run_plan, own = run.models.plan, _with_own_meters(run.models)

    def write(models, rows, directory, lost):
        plan = models.plan
        missing = len(lost) * plan.every_s
        accounted = Accounted(
            next_position=plan.readings,
            received=plan.readings - missing,
            written=plan.readings - missing,
            missing=missing,
            stored=plan.stored_at_start,
        )
        key = digest(models.config)[:16]
        with CsvSampleFile(directory.path, plan=plan, run=key, slot=models.slot_bytes) as files:
            for samples in rows:
                files.append(samples.where(~np.isin(samples.row(plan), lost)), b"", accounted)
            files.seal()

    async def work():
        if not run.models.parts:
            write(run.models, _rows_of(own), run.directory, lost)
        for part, own_part in zip(run.models.parts, own.parts, strict=True):
            places = [divmod(row, len(run_plan.meters)) for row in lost]
            theirs = [
                period * len(part.meters) + part.meters.index(meter)
                for period, meter in places
                if meter in part.meters
            ]
            write(part, _rows_of(own_part), make_part_directory(run.directory, part.number), theirs)

    asyncio.run(run.carry_out(work))


def _with_own_meters(models):
    if not models.external:
        return models
    own = tuple(MeterConfig(name, SyntheticMeter()) for name in models.plan.meters)
    return type(models)(msgspec.structs.replace(models.config, meters=own))


def _rows_of(models):
    return simulate(models.plan, models.loads(), models.pv())


def a_day(out, **changes):
    """A finished run of the brief's day, in rows of a minute; `changes` are fields of its configuration."""
    meters = (MeterConfig("m1", SyntheticMeter()),)
    config = RunConfig("r1", date(2024, 6, 21), 1, "Europe/Berlin", 1, 60, meters, CurveConfig())
    run = Run.create(msgspec.structs.replace(config, **changes), out)
    carry_out(run)
    return run.directory.path
