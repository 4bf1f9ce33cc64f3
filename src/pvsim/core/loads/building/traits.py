"""What sets a home apart from others of its annual energy: drawn once for each building, from its name (I7)."""

from dataclasses import dataclass

from pvsim.core.loads.building.devices import Kind, quantile
from pvsim.core.quantities import noise

__all__ = ["Traits", "traits_of"]

_BASE_FACTOR = (0.7, 1.0, 1.3)
_WEEKS_AWAY = (1.0, 2.0, 2.5, 3.0, 4.0)


@dataclass(frozen=True, slots=True)
class Traits:
    """What one building is like.

    Attributes:
        people: Persons who live there; 0 in a building that has working hours instead.
        weeks_away: Weeks of a year in which nobody sleeps there, 1 to 4; 0 without people.
        base_factor: Its base load, relative to that of the average building of its annual energy.
    """

    people: int
    weeks_away: float
    base_factor: float


def traits_of(kind: Kind, *, seed: int, meter: str, people: int | None = None) -> Traits:
    """Draw the traits of one building.

    Args:
        kind: What it contains.
        seed: Of the simulation.
        meter: The meter's name: other meters are other buildings.
        people: Persons who live there, None if nobody said so.
    """

    def drawn(table: tuple[float, ...], *component: str) -> float:
        stream = noise.key(seed, "building", meter, *component)
        return float(quantile(table, noise.uniform(stream, -8, 1))[0])

    return Traits(
        people=kind.people if people is None else people,
        weeks_away=drawn(_WEEKS_AWAY, "weeks away") if kind.people else 0.0,
        base_factor=drawn(_BASE_FACTOR, "base"),
    )
