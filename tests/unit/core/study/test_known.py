"""A path is right if and only if data can have a value there; of a wrong one the nearest is named."""

from typing import Annotated

import pytest
from msgspec import Meta, Struct, field, inspect

from pvsim.core.study.known import kinds_at
from pvsim.core.study.paths import parts_of
from pvsim.errors import UsageError


class Cat(Struct, forbid_unknown_fields=True, tag_field="kind", tag="cat"):
    lives: int = 9


class Dog(Struct, forbid_unknown_fields=True, tag_field="kind", tag="dog"):
    good: bool = True
    lives: float = 1.0


class Roof(Struct, forbid_unknown_fields=True):
    peak_kw: Annotated[float, Meta(ge=0, le=9)]
    tilt_deg: float = 0
    from_: str | None = field(name="from", default=None)


class House(Struct, forbid_unknown_fields=True):
    name: str
    roofs: tuple[Roof, ...] = ()
    pet: Cat | Dog | None = None
    hours: tuple[float, ...] | float = 1.0
    main_roof: Roof | None = None


class Ask(Struct, forbid_unknown_fields=True):
    house: str | House | None = None
    days: int = 1


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("days", {inspect.IntType}),
        ("house", {inspect.StrType, inspect.StructType, inspect.NoneType}),
        ("house.roofs.0.peak_kw", {inspect.FloatType}),
        ("house.roofs.*.from", {inspect.StrType, inspect.NoneType}),
        ("house.roofs.12", {inspect.StructType}),
        ("house.pet.kind", {inspect.LiteralType}),
        ("house.pet.lives", {inspect.IntType, inspect.FloatType}),
        ("house.hours.3", {inspect.FloatType}),
    ],
)
def test_a_path_leads_to_what_its_value_may_be(path, kinds):
    assert {type(kind) for kind in kinds_at(Ask, parts_of(path))} == kinds


@pytest.mark.parametrize(
    ("path", "told", "fix"),
    [
        ("day", "there is no setting day", "did you mean days?"),
        ("house.rofs.0.peak_kw", "house has no setting rofs", "did you mean house.roofs.0.peak_kw?"),
        ("roofs.0.peak_kw", "there is no setting roofs", "did you mean house.roofs.0.peak_kw?"),
        ("house.roofs.0.surface_tilt", "has no setting surface_tilt", "did you mean house.roofs.0.tilt_deg?"),
        ("house.roofs.0.xyz", "has no setting xyz", "known are from, peak_kw, tilt_deg"),
        ("house.roofs.first.peak_kw", "is a list, and 'first' is no number", "write house.roofs.0 for the first"),
        ("house.roofs.00", "is no number of an item", "house.roofs.* for each"),
        ("house.roofs.-1", "is no number of an item", "house.roofs.* for each"),
        ("days.more", "days is a value, and has no settings in it", "write days"),
    ],
)
def test_of_a_path_that_is_not_there_the_nearest_is_named(path, told, fix):
    with pytest.raises(UsageError) as caught:
        kinds_at(Ask, parts_of(path))
    assert told in caught.value.what
    assert fix in caught.value.fix
    assert caught.value.field == path


def test_of_many_names_a_dozen_is_told():
    many = type("Many", (Struct,), {"__annotations__": {f"aaa{number}": int for number in range(15)}})
    with pytest.raises(UsageError) as caught:
        kinds_at(many, ("zzz",))
    assert caught.value.fix.endswith("and 3 more")
