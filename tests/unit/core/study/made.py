"""Records of cases that are made up."""

from itertools import product

from pvsim.core.study.collected import collected
from pvsim.core.study.record import CaseError, CaseRecord

__all__ = ["FAILED", "a_record", "a_study", "records_of"]

FAILED = CaseError("BadInputError", "the file ends too early", "load.csv", fix="take a longer one")


def a_record(number, parameters, *, variant="", repeat=0, error=None, hours=None, inputs=None, **figures):
    given = {"hours": hours or {}, "inputs": inputs or {}, "error": error}
    return CaseRecord(number, f"{number:010x}", variant, parameters, repeat, 23 + repeat, figures, **given)


def records_of(axes, figures, *, variants=("",), seeds=1, failing=()):
    """Records of all combinations of axes, in the order of a study.

    Args:
        axes: The values of each path.
        figures: Gives the figures of a variant, parameters and a repeat.
        variants: Names of `[[compare]]`.
        seeds: How many.
        failing: Numbers of the cases that have failed.
    """
    found = []
    for repeat, variant, values in product(range(seeds), variants, product(*axes.values())):
        parameters, number = dict(zip(axes, values, strict=True)), len(found)
        more = {"error": FAILED} if number in failing else figures(variant, parameters, repeat)
        found.append(a_record(number, parameters, variant=variant, repeat=repeat, **more))
    return found


def a_study(*arguments, **more):
    return collected(records_of(*arguments, **more))
