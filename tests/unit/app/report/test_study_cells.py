"""The cells of a heat map."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.made_pages import ENGLISH

from pvsim.app.report.study_cells import cells_of, map_of
from pvsim.app.report.study_words import Naming
from pvsim.core.study.factors import Factor


def factors_of(*sizes):
    """All combinations of so many values."""
    codes = np.indices(sizes).reshape(len(sizes), -1)
    return [
        Factor(f"p{i}", tuple(range(size)), each) for i, (size, each) in enumerate(zip(sizes, codes, strict=True))
    ]


def cells(factors, figures, **more):
    return cells_of(factors, figures, Naming(ENGLISH, factors, "EUR"), **more)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=4), st.integers(1, 200))
def test_each_combination_is_in_one_cell_and_means_stay(sizes, room):
    factors = factors_of(*sizes)
    figure = np.arange(np.prod(sizes), dtype=np.float64)
    found = cells(factors, {"a": figure, "b": -figure}, room=room)
    assert len(found.axes) + len(found.left_out) == len(sizes)
    assert len(found.axes) >= 2
    assert 1 <= len(found.figures) <= 2
    for combination, cell in enumerate(found.of):
        assert [axis.codes[combination] for axis in found.axes] == found.codes[cell].tolist()
    by_place = map_of(found, 0, 1, "a")
    assert by_place.shape == (sizes[1], sizes[0])
    assert by_place.mean() == pytest.approx(figure.mean())


def test_two_axes_by_hand():
    factors = factors_of(2, 3, 2)
    figure = np.array([0, 1, 2, 3, 4, np.nan, 10, 11, 12, 13, np.nan, np.nan])
    found = cells(factors, {"a": figure})
    assert [axis.label for axis in found.axes] == ["p0", "p1", "p2"]
    np.testing.assert_array_equal(map_of(found, 0, 1, "a"), [[0.5, 10.5], [2.5, 12.5], [4, np.nan]])
    few = cells(factors, {"a": figure, "b": figure}, room=20)
    assert few.left_out == ("p2",)
    assert list(few.figures) == ["a"]
    np.testing.assert_array_equal(map_of(few, 0, 1, "a"), [[0.5, 10.5], [2.5, 12.5], [4, np.nan]])


def test_many_numbers_are_taken_together_in_ranges():
    values = tuple(i / 10 for i in range(41))
    factor = Factor("kw", values, np.arange(41), sampled=True)
    found = cells([factor], {"a": np.arange(41.0)})
    (axis,) = found.axes
    assert axis.binned
    assert axis.values == ("0–0.5", "0.5–1", "1–1.5", "1.5–2", "2–2.5", "2.5–3", "3–3.5", "3.5–4")
    assert axis.codes[[0, 4, 5, 39, 40]].tolist() == [0, 0, 1, 7, 7]
    drawn, swept = (Factor("kw", tuple(range(20)), np.arange(20), sampled=each) for each in (True, False))
    assert [cells([each], {"a": np.arange(20.0)}).axes[0].binned for each in (drawn, swept)] == [True, False]
    words = Factor("word", tuple(map(str, range(30))), np.arange(30))
    assert len(cells([words], {"a": np.arange(30.0)}).axes[0].values) == 30


def test_without_a_factor_there_is_no_cell():
    found = cells([], {"a": np.array([1.0])})
    assert (found.axes, found.codes.shape) == ((), (0, 0))
