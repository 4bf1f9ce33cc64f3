"""Figures that are put together when they are asked for."""

import pytest

from pvsim.core.results.each_meter import EachMeter


def test_a_meter_is_put_together_whenever_it_is_asked_for():
    asked = []

    def of_meter(i):
        asked.append(i)
        return f"figures of {i}"

    each = EachMeter(("house", "shop"), of_meter)
    assert (list(each), len(each), "shop" in each, asked) == (["house", "shop"], 2, True, [1])
    assert dict(each) == each == {"house": "figures of 0", "shop": "figures of 1"}
    assert each["shop"] == "figures of 1"
    with pytest.raises(KeyError):
        each["garden"]
