"""What a figure depends on."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.study.made import a_study

from pvsim.core.study.factors import VARIANT, Factor, factors_of
from pvsim.core.study.sensitivity import sensitivity_of

SLOPE = st.integers(-9, 9)


def found_of(axes, figure, *, variants=("",), drawn=(), missing=()):
    cases = a_study(axes, lambda *_: {}, variants=variants)
    values = np.array([figure(each.variant, each.parameters) for each in cases.combinations], dtype=np.float64)
    values[list(missing)] = np.nan
    return sensitivity_of(factors_of(cases, drawn), values)


@given(SLOPE, SLOPE, st.sets(st.integers(0, 11), max_size=6))
def test_of_a_sum_each_part_is_found_whatever_is_missing(first, second, missing):
    found = found_of(
        {"a": [0, 1, 2], "b": [5, 1, 3, 2]}, lambda _, p: first * p["a"] + second * p["b"], missing=missing
    )
    by_path = {effect.path: effect for effect in found.effects}
    for path, slope, span in (("a", first, 2), ("b", second, 4)):
        assert (path in by_path) != (path in found.unknown)
        if path in by_path:
            assert by_path[path].change == pytest.approx(slope * span)
            assert by_path[path].range == pytest.approx(abs(slope) * span)


def test_a_parameter_with_the_best_in_the_middle_by_hand():
    found = found_of({"tilt": [10, 35, 60], "kwh": [0, 5]}, lambda _, p: (p["tilt"] - 35) ** 2 / 25 + p["kwh"])
    tilt, kwh = found.effects
    assert (tilt.path, tilt.kind, tilt.low, tilt.high, tilt.change) == ("tilt", "swept", 0, 2, 0)
    assert (tilt.least, tilt.least_at, tilt.most, tilt.most_at, tilt.range) == (2.5, 1, 27.5, 0, 25)
    assert (kwh.at_low, kwh.at_high, kwh.change) == (pytest.approx(50 / 3), pytest.approx(65 / 3), 5)
    assert found.mean == pytest.approx(115 / 6)
    assert (found.plane, found.unknown) == (None, ())


def test_variants_stand_beside_the_first():
    found = found_of(
        {"kwh": [0, 5]}, lambda variant, p: len(variant) + p["kwh"] / 10, variants=("south", "east-west", "flat")
    )
    assert [(e.path, e.kind, e.low, e.high, e.change) for e in found.effects] == [
        (VARIANT, "variant", 0, 1, 4),
        (VARIANT, "variant", 0, 2, -1),
        ("kwh", "swept", 0, 1, 0.5),
    ]
    assert (found.effects[1].least_at, found.effects[1].most_at) == (2, 0)


def drawn_factors(n, variants=1):
    """Points on two rising numbers and a word, as a Latin hypercube has them."""
    rng = np.random.Generator(np.random.Philox(7))
    kw, tilt, word = rng.permutation(n), rng.permutation(n), rng.permutation(n) % 3
    repeated = [np.tile(codes, variants) for codes in (kw, tilt, word)]
    return [
        Factor(VARIANT, tuple(f"v{i}" for i in range(variants)), np.repeat(np.arange(variants), n)),
        Factor("kw", tuple(3 + i / 2 for i in range(n)), repeated[0], sampled=True),
        Factor("tilt", tuple(range(n)), repeated[1], sampled=True),
        Factor("word", ("a", "b", "c"), repeated[2], sampled=True),
    ][variants == 1 :]


def test_a_plane_is_found_again_by_hand():
    factors = drawn_factors(20, variants=2)
    variant, kw, tilt, word = factors
    figure = 10 * variant.codes + 2 * (3 + kw.codes / 2) - tilt.codes + np.array([0, 4, -1])[word.codes]
    found = sensitivity_of(factors, figure)
    by_path = {effect.path: effect for effect in found.effects}
    assert [effect.path for effect in found.effects] == ["kw", "tilt", VARIANT, "word"]
    assert by_path["kw"].change == pytest.approx(19)
    assert (by_path["kw"].low, by_path["kw"].high, by_path["kw"].kind) == (0, 19, "drawn")
    assert by_path["tilt"].change == pytest.approx(-19)
    assert (by_path["tilt"].least_at, by_path["tilt"].most_at) == (19, 0)
    assert (by_path["word"].least_at, by_path["word"].most_at) == (2, 1)
    assert by_path["word"].range == pytest.approx(5)
    assert (found.plane.points, found.plane.r2) == (20, 1.0)
    figure[3] = np.nan  # the point is left out in both variants
    again = sensitivity_of(factors, figure)
    assert again.plane.points == 19
    assert {e.path: e.change for e in again.effects}["kw"] == pytest.approx(19)


def test_a_figure_that_never_changes_has_no_variance():
    found = sensitivity_of(drawn_factors(20), np.full(20, 7.0))
    assert found.plane.r2 is None
    assert all(effect.range == 0 for effect in found.effects)


def test_too_few_points_say_nothing():
    few = sensitivity_of(drawn_factors(4), np.arange(4.0))
    assert (few.plane, few.unknown) == (None, ("kw", "tilt", "word"))
    same = np.tile(np.arange(4), 3)
    alike = [Factor(path, (0, 1, 2, 3), same, sampled=True) for path in ("a", "b")]
    assert sensitivity_of(alike, np.arange(12.0)).unknown == ("a", "b")
    nothing = sensitivity_of(drawn_factors(4), np.full(4, np.nan))
    assert math.isnan(nothing.mean)
    assert nothing.effects == ()
