"""Runs that have loads, weather or plants in common, carried out side by side: what they share is computed once.

Each run asks its models for the same windows, one run soon after the other. So the models remember the windows
that they gave last, and nothing else differs: no value depends on who has asked before (I7).
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pvsim.core.quantities.physics import Floats
from pvsim.core.quantities.types import Ints, PowerSource, PvSource
from pvsim.core.results.sampling import pv_and_clipped
from pvsim.core.weather.clear_sky import ClearSky, LightOutside
from pvsim.core.weather.sky import Air, Sky
from pvsim.core.weather.sun import Sun

__all__ = ["LIGHTS", "Latest", "RememberedLight", "RememberedPower", "RememberedPv", "RememberedSky"]

_WINDOWS = 2
_HOURS = 8  # a block of six, and the two before it that the cells of a plant begin in
LIGHTS = 32
"""Stretches of a clear sky: the six hours of a week. Each takes 1.5 MB, and is the same for all seeds."""

_Value = TypeVar("_Value")


@dataclass(slots=True)
class Latest(Generic[_Value]):
    """Values by key, of which those that were asked for last are kept.

    Attributes:
        most: So many.
    """

    most: int
    _kept: OrderedDict[Hashable, _Value] = field(default_factory=OrderedDict, repr=False)

    def get(self, key: Hashable, make: Callable[[], _Value]) -> _Value:
        """The value of a key, made if it is not kept; what fails is not kept."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        value = self._kept[key] = make()
        if len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return value


class RememberedPower:
    """A `PowerSource` that remembers the last windows of another.

    Args:
        source: The other.
    """

    def __init__(self, source: PowerSource) -> None:
        self._source = source
        self._kept: Latest[Ints] = Latest(_WINDOWS)

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`; the array is shared, and read only."""
        return self._kept.get((first_utc, n), lambda: _fixed(self._source.power_dw(first_utc, n)))


class RememberedPv:
    """A PV source that remembers the last windows of another, `ClippingPvSource` or not.

    Args:
        source: The other.
    """

    def __init__(self, source: PvSource) -> None:
        self._source = source
        self._kept: Latest[tuple[Ints, Ints | None]] = Latest(_WINDOWS)

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PvSource.power_dw`; the array is shared, and read only."""
        return self.powers_dw(first_utc, n)[0]

    def powers_dw(self, first_utc: int, n: int) -> tuple[Ints, Ints | None]:
        """See `ClippingPvSource.powers_dw`; None where it is not known what inverters cut off."""
        return self._kept.get((first_utc, n), lambda: self._compute(first_utc, n))

    def _compute(self, first_utc: int, n: int) -> tuple[Ints, Ints | None]:
        power, clipped = pv_and_clipped(self._source, first_utc, n)
        return _fixed(power), None if clipped is None else _fixed(clipped)


class RememberedSky:
    """A `Sky` that remembers the last hours of another; it is asked with the light of one place only.

    Args:
        sky: The other.
    """

    def __init__(self, sky: Sky) -> None:
        self._sky = sky
        self._kept: Latest[Air] = Latest(_HOURS)

    def air(self, first_utc: int, beam_share: Floats) -> Air:
        """See `Sky.air`."""
        return self._kept.get((first_utc, len(beam_share)), lambda: self._sky.air(first_utc, beam_share))


@dataclass(frozen=True, slots=True)
class RememberedLight(LightOutside):
    """The clear sky of a place, which remembers the last stretches of time that it was asked for.

    Attributes:
        kept: Those.
    """

    kept: Latest[tuple[Ints, Sun, ClearSky]] = field(
        default_factory=lambda: Latest(LIGHTS), repr=False, compare=False
    )

    def at(self, t_utc: Ints) -> tuple[Ints, Sun, ClearSky]:
        """See `LightOutside.at`."""
        if len(t_utc) != t_utc[-1] - t_utc[0] + 1:  # not each second
            return LightOutside.at(self, t_utc)
        return self.kept.get((int(t_utc[0]), len(t_utc)), lambda: LightOutside.at(self, t_utc))


def _fixed(values: Ints) -> Ints:
    """An array that nobody changes."""
    fixed = values.view()
    fixed.setflags(write=False)
    return fixed
