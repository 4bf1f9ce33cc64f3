"""Whether PV and battery pay: a year's saving, payback time, net present value."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.site.spending import Spending
from pvsim.core.site.tariff import Cost

__all__ = ["Investment", "investment_of", "whole_years"]

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Investment:
    """What a saving comes to over the years; None where it is not known.

    Attributes:
        saving_per_year: In currency units.
        payback_years: Until the capital has come back.
        npv: Net present value in currency units.
    """

    saving_per_year: float | None = None
    payback_years: float | None = None
    npv: float | None = None


def whole_years(timeline: Timeline) -> int:
    """How many years a run has from a date to the same date; 0 where they are not whole.

    A run from the 29th of February ends before the 1st of March.
    """
    first, after = timeline.first_date, timeline.first_date + timedelta(days=timeline.days)
    same = (after.month, after.day) == (first.month, first.day)
    from_leap_day = (first.month, first.day) == (2, 29) and (after.month, after.day) == (3, 1)
    return after.year - first.year if same or from_leap_day else 0


def investment_of(
    saving_micro: int | None, years: int, cost: Cost | None, spending: Spending | None
) -> Investment:
    """What a saving comes to.

    Args:
        saving_micro: Of the whole run, in millionths of a currency unit; None where it is not known.
        years: Whole years that were simulated.
        cost: How long PV and battery last, and the interest; None where nothing is known.
        spending: What they cost, at all the sites whose saving it is.
    """
    if saving_micro is None or not years:
        return Investment()
    saving = Fraction(saving_micro, 1_000_000 * years)
    if cost is None or spending is None:
        return Investment(_rounded(saving))
    capital, left = spending.capital, saving - spending.upkeep_per_year
    growth = 1 + Fraction(str(cost.discount_percent)) / 100
    npv = sum((left / growth**year for year in range(1, cost.life_years + 1)), -capital)
    return Investment(_rounded(saving), _rounded(capital / left) if left > 0 else None, _rounded(npv))


def _rounded(value: Fraction) -> float:
    return float(round(value, _DIGITS))
