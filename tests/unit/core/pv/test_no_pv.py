from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from pvsim.core.pv.no_pv import NoPv
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.rows import render
from pvsim.core.results.sampling import samples_of
from pvsim.core.run.plan import RunPlan

DAY = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))


def test_i3_net_is_what_the_meter_shows():
    plan = RunPlan("r1", DAY, ("m1",), meter_range=MeterRange.up_to(43_500, grid=True))
    values = np.array([0, -1, 435_000, -435_000])
    samples, _ = samples_of(plan, NoPv(), 0, values, ())
    lines = render(samples, plan).decode().splitlines()
    assert [line.split(",", 1)[1] for line in lines] == [
        "0.0000,0.0000,0.0000",
        "-0.0001,0.0000,-0.0001",
        "43.5000,0.0000,43.5000",
        "-43.5000,0.0000,-43.5000",
    ]
