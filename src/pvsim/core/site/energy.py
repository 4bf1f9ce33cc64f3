"""What buildings use in a year: one energy, one for each, or energies that differ from home to home."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from pvsim.errors import InternalError

__all__ = [
    "BOUNDS_KWH",
    "DEFAULT_CV",
    "AnnualKwh",
    "BuildingName",
    "DepotKwh",
    "EnergyPopulation",
    "HomeKwh",
    "HouseholdKwh",
    "OfficeKwh",
    "energy_problems",
    "plain_kwh",
]

BuildingName: TypeAlias = Literal["household", "office", "depot"]

BOUNDS_KWH: Mapping[BuildingName, tuple[int, int]] = {
    "household": (1_000, 12_000),
    "office": (3_000, 20_000),
    "depot": (4_000, 14_000),
}
"""The least and the most that the models of buildings are made for."""

_HUGE = 10**300
_ARTICLES = {"household": "a", "office": "an", "depot": "a"}

DEFAULT_CV = 0.3
"""Coefficient of variation of the energies of homes, where nobody says another."""

MAX_HOMES = 100_000
"""Of a run, as many as the meters of a fleet."""

_LISTED = Meta(min_length=1, max_length=MAX_HOMES)
_EnergyKwh: TypeAlias = Annotated[float, Meta(ge=0, le=1_000_000)]


class EnergyPopulation(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Annual energies that differ from home to home, each drawn by the seed and the home's name.

    Either `mean_kwh`, with or without `cv`, or `from_kwh` and `to_kwh`.

    Attributes:
        mean_kwh: Mean of a lognormal distribution, cut off where the model of the building ends; the mean is kept.
        cv: Its standard deviation over its mean, before it is cut off; 0: all the same. If left out, 0.3.
        from_kwh: The least of whole kWh of which each is as likely as any other.
        to_kwh: The most of them.
    """

    mean_kwh: _EnergyKwh | None = None
    cv: Annotated[float, Meta(ge=0, le=1)] | None = None
    from_kwh: _EnergyKwh | None = None
    to_kwh: _EnergyKwh | None = None


AnnualKwh: TypeAlias = float | tuple[float, ...] | EnergyPopulation

_Household: TypeAlias = Annotated[float, Meta(ge=1_000, le=12_000)]
_Office: TypeAlias = Annotated[float, Meta(ge=3_000, le=20_000)]
_Depot: TypeAlias = Annotated[float, Meta(ge=4_000, le=14_000)]

HomeKwh: TypeAlias = _EnergyKwh | EnergyPopulation

HouseholdKwh: TypeAlias = _Household | Annotated[tuple[_Household, ...], _LISTED] | EnergyPopulation
OfficeKwh: TypeAlias = _Office | Annotated[tuple[_Office, ...], _LISTED] | EnergyPopulation
DepotKwh: TypeAlias = _Depot | Annotated[tuple[_Depot, ...], _LISTED] | EnergyPopulation


def plain_kwh(annual_kwh: AnnualKwh) -> float:
    """The energy of one building, where nothing is left to be drawn.

    Raises:
        InternalError: if there is.
    """
    if isinstance(annual_kwh, tuple | EnergyPopulation):
        raise InternalError(f"the energy of one building is a number, not {annual_kwh!r}")
    return annual_kwh


def energy_problems(annual_kwh: AnnualKwh, kind: BuildingName) -> Iterator[str]:
    """What buildings of a kind cannot use, in words: `5 kWh is outside a household's 1,000 to 12,000 kWh`."""
    low, high = BOUNDS_KWH[kind]
    if isinstance(annual_kwh, EnergyPopulation):
        yield from _contradictions(annual_kwh)
        energies = [annual_kwh.mean_kwh, annual_kwh.from_kwh, annual_kwh.to_kwh]
    else:
        energies = list(annual_kwh) if isinstance(annual_kwh, tuple) else [annual_kwh]
    for energy in energies:
        if energy is not None and not low <= energy <= high:
            yield f"{_shown(energy)} kWh is outside {_ARTICLES[kind]} {kind}'s {low:,} to {high:,} kWh"


def _shown(energy: float) -> str:
    """A number that may be an integer of a thousand digits."""
    return f"{float(min(max(energy, -_HUGE), _HUGE)):,g}"


def _contradictions(population: EnergyPopulation) -> Iterator[str]:
    mean, low, high = population.mean_kwh, population.from_kwh, population.to_kwh
    if mean is None and (low is None or high is None):
        yield "needs mean_kwh, or from_kwh and to_kwh"
    elif mean is not None and (low is not None or high is not None):
        yield "has a mean_kwh, and from_kwh or to_kwh: leave one of them out"
    elif mean is None and population.cv is not None:
        yield "has a cv, but no mean_kwh that it is of"
    elif low is not None and high is not None and not -(-low // 1) <= high // 1:
        yield f"has no whole kWh from {low:g} to {high:g}"
