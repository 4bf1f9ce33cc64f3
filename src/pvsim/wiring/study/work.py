"""What a worker does: it carries out the cases of a job in its process, without broker and files.

`carry_out` is a function of its argument alone, from bytes to bytes, so that any pool of processes or machines can
call it.
"""

import traceback
from collections.abc import Generator

import msgspec

from pvsim.adapters.shared.memory import memory_short
from pvsim.config import RunConfig
from pvsim.core.results.hour_sums import HourSums
from pvsim.core.results.input_counts import input_counts
from pvsim.core.study.record import CaseError, CaseResult, Job, JobCase, encode_results, hours_of, single_figures
from pvsim.errors import InternalError, PvsimError
from pvsim.wiring.build import plan_of
from pvsim.wiring.models import Models
from pvsim.wiring.shared_models import SharedModels

__all__ = ["carry_out", "failed"]


def carry_out(job: bytes) -> bytes:
    """Carry out the cases of a job.

    They go on side by side, a portion of each in turn, so that what they have in common is computed once. A case
    that fails gives its error, and the others go on.

    Args:
        job: A `Job` as JSON.

    Returns:
        A `CaseResult` of each of its cases, in their order, as JSON.
    """
    models = SharedModels()
    cases = [_Carried(case, models) for case in Job.decode(job).cases]
    under_way = cases
    while under_way:
        under_way = [case for case in under_way if case.go_on()]
    return encode_results([case.result for case in cases])


class _Carried:
    """A case that is being carried out, or has been.

    Attributes:
        result: What came of it, once it has ended.
    """

    result: CaseResult

    def __init__(self, case: JobCase, models: SharedModels) -> None:
        self._case = case
        self._work = _work(case, models)

    def go_on(self) -> bool:
        """Take the next portion; whether there is one more."""
        try:
            next(self._work)
        except StopIteration as end:
            self.result = end.value
        except Exception as error:  # noqa: BLE001 - also a defect that one case meets: the others go on
            self.result = failed(self._case, error)
        else:
            return True
        return False


def failed(case: JobCase, error: Exception) -> CaseResult:
    """The result of a case that has failed: with the place in the code where the error is a defect."""
    trace = ""
    if not isinstance(error, PvsimError) and (short := memory_short(error)) is not None:
        error = PvsimError(short, fix="give fewer --jobs, and carry out again what failed: --retry-failed")
    if not isinstance(error, PvsimError):
        trace = "".join(traceback.format_exception(error))
        error = InternalError(f"{type(error).__name__}: {error}", fix="report it as a defect of pvsim")
    return CaseResult(case.number, case.id, error=CaseError.of(error, trace))


def _work(case: JobCase, models: SharedModels) -> Generator[None, None, CaseResult]:
    config = msgspec.json.decode(case.config, type=RunConfig)
    plan = plan_of(config)
    totals, hours = models.totals(config, plan), HourSums(plan)
    for samples in models.samples(config, plan):
        totals.add(samples)
        hours.add(samples)
        yield
    figures = single_figures(Models(config).among_years(totals.result()))
    by_hour = hours_of(*hours.result(), battery=plan.has_battery)
    return CaseResult(case.number, case.id, figures, by_hour, input_counts(models.inputs(config, plan)))
