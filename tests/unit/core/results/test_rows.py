"""I3: rows as printed; I6: their local time."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.rows import header, render
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

BOUNDED = settings(max_examples=100, deadline=None)
ZONES = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
DAYS = [date(2024, 3, 30), date(2024, 10, 26), date(2024, 4, 6), date(2024, 11, 2), date(2024, 6, 21)]
POWERS = st.integers(0, 90_000)
PV_POWERS = st.integers(0, 99_990_000) | POWERS


def samples_of(plan: RunPlan, rows: list[tuple[int, int, int]]) -> Samples:
    return Samples.of_rows(plan, *(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))


@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(DAYS),
    every_s=st.sampled_from([1, 2, 60, 900]),
    n_meters=st.integers(1, 3),
    data=st.data(),
)
@BOUNDED
def test_each_row_as_printed_adds_up_and_names_its_time(zone, day, every_s, n_meters, data):
    """I3 and I6."""
    timeline = Timeline.of_days(day, 2, ZoneInfo(zone))
    meters = ("roof", "m", "a-long_name")[:n_meters]
    plan = RunPlan("r1", timeline, meters, every_s)
    row_numbers = data.draw(st.lists(st.integers(0, plan.rows - 1), min_size=1, max_size=10, unique=True))
    rows = [(row, data.draw(POWERS), data.draw(PV_POWERS)) for row in sorted(row_numbers)]
    text = render(samples_of(plan, rows), plan).decode()
    assert text.endswith("\n")
    for line, (row, meter_dw, pv_dw) in zip(text.splitlines(), rows, strict=True):
        time, *name, meter_kw, pv_kw, net_kw = line.split(",")
        t_utc = timeline.start_utc + row // n_meters * every_s
        assert time == datetime.fromtimestamp(t_utc, UTC).astimezone(ZoneInfo(zone)).isoformat()
        assert name == ([meters[row % n_meters]] if n_meters > 1 else [])
        assert Decimal(meter_kw) == Decimal(meter_dw) / 10_000
        assert Decimal(pv_kw) == Decimal(pv_dw) / 10_000
        assert Decimal(net_kw) == Decimal(meter_kw) - Decimal(pv_kw)
        assert {len(kw.partition(".")[2]) for kw in (meter_kw, pv_kw, net_kw)} == {4}
        assert net_kw != "-0.0000"


def test_rows_by_hand():
    timeline = Timeline.of_days(date(2024, 10, 27), 1, ZoneInfo("Europe/Berlin"))
    rows = [(0, 43_215, 0), (10_799, 0, 1), (10_800, 5, 99_990_000), (89_999, 90_000, 90_000)]
    plan = RunPlan("r1", timeline, ("m1",))
    assert render(samples_of(plan, rows), plan).decode().splitlines() == [
        "2024-10-27T00:00:00+02:00,4.3215,0.0000,4.3215",
        "2024-10-27T02:59:59+02:00,0.0000,0.0001,-0.0001",
        "2024-10-27T02:00:00+01:00,0.0005,9999.0000,-9998.9995",
        "2024-10-27T23:59:59+01:00,9.0000,9.0000,0.0000",
    ]


def test_a_run_of_several_meters_names_them():
    timeline = Timeline.of_days(date(2024, 1, 1), 1, ZoneInfo("America/St_Johns"))
    plan = RunPlan("r1", timeline, ("roof", "m"), every_s=900)
    assert header(plan) == b"timestamp,meter,meter_kw,pv_kw,net_kw\n"
    assert render(samples_of(plan, [(1, 10_000, 1), (2, 1, 10_000)]), plan).decode() == (
        "2024-01-01T00:00:00-03:30,m,1.0000,0.0001,0.9999\n2024-01-01T00:15:00-03:30,roof,0.0001,1.0000,-0.9999\n"
    )


def test_the_header_of_one_meter():
    timeline = Timeline.of_days(date(2024, 1, 1), 1, UTC)
    assert header(RunPlan("r1", timeline, ("m1",))) == b"timestamp,meter_kw,pv_kw,net_kw\n"


def test_no_samples_make_no_text():
    plan = RunPlan("r1", Timeline.of_days(date(2024, 1, 1), 1, UTC), ("m1", "m2"))
    assert render(Samples.none(), plan) == b""
