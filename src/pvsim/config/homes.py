"""The homes of a street: how many there are, and what the site is at each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from msgspec import UNSET, UnsetType

from pvsim.config.ports import Outside
from pvsim.config.request import Request
from pvsim.config.run_config import HomesFile
from pvsim.core.run.plan import MAX_FLEET, MAX_METERS, check_count, most_meters
from pvsim.core.site.home_kinds import HomeKinds
from pvsim.core.site.homes import counted, most_of, site_of_home, takes_any
from pvsim.core.site.schema import Site
from pvsim.errors import UsageError

__all__ = ["Street", "street_of"]


@dataclass(frozen=True, slots=True)
class Street:
    """Homes that differ.

    Attributes:
        site: The site with `homes`.
        seed: Of the simulation.
        names: Of the homes of a file, where it has names.
        file: The file; unset where the site's own file has the homes.
        partitions: Over how many streams the meters are spread; None: all go through one.
    """

    site: Site
    seed: int
    names: tuple[str, ...] = ()
    file: HomesFile | UnsetType = UNSET
    partitions: int | None = None
    _sites: dict[tuple[str, int], Site] = field(default_factory=dict, init=False, repr=False, compare=False)
    _kinds: HomeKinds = field(init=False, repr=False, compare=False)
    _rows: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_kinds", HomeKinds(self.site.homes or ()))  # it is frozen
        object.__setattr__(self, "_rows", {name: row for row, name in enumerate(self.names)})

    def home(self, place: int) -> str:
        """The name of a home that is numbered, or has a name in the file."""
        return self.names[place] if place < len(self.names) else f"m{place + 1}"

    def site_of(self, home: str, place: int) -> Site:
        """The site as it is at one home.

        Args:
            home: Its name, by which its row is found where the rows have names.
            place: Its number among the meters, from 0, by which it is found where they have none.
        """
        if (found := self._sites.get((home, place))) is None:  # it is asked for several times
            row = self._rows[home] if self.names else place
            found = self._sites[home, place] = site_of_home(self.site, self.seed, home, row, self._kinds)
        return found

    def sources(self, meters: int | None) -> tuple[str, ...]:
        """What each meter is where nobody says it: the kind of the home's load, with its name where it has one.

        Raises:
            UsageError: if there are not so many homes.
        """
        count = max(counted(self.site.homes or ()), 1) if meters is None else meters
        if meters is not None:
            check_count(count, self.partitions)
        elif not 1 <= count <= most_meters(self.partitions):
            raise self._too_many(count)
        self.check_count(count)
        found = []
        for place in range(count):
            home = self.home(place)
            load = self.site_of(home, place).load
            named = f"{home}=" if self.names else ""
            found.append(f"{named}{load.kind if load is not None else 'uniform'}")
        return tuple(found)

    def check(self, homes: Sequence[str], *, counted: bool) -> None:
        """Refuse meters that are at no home.

        Args:
            homes: The name of the home of each meter.
            counted: Whether the meters are numbered by `meters`, and cannot be named.

        Raises:
            UsageError: if some are.
        """
        self.check_count(len(homes))
        unknown = [home for home in homes if home not in self._rows] if self.names else []
        if not unknown or self.file is UNSET:
            return
        load = self.site.load.kind if self.site.load is not None else "uniform"
        near = get_close_matches(unknown[0], self.names, n=1)
        named = f"{(near or self.names)[0]}={load}"
        what = f"no home of {self.file.path} is called {unknown[0]!r}; a meter has the row with its name"
        fix = "leave `meter.source` out" + ("" if counted else f", or give a row's name: `meter.source` {named}")
        raise UsageError(what, field="meter.source", fix=fix)

    def check_count(self, meters: int) -> None:
        """Refuse more meters than there are homes.

        Raises:
            UsageError: if there are.
        """
        homes = self.site.homes or ()
        if takes_any(homes) or meters <= most_of(homes):
            return
        most = most_of(homes)
        has = f"site {self.site.name} has {most:,} home{'' if most == 1 else 's'}"
        more = "give one of its [[homes]] a share in place of its count"
        if self.file is not UNSET:
            has, more = f"{self.file.path} has {most:,} home{'' if most == 1 else 's'}", "add lines to it"
        what = f"there are {meters:,} meters, but {has}"
        raise UsageError(what, field="meters", fix=f"give `meters` {most}, or {more}")

    def _too_many(self, count: int) -> UsageError:
        """More meters than a run has, by the counts of the homes or the rows of their file."""
        most = most_meters(self.partitions)
        homes = f"the counts of [[homes]] in site {self.site.name} are {count:,} homes"
        if self.file is not UNSET:
            homes = f"{self.file.path} has {count:,} homes"
        if count > MAX_FLEET:
            what = f"{homes}, but a run has at most {MAX_FLEET:,} meters"
            fix = f"lower the counts, or give `meters` {most}"
            return UsageError(what, field="site", fix=fix)
        through = "one stream takes" if (self.partitions or 1) == 1 else f"{self.partitions:,} partitions take"
        what = f"{homes}, but {through} at most {most:,} meters"
        fix = f"give `partitions` {-(-count // MAX_METERS)}, or `meters` {most} for the first of them"
        return UsageError(what, field="site", fix=fix)


def street_of(site: Site | None, request: Request, outside: Outside) -> Street | None:
    """The street of a site; None where its homes do not differ.

    Raises:
        BadInputError: if its file of homes is wrong.
    """
    if site is None or (site.homes is UNSET and site.homes_file is UNSET):
        return None
    if site.homes_file is UNSET:
        return Street(site, request.seed, partitions=request.partitions)
    path = site.homes_file
    with_homes, names = outside.read_homes(site)
    file = HomesFile(path, outside.sha256(path), len(with_homes.homes or ()))
    return Street(with_homes, request.seed, names, file, request.partitions)
