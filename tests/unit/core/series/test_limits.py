import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.series import RawSeries, SeriesOptions
from pvsim.core.series.limits import Limits, count_cut, cut_power_dw
from pvsim.errors import BadInputError

METER, GRID, PV = Limits(0, 9000), Limits(-9000, 9000), Limits(0, 9_999_000)


def cut(power_w, limits=METER, quantity="meter", unit="W", **options):
    power_w = np.array(power_w, np.float64)
    lines = np.arange(len(power_w)) + 2
    samples = RawSeries("house.csv", "x", lines, lines, None, utc=False, values=power_w)
    return cut_power_dw(samples, limits, SeriesOptions(**options), quantity=quantity, unit=unit).tolist()


@given(st.lists(st.floats(-20_000, 20_000), min_size=1, max_size=50))
def test_what_is_kept_and_what_is_cut_make_up_what_was_there(power_w):
    power_w = np.array(power_w)
    found = count_cut(power_w, GRID, 3600)
    kept = np.clip(power_w, -9000, 9000)
    assert found.high_kwh - found.low_kwh == pytest.approx((power_w - kept).sum() / 1000, abs=1e-9)
    assert (found.low, found.high) == ((power_w < -9000).sum(), (power_w > 9000).sum())


def test_a_little_is_cut():
    assert cut([0, 9272, 500.04, np.nan]) == [0, 90_000, 5000, 0]
    assert cut([-2.7, 100], PV, "pv") == [0, 1000]
    assert cut([-500, 9500], GRID, kind="grid") == [-5000, 90_000]
    found = count_cut(np.array([9272.0, 10_000]), METER, 1800)
    assert (found.high, found.high_kwh) == (2, pytest.approx(0.636))


@pytest.mark.parametrize(
    ("power_w", "limits", "quantity", "unit", "options", "what", "line", "fix"),
    [
        ([1, -2300], PV, "pv", "W", {}, "column 'x' goes down to -2,300 W", 3, "`pv.sign` negative"),
        ([1, -2300], PV, "pv", "W", {"sign": "negative"}, "column 'x' goes down", 3, "`pv.sign` positive"),
        ([-90_000, 1], GRID, "meter", "kW", {"kind": "grid"}, "column 'x' goes down", 2, "check the unit"),
        ([1, -0.5], METER, "meter", "W", {}, "column 'x' is negative (-0.5 W)", 3, "with `meter.column` NAME"),
        ([0, -1], METER, "meter", "W", {}, "column 'x' is negative", 3, "`meter.sign` negative"),
        (
            [30_000, 30_000],
            METER,
            "meter",
            "kW",
            {},
            "column 'x', read in kW, reaches 30,000 W",
            2,
            "`meter.unit` W",
        ),
        ([1, 3e7], METER, "meter", "kWh", {}, "column 'x', read in kWh", 3, "check the unit: `meter.unit`"),
        ([1, 30_000], METER, "meter", "W", {}, "column 'x', read in W", 3, "`meter.scale` FACTOR"),
        ([1, 1e7], PV, "pv", "kW", {}, "column 'x', read in kW, reaches 10,000,000 W: no plant", 3, "`pv.unit` W"),
    ],
)
def test_a_cut_that_outweighs_what_is_kept_is_refused(
    power_w, limits, *, quantity, unit, options, what, line, fix
):
    with pytest.raises(BadInputError) as caught:
        cut(power_w, limits, quantity, unit, **options)
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"house.csv:{line}"
    assert fix in caught.value.fix
