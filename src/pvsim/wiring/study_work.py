"""What a worker does: it carries out the cases of a job in its process, without broker and files.

`carry_out` is a function of its argument alone, from bytes to bytes, so that any pool of processes or machines can
call it.
"""

import traceback

import msgspec

from pvsim.app.prove import add_up
from pvsim.config import RunConfig
from pvsim.core.results.profile import Profile
from pvsim.core.study.record import CaseError, CaseResult, Job, JobCase, encode_results, hours_of, single_figures
from pvsim.errors import InternalError, PvsimError
from pvsim.wiring.models import Models
from pvsim.wiring.simulated import simulate

__all__ = ["carry_out"]


def carry_out(job: bytes) -> bytes:
    """Carry out the cases of a job.

    A case that fails gives its error, and the others go on.

    Args:
        job: A `Job` as JSON.

    Returns:
        A `CaseResult` of each of its cases, in their order, as JSON.
    """
    return encode_results([_result(case) for case in Job.decode(job).cases])


def _result(case: JobCase) -> CaseResult:
    try:
        return _carried_out(case)
    except PvsimError as error:
        found = CaseError.of(error)
    except Exception as error:  # noqa: BLE001 - a defect that one case meets is said of it, and the others go on
        what = f"{type(error).__name__}: {error}"
        found = CaseError.of(InternalError(what, fix="report it as a defect of pvsim"), traceback.format_exc())
    return CaseResult(case.number, case.id, error=found)


def _carried_out(case: JobCase) -> CaseResult:
    config = msgspec.json.decode(case.config, type=RunConfig)
    models, run = Models(config), simulate(config)
    totals, profile = models.totals(), Profile(run.plan)
    add_up(run.samples(), totals, profile)
    figures = single_figures(models.among_years(totals.result()))
    return CaseResult(case.number, case.id, figures, hours_of(profile.result(), battery=run.plan.has_battery))
