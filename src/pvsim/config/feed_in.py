"""What the rules of a country pay for what is fed in, as it is in the configuration of a run."""

from datetime import date

from msgspec import Struct

__all__ = ["HomeFeedIn", "UnpaidSpan"]


class UnpaidSpan(Struct, frozen=True):
    """Days of a run on which a rule pays nothing at negative prices, from local midnight to the last day's end."""

    first_date: date
    last_date: date


class HomeFeedIn(Struct, frozen=True, omit_defaults=True):
    """What the rules pay a home for a kWh that it feeds in.

    Attributes:
        per_kwh: The rate of its plants, in the tariff's currency; 0 of a home without PV.
        zero_at_negative_prices: Nothing is paid while the market price is below zero.
        unpaid: On which days of the run that acts, where these are not all.
    """

    per_kwh: float
    zero_at_negative_prices: bool = False
    unpaid: tuple[UnpaidSpan, ...] | None = None
