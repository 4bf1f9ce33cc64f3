"""Where a yield lies among those of other years."""

from collections.abc import Sequence

from pvsim.core.results.distribution import nearest_rank
from pvsim.core.results.summary import YieldAmongYears

__all__ = ["among_years"]


def among_years(kwh_per_kwp: float, others: Sequence[float]) -> YieldAmongYears:
    """The place of a year's yield among those of other years.

    Args:
        kwh_per_kwp: Of the year.
        others: Of the others, at least one.
    """
    ranked, n = sorted(others), len(others)
    less, as_much = sum(other < kwh_per_kwp for other in others), sum(other == kwh_per_kwp for other in others)
    p10, p50, p90 = (nearest_rank(ranked, percent) for percent in (10, 50, 90))
    mean = round(sum(ranked) / n, 2)
    return YieldAmongYears(round(kwh_per_kwp, 2), 100.0 * (less + as_much / 2) / n, n, mean, p10, p50, p90)
