"""What a worker does: it carries out the cases of a job in its process, without broker and files.

`carry_out` is a function of its argument alone, from bytes to bytes, so that any pool of processes or machines can
call it.
"""

import traceback
from collections.abc import Generator

import msgspec

from pvsim.config import RunConfig
from pvsim.core.results.hour_sums import HourSums
from pvsim.core.study.record import CaseError, CaseResult, Job, JobCase, encode_results, hours_of, single_figures
from pvsim.errors import InternalError, PvsimError
from pvsim.wiring.build import plan_of
from pvsim.wiring.models import Models
from pvsim.wiring.shared_models import SharedModels

__all__ = ["carry_out"]


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
        except PvsimError as error:
            self._fail(CaseError.of(error))
        except Exception as error:  # noqa: BLE001 - a defect that one case meets is said of it; the others go on
            what, trace = f"{type(error).__name__}: {error}", traceback.format_exc()
            self._fail(CaseError.of(InternalError(what, fix="report it as a defect of pvsim"), trace))
        else:
            return True
        return False

    def _fail(self, error: CaseError) -> None:
        self.result = CaseResult(self._case.number, self._case.id, error=error)


def _work(case: JobCase, models: SharedModels) -> Generator[None, None, CaseResult]:
    config = msgspec.json.decode(case.config, type=RunConfig)
    plan = plan_of(config)
    totals, hours = models.totals(config, plan), HourSums(plan)
    for samples in models.samples(config, plan):
        totals.add(samples)
        hours.add(samples)
        yield
    figures = single_figures(Models(config).among_years(totals.result()))
    return CaseResult(case.number, case.id, figures, hours_of(*hours.result(), battery=plan.has_battery))
