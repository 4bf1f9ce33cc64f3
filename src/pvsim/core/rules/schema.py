"""The rules of a country as plain data: each with a value, the dates between which it holds, and its source."""

from datetime import date
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

__all__ = [
    "CapacityTariff",
    "Dimming",
    "ExportCap",
    "FeedIn",
    "FeedInTier",
    "NegativePrices",
    "Rule",
    "Rules",
]

_Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500)]
_PowerKw: TypeAlias = Annotated[float, Meta(ge=0, le=1_000_000)]


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every rule has.

    Attributes:
        valid_from: The first day on which it holds, by the clock of the site.
        valid_until: The last day; if left out, it still holds.
        source: The law and its paragraph.
        url: Where to read it.
    """

    valid_from: date
    valid_until: date | None = None
    source: _Text
    url: _Text


class _PlantRule(Rule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule for plants by the day on which they were commissioned.

    Attributes:
        commissioned_from: It is for plants commissioned on this day or later; if left out, for all.
        commissioned_until: It is for plants commissioned on this day or earlier; if left out, for all.
    """

    commissioned_from: date | None = None
    commissioned_until: date | None = None


class ExportCap(_PlantRule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The most that a plant may feed in, by its installed power.

    Attributes:
        percent: Of the modules' peak power.
        below_kwp: It is for plants of less than this; if left out, for all.
    """

    percent: Annotated[float, Meta(ge=0, le=100)]
    below_kwp: _PowerKw | None = None


class FeedInTier(Struct, frozen=True, forbid_unknown_fields=True):
    """The rate of one part of a plant's power.

    Attributes:
        up_to_kwp: The part ends here; the one before ends where it begins.
        eur_per_kwh: What is paid for the energy of this part.
    """

    up_to_kwp: Annotated[float, Meta(gt=0, le=1_000_000)]
    eur_per_kwh: Annotated[float, Meta(ge=0, le=2)]


class FeedIn(_PlantRule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is paid for energy that is fed in, by the day on which the plant was commissioned.

    Attributes:
        tiers: By the plant's power, smallest first; each part of a larger plant has its own rate.
    """

    tiers: Annotated[tuple[FeedInTier, ...], Meta(min_length=1, max_length=20)]


class NegativePrices(_PlantRule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing is paid for energy that is fed in while the price of the exchange is negative.

    Attributes:
        from_kwp: It is for plants of at least this.
    """

    from_kwp: _PowerKw = 0.0


class Dimming(Rule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The grid operator may dim a heat pump or the charging of a car.

    Attributes:
        least_kw: What each such device may always take.
    """

    least_kw: _PowerKw


class CapacityTariff(Rule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the grid fee is for the mean of the highest quarter hours of so many months.

    Attributes:
        region: Where.
        months: How many monthly peaks the mean is of, the month itself included.
        floor_kw: The least that a monthly peak counts.
    """

    region: _Text
    months: Annotated[int, Meta(ge=1, le=12)]
    floor_kw: _PowerKw


class Rules(Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of a country.

    Attributes:
        name: The country.
        export_caps: The most that a plant may feed in.
        feed_in: What is paid for it.
        negative_prices: When nothing is paid for it.
        dimming: What the grid operator may do to heat pumps and the charging of cars.
        capacity_tariffs: Fees for the highest quarter hours.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    export_caps: tuple[ExportCap, ...] = ()
    feed_in: tuple[FeedIn, ...] = ()
    negative_prices: tuple[NegativePrices, ...] = ()
    dimming: tuple[Dimming, ...] = ()
    capacity_tariffs: tuple[CapacityTariff, ...] = ()
