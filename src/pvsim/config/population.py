"""What each building of a run uses in a year: as it is said, listed, or drawn by the seed and the home's name.

Drawn are energies that are said to differ, and those of several households that share one number: it is then the
mean of homes as they differ from each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from pvsim.config.mistakes import Mistakes
from pvsim.config.run_config import AnnualEnergies, BuildingMeter
from pvsim.core.loads.population import even_kwh, lognormal_kwh
from pvsim.core.site.energy import (
    BOUNDS_KWH,
    DEFAULT_CV,
    AnnualKwh,
    BuildingName,
    EnergyPopulation,
    energy_problems,
    plain_kwh,
)
from pvsim.core.site.home_kinds import share_of
from pvsim.errors import UsageError

__all__ = ["Building", "Said", "over_all", "with_energies"]

_DIFFER = {"household"}
"""Kinds of which several that share a number differ around it; offices and depots are as they are said."""


@dataclass(frozen=True, slots=True)
class Said:
    """Annual energies as they were said of one building or several.

    Attributes:
        annual_kwh: What was said.
        field: Where: `annual_kwh` of the request, `site`, or `meter.source` of a meter by itself.
        text: What the meter was said to be, where that names its energy.
    """

    annual_kwh: AnnualKwh
    field: Literal["annual_kwh", "site", "meter.source"]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Building:
    """A building whose energy is not known yet.

    Attributes:
        meter: Name of its meter.
        home: What it is drawn by.
        source: What it is; its energy is that of `said`, of all that share it.
        said: What was said of its energy.
    """

    meter: str
    home: str
    source: BuildingMeter
    said: Said

    @property
    def kind(self) -> BuildingName:
        """What kind of building it is."""
        return self.source.load.kind


def with_energies(
    buildings: Sequence[Building], seed: int, mistakes: Mistakes
) -> tuple[dict[str, BuildingMeter], tuple[AnnualEnergies, ...]]:
    """The buildings by the names of their meters, each with its own energy, and how those of several came about.

    Args:
        buildings: Those of a run, in the order of their meters.
        seed: Of the simulation.
        mistakes: Takes what is wrong.
    """
    groups: dict[tuple[object, ...], list[Building]] = {}  # in a street each kind of home has its own energy
    for building in buildings:
        said = building.said
        across_kinds = said.field == "annual_kwh" and isinstance(said.annual_kwh, tuple)
        key = said.field, said.text, "" if across_kinds else building.kind, said.annual_kwh
        groups.setdefault(key, []).append(building)
    resolved: dict[str, BuildingMeter] = {}
    facts: list[AnnualEnergies] = []
    for group in groups.values():
        before = len(mistakes)
        for mistake in _wrong(group):
            mistakes.add(mistake)
        if len(mistakes) == before:
            energies, population = _energies(group, seed)
            for building, kwh in zip(group, energies, strict=True):
                load = replace(building.source.load, annual_kwh=kwh)
                resolved[building.meter] = replace(building.source, load=load)
            if population is not None or len(group) > 1:
                facts.append(_fact(group, energies, population))
    return resolved, tuple(facts)


def _wrong(group: Sequence[Building]) -> Iterator[UsageError]:
    """What is wrong with what was said of some buildings; what a site's file says of one is checked already."""
    said = group[0].said
    about = f"`{said.field}` {said.text}" if said.text else f"`{said.field}`"
    for kind in dict.fromkeys(building.kind for building in group):
        for problem in energy_problems(said.annual_kwh, kind) if said.field != "site" else ():
            usual = f"{said.text.partition(':')[0]}:{2 * BOUNDS_KWH[kind][0]}" if said.text else ""
            fix = f"for example {usual or f'{2 * BOUNDS_KWH[kind][0]}kWh'}"
            yield UsageError(f"{about}: {problem}", field=said.field, fix=fix)
    if isinstance(said.annual_kwh, tuple) and len(said.annual_kwh) != len(group):
        yield _miscounted(len(said.annual_kwh), group)


def _miscounted(listed: int, group: Sequence[Building]) -> UsageError:
    """There are more energies than buildings, or fewer."""
    said = group[0].said
    kinds = {building.kind for building in group}
    of = f"{kinds.pop()}{'' if len(group) == 1 else 's'}" if len(kinds) == 1 else "buildings"
    energies = "energy" if listed == 1 else "energies"
    where = f"load.annual_kwh of the site in `{said.field}`" if said.field == "site" else f"`{said.field}`"
    what = f"{where} lists {listed:,} {energies}, one for each meter, but there {_are(len(group))} {of}"
    fix = f"list {len(group):,}, or give one number, or a range such as 2000..6000"
    if len(group) == 1:
        fix = "give one number such as 4000, or a range such as 2000..6000"
    if said.field == "site":
        fix = f"add `meters` {listed}, or give `annual_kwh` 4000"
    return UsageError(what, field=said.field, fix=fix)


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count:,}"


def _energies(group: Sequence[Building], seed: int) -> tuple[Sequence[float], EnergyPopulation | None]:
    """The energy of each building of a group, and how they differ where they were drawn."""
    said, kind = group[0].said, group[0].kind
    annual_kwh = said.annual_kwh
    if isinstance(annual_kwh, tuple):
        return annual_kwh, None
    if not isinstance(annual_kwh, EnergyPopulation):
        if len(group) == 1 or said.field == "meter.source" or kind not in _DIFFER:
            return [annual_kwh] * len(group), None
        annual_kwh = EnergyPopulation(mean_kwh=annual_kwh, cv=DEFAULT_CV)
    if annual_kwh.cv == 0:
        return [annual_kwh.mean_kwh or 0.0] * len(group), None
    return [_drawn(annual_kwh, building, seed) for building in group], annual_kwh


def _drawn(population: EnergyPopulation, building: Building, seed: int) -> float:
    share = share_of(seed, building.home, "annual_kwh")
    if population.from_kwh is not None and population.to_kwh is not None:
        return even_kwh(share, population.from_kwh, population.to_kwh)
    mean_kwh = plain_kwh(population.mean_kwh or 0.0)
    cv = DEFAULT_CV if population.cv is None else population.cv
    return lognormal_kwh(share, mean_kwh, cv, BOUNDS_KWH[building.kind])


def over_all(buildings: Iterable[BuildingMeter]) -> tuple[AnnualEnergies, ...]:
    """What the buildings of a street use, whose kinds of homes each have energies of their own."""
    found = list(buildings)
    energies = [plain_kwh(each.load.annual_kwh) for each in found]
    if len(found) < 2:  # noqa: PLR2004 - of one alone there is nothing to say
        return ()
    kinds = {each.load.kind for each in found}
    kind = kinds.pop() if len(kinds) == 1 else "building"
    mean_kwh = sum(energies) / len(found)
    return (AnnualEnergies(kind, len(found), min(energies), mean_kwh, max(energies), by_home=True),)


def _fact(
    group: Sequence[Building], energies: Sequence[float], population: EnergyPopulation | None
) -> AnnualEnergies:
    said = group[0].said
    kinds = {building.kind for building in group}
    return AnnualEnergies(
        kind=kinds.pop() if len(kinds) == 1 else "building",
        count=len(group),
        lowest_kwh=min(energies),
        mean_kwh=sum(energies) / len(energies),
        highest_kwh=max(energies),
        population=population,
        around=population is not None and not isinstance(said.annual_kwh, EnergyPopulation),
    )
