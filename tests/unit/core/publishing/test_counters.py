"""Counters are exact sums that only rise, and import minus export is load minus PV plus battery (I8)."""

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.publishing.counters import Counters

SECONDS = st.lists(
    st.tuples(st.integers(-90_000, 90_000), st.integers(0, 90_000), st.integers(-50_000, 50_000)), max_size=50
)


@given(seconds=SECONDS)
def test_the_energies_of_any_seconds_balance_and_no_counter_falls(seconds):
    total = Counters()
    for second in seconds:
        after = total + Counters.of_second(*second)
        assert all(after.wh[name] >= wh >= 0 for name, wh in total.wh.items())
        total = after
    meter, pv, battery = (sum(column) for column in zip(*seconds, strict=True)) if seconds else (0, 0, 0)
    assert (total.meter_dws, total.pv_dws, total.battery_dws) == (meter, pv, battery)
    assert total.import_dws - total.export_dws == meter - pv + battery


def test_an_hour_by_hand():
    hour = Counters()
    for _ in range(3_600):
        hour += Counters.of_second(5_000, 12_000, 3_000)  # 500 W, 1,200 W of PV, 300 W into the battery
    assert hour.wh == {
        "meter_import_wh": 500,
        "meter_export_wh": 0,
        "pv_wh": 1_200,
        "import_wh": 0,
        "export_wh": 400,
        "charge_wh": 300,
        "discharge_wh": 0,
    }


def test_a_wh_is_counted_when_it_is_whole():
    assert Counters(pv_dws=35_999).wh["pv_wh"] == 0
    assert Counters(pv_dws=36_000).wh["pv_wh"] == 1
