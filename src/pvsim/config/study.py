"""A study as it is asked for: a base request, and in which settings its cases differ from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from pvsim.core.study.axes import Axis, combination
from pvsim.core.study.case import Order
from pvsim.core.study.paths import Parts, Plain
from pvsim.core.study.sampling import Sample

__all__ = ["MAX_CASES", "Difference", "Page", "Setting", "Study", "StudyFile", "Variant"]

MAX_CASES = 1_000_000
"""At 200 cases a minute and core these take about three and a half days on one core."""

Setting = tuple[Parts, Plain]
"""A path and what is put there."""


class Page(Struct, frozen=True, forbid_unknown_fields=True):
    """What the page of a study shows.

    Attributes:
        x: Path of the setting along the heat map; if left out, the first that is varied.
        y: Path of the setting up the heat map; if left out, the second that is varied.
        best: The figure, by its name in `pvsim query`, that the best case is the best by.
        goal: Whether less or more of that figure is better.
    """

    x: str | None = None
    y: str | None = None
    best: str | None = None
    goal: Literal["min", "max"] | None = None


class StudyFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A study file.

    Attributes:
        name: What the study is called; if left out, as its file.
        repeat: How many seeds each variant is run with, or a list of them.
        base: What all runs have in common: settings by path.
        sweep: Values of some paths, of which all combinations are cases: a list, or a range `{ from, to, step }`.
        sample: `n` points of a Latin hypercube: of each path a range `{ from, to }`, or a list of values.
        compare: Named variants: each a `name`, and values by path.
        page: What the page of the study shows.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    repeat: Annotated[int, Meta(ge=1)] | Annotated[tuple[int, ...], Meta(min_length=1)] = 1
    base: dict[str, Any] = {}
    sweep: dict[str, Any] = {}
    sample: dict[str, Any] = {}
    compare: tuple[dict[str, Any], ...] = ()
    page: Page = Page()


@dataclass(frozen=True, slots=True)
class Variant:
    """A named variant.

    Attributes:
        name: What tables and pages call it; empty for the only one of a study that compares none.
        settings: What it sets.
    """

    name: str = ""
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """In what a case differs from the base.

    Attributes:
        number: Of the case, from 0.
        repeat: Number of its seed, from 0.
        seed: Its seed.
        variant: Its variant.
        parameters: The values that are sampled and swept, by path.
    """

    number: int
    repeat: int
    seed: int
    variant: Variant
    parameters: Mapping[str, Plain]


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """A base request and the settings that vary; cases are made when they are asked for.

    Attributes:
        name: What the study is called.
        folder: Where relative paths of files start; empty for the current directory.
        where: The study file; empty where there is none.
        base: The fields of a request, without the seed.
        changes: What the base sets by path, such as in its site.
        seeds: The seed of each repeat.
        variants: Named variants; one without a name where none are compared.
        sample: The points that are sampled, if any are.
        swept: The values of each path that is swept; all their combinations are cases.
        page: What its page shows.
    """

    name: str
    folder: str
    where: str
    base: Mapping[str, Plain]
    changes: tuple[Setting, ...]
    seeds: Sequence[int]
    variants: tuple[Variant, ...]
    sample: Sample | None
    swept: Mapping[str, Axis]
    page: Page

    @property
    def order(self) -> Order:
        """How the cases are numbered."""
        combinations = 1
        for axis in self.swept.values():
            combinations *= axis.count
        samples = 1 if self.sample is None else self.sample.count
        return Order(len(self.seeds), len(self.variants), samples, combinations)

    @property
    def count(self) -> int:
        """How many cases there are."""
        return self.order.count

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the parameters: those that are sampled, then those that are swept."""
        return (*(() if self.sample is None else self.sample.paths), *self.swept)

    def difference_at(self, number: int) -> Difference:
        """In what a case differs from the base.

        Raises:
            IndexError: if there is no such case.
        """
        place = self.order.place(number)
        sampled = () if self.sample is None else self.sample.at(place.sample)
        swept = combination(tuple(self.swept.values()), place.combination)
        parameters = dict(zip(self.paths, (*sampled, *swept), strict=True))
        return Difference(number, place.repeat, self.seeds[place.repeat], self.variants[place.variant], parameters)
