"""A street of homes that differ: which kind of home each is, and the site as it is there (I7).

A home takes one entry of each group. Entries with a count take the first homes in the order of the file; the
others are drawn by their shares, with the home's name, so that a home is the same in a street of any length.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import Any, TypeAlias

from msgspec import UNSET
from msgspec.structs import asdict, replace

from pvsim.core.site.energy import DEFAULT_CV, EnergyPopulation
from pvsim.core.site.home_kinds import HomeKinds, groups_of, share_of
from pvsim.core.site.problems import item_path
from pvsim.core.site.schema import Home, HomePlant, HouseholdLoad, Load, Plant, Site

__all__ = ["counted", "home_problems", "most_of", "site_of_home", "takes_any"]

_DEVICES = ("heat_pump", "electric_car")
_OF_LOAD = ("annual_kwh", "people", *_DEVICES)
_SETTINGS = ("load", *_OF_LOAD, "plants", "battery", "commissioned")
_DRAWN = ("tilt_deg", "azimuth_deg", "peak_kw")
_DIGITS = {"tilt_deg": 1, "azimuth_deg": 1, "peak_kw": 2}

_ShareOf: TypeAlias = Callable[[str], float]
"""Where among all homes a home is in a quantity, from 0 to below 1."""


def counted(homes: Sequence[Home]) -> int:
    """How many homes the entries with a count are, of the group that has the most; not more than there can be."""
    if not takes_any(homes):
        return most_of(homes)
    return max(_counted(entries) for entries in groups_of(homes).values())


def takes_any(homes: Sequence[Home]) -> bool:
    """Whether there can be any number of homes: each group has a share."""
    return all(any(home.share is not UNSET for home in entries) for entries in groups_of(homes).values())


def most_of(homes: Sequence[Home]) -> int:
    """How many homes there can be where a group has no share."""
    groups = groups_of(homes).values()
    return min(_counted(entries) for entries in groups if all(home.share is UNSET for home in entries))


def site_of_home(site: Site, seed: int, home: str, place: int, kinds: HomeKinds | None = None) -> Site:
    """The site as it is at one home: its plants, load and battery are those of the home.

    Args:
        site: A site with `homes`; with a number of them that `takes_any` and `most_of` allow.
        seed: Of the simulation.
        home: Name of the home.
        place: Its number among the homes of the run, from 0.
        kinds: Of the entries of the site, where many homes are asked for; None makes them.
    """
    entries = (kinds or HomeKinds(site.homes or ())).entries(seed, home, place)
    for entry in entries:
        site = _with_entry(site, entry, partial(share_of, seed, home))
    load = None if site.load is None else _drawn_load(site.load, exact=any(map(_is_exact, entries)))
    return replace(site, load=load, homes=UNSET, homes_file=UNSET)


def home_problems(site: Site) -> Iterator[tuple[int, list[str], Site | None]]:
    """The number of each entry, from 0, what is wrong with it, and the site with it; None where that is not known.

    Ranges are at their upper ends there.
    """
    homes = site.homes or ()
    for index, home in enumerate(homes):
        found = [*_own_problems(home), *_load_problems(home, site)]
        if home.commissioned is not UNSET and site.rules is UNSET:
            found.append('commissioned: nothing depends on it without rules; add rules = "de" to the site')
        yield index, found, None if found else _with_entry(site, home, lambda _: 1.0)
    unlike: dict[tuple[str, frozenset[str]], tuple[int, Home]] = {}  # the first of each kind: others say no more
    for index, home in enumerate(homes):
        unlike.setdefault((home.group, _said_by(home)), (index, home))
    for (first, one), (second, other) in combinations(unlike.values(), 2):
        if one.group != other.group and (both := _overlap(one, other)):
            groups = f"{_group(one)} and {_group(other)}"
            what = f"{both} is also said by home {first + 1}, of another group ({groups}); say it in one group"
            yield second, [what], None
            return


def _is_exact(entry: Home) -> bool:
    """Whether an entry says what one home uses, and not what homes of its kind use in the mean."""
    return entry.count == 1 and (entry.load, entry.annual_kwh) != (UNSET, UNSET)


def _drawn_load(load: Load, *, exact: bool) -> Load:
    """The load with its energy as it is drawn: households of one kind differ around a number."""
    if not isinstance(load, HouseholdLoad) or not isinstance(load.annual_kwh, float | int):
        return load
    cv = 0.0 if exact else DEFAULT_CV
    return replace(load, annual_kwh=EnergyPopulation(mean_kwh=load.annual_kwh, cv=cv))


def _counted(entries: Sequence[Home]) -> int:
    return sum(home.count for home in entries if home.count is not UNSET)


def _with_entry(site: Site, entry: Home, drawn: _ShareOf) -> Site:
    """The site with what an entry says."""
    changes: dict[str, Any] = {}
    load = site.load if entry.load is UNSET else entry.load
    said = {name: getattr(entry, name) for name in _OF_LOAD if getattr(entry, name) is not UNSET}
    if load is not None and said:
        load = replace(load, **{name: None if value == "none" else value for name, value in said.items()})
    changes["load"] = load
    if entry.plants is not UNSET:
        changes["plants"] = tuple(_plant(plant, number, drawn) for number, plant in enumerate(entry.plants, 1))
    if entry.battery is not UNSET:
        changes["battery"] = None if entry.battery == "none" else entry.battery
    if entry.commissioned is not UNSET:
        changes["commissioned"] = entry.commissioned
    return replace(site, **changes)


def _plant(plant: HomePlant, number: int, drawn: _ShareOf) -> Plant:
    values = asdict(plant)
    for name in _DRAWN:
        if not isinstance(values[name], float | int):
            low, high = values[name].from_, values[name].to
            values[name] = round(low + drawn(f"plant {number} {name}") * (high - low), _DIGITS[name])
    return Plant(**values)


def _own_problems(home: Home) -> Iterator[str]:
    """What is wrong with an entry, whatever the site is."""
    if (home.share is UNSET) == (home.count is UNSET):
        yield "give either share or count" + ("" if home.share is UNSET else ", not both")
    for index, plant in enumerate(home.plants or ()):
        for name in _DRAWN:
            value = getattr(plant, name)
            if not isinstance(value, float | int) and value.from_ > value.to:
                where = item_path("plants", index, plant)
                around = "; for roofs on both sides of north write two entries" if name == "azimuth_deg" else ""
                yield f"{where} {name}: from {value.from_:g} is above to, {value.to:g}{around}"


def _load_problems(home: Home, site: Site) -> Iterator[str]:
    """What is wrong with what an entry says of the load."""
    said = {name: getattr(home, name) for name in _OF_LOAD if getattr(home, name) is not UNSET}
    own: Load | None = None if home.load is UNSET else home.load
    for name in said:
        if own is not None and (name == "annual_kwh" or getattr(own, name, None) is not None):
            yield f"{name}: load says it too; say it once"
    load = own or site.load
    if load is None and said:
        yield f"{next(iter(said))}: the site has no load, nor has this home; add [load] to the site"
    elif "people" in said and not isinstance(load, HouseholdLoad):
        yield f"people: it is for a load of kind household, and this one is {load.kind if load else ''}"
    elif load is not None and isinstance(said.get("annual_kwh", load.annual_kwh), tuple):
        yield "load.annual_kwh: a list is for meters that are alike; give a number, or a mean_kwh"


def _overlap(one: Home, other: Home) -> str:
    """A setting that two entries both say; a load says all that is of the load."""
    both = _said_by(one) & _said_by(other)
    return next((name for name in _SETTINGS if name in both), "")


def _said_by(home: Home) -> frozenset[str]:
    """The settings that an entry says."""
    of_load = _OF_LOAD if home.load is not UNSET else ()
    return frozenset((*of_load, *(name for name in _SETTINGS if getattr(home, name) is not UNSET)))


def _group(home: Home) -> str:
    return repr(home.group) if home.group else "none"
