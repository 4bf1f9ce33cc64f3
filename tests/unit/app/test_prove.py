"""A file is proved, or the first wrong line is named."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from io import BytesIO
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pvsim.app.expected import rendered
from pvsim.app.meter import readings
from pvsim.app.prove import add_up, prove, prove_foreign
from pvsim.app.simulate import simulate
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.loads.simple import UniformLoad
from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results import rows
from pvsim.core.results.figures import Figures
from pvsim.core.results.samples import Samples, window_means
from pvsim.core.results.spans import Spans
from pvsim.core.run.plan import RunPlan
from pvsim.errors import BadInputError

DAY = Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin"))


class Ramp:
    """PV that rises by 0.1 W each second."""

    def power_dw(self, first_utc: int, n: int) -> np.ndarray:
        return np.arange(first_utc, first_utc + n, dtype=np.int64) - DAY.start_utc


class Ramps:
    """Each meter's own: the first's is `Ramp`, each other has 1 kW more than the one before."""

    def __init__(self, meters: int) -> None:
        self.meters = meters

    def power_dw(self, first_utc: int, n: int) -> np.ndarray:
        return Ramp().power_dw(first_utc, n)[:, None] + 10_000 * np.arange(self.meters)


def proved_own(plan, loads, pv, read):
    """The summary of a file that is proved."""
    tally = Figures(plan)
    add_up(prove(plan, rendered(plan, simulate(plan, loads, pv)), read), tally)
    return tally.result()


def proved_foreign(plan, pv, lines, missing_rows, *adders):
    """The same, where the readings are not known."""
    tally = Figures(plan)
    add_up(prove_foreign(plan, pv, lines, missing_rows), tally, *adders)
    return tally.result()


def plan_of(meters: int = 1, every_s: int = 1) -> RunPlan:
    return RunPlan("run", DAY, tuple(f"m{i}" for i in range(meters)), every_s)


def loads_of(plan: RunPlan) -> list[UniformLoad]:
    return [UniformLoad(noise.key(1, name)) for name in plan.meters]


def text_of(plan: RunPlan, pv=None) -> bytes:
    """The file, made the plain way: all readings at once."""
    values = np.concatenate([block for _, block in readings(plan, loads_of(plan))])
    if pv is None:
        pv = np.repeat(Ramp().power_dw(DAY.start_utc, DAY.seconds), len(plan.meters))
    means = [window_means(x, plan.every_s, len(plan.meters)) for x in (values, pv)]
    return rows.header(plan) + rows.render(Samples.of_rows(plan, np.arange(plan.rows), *means), plan)


@pytest.mark.parametrize(("meters", "every_s"), [(1, 1), (1, 2), (3, 1), (2, 900), (1, 43_200)])
def test_a_true_file_is_proved_both_ways(meters, every_s):
    plan = plan_of(meters, every_s)
    text = text_of(plan)
    own = proved_own(plan, loads_of(plan), Ramp(), BytesIO(text).read)
    foreign = proved_foreign(plan, Ramp(), iter(BytesIO(text)), 0)
    assert own == foreign
    assert own.rows == plan.rows


def test_the_stretches_without_rows_are_found_by_the_way():
    plan = plan_of()
    lines = text_of(plan).splitlines(keepends=True)
    spans = Spans(plan)
    proved_foreign(plan, Ramp(), iter([*lines[:100], *lines[110:-1]]), 11, spans)
    assert [(span.first, span.rows) for span in spans.result().missing] == [(99, 10), (plan.rows - 1, 1)]


@pytest.mark.parametrize(("meters", "every_s"), [(2, 1), (3, 900)])
def test_the_pv_power_of_each_meter_is_its_own(meters, every_s):
    plan, pv = plan_of(meters, every_s), Ramps(meters)
    text = text_of(plan, pv.power_dw(DAY.start_utc, DAY.seconds).reshape(-1))
    own = proved_own(plan, loads_of(plan), pv, BytesIO(text).read)
    assert own == proved_foreign(plan, pv, iter(BytesIO(text)), 0)
    first, second = (own.meters[name].energy_kwh.pv for name in plan.meters[:2])
    assert second == pytest.approx(first + 24)
    with pytest.raises(BadInputError, match="and should be") as caught:
        proved_foreign(plan, Ramp(), iter(BytesIO(text)), 0)
    assert caught.value.where == "line 3"


class ClippedRamps(Ramps):
    """Inverters cut off 1 kW of each."""

    def powers_dw(self, first_utc: int, n: int) -> tuple[np.ndarray, np.ndarray]:
        power = self.power_dw(first_utc, n)
        return power, np.full_like(power, 10_000)


def test_what_inverters_cut_off_is_the_same_of_own_and_of_foreign_readings():
    plan, pv = plan_of(2, 900), ClippedRamps(2)
    text = text_of(plan, pv.power_dw(DAY.start_utc, DAY.seconds).reshape(-1))
    own = proved_own(plan, loads_of(plan), pv, BytesIO(text).read)
    assert own == proved_foreign(plan, pv, iter(BytesIO(text)), 0)
    assert own.energy_kwh.inverter_clipped == 48.0


def changed(text: bytes, how: str) -> bytes:
    lines = text.splitlines(keepends=True)
    at = 40_000
    match how:
        case "digit":
            lines[at] = lines[at][:-2] + bytes([lines[at][-2] ^ 1]) + b"\n"
        case "lost":
            del lines[at]
        case "doubled":
            lines.insert(at, lines[at])
        case "swapped":
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        case "appended":
            lines.append(lines[-1])
        case "header":
            lines[0] = b"time,a,b,c\n"
        case "cut":
            lines = lines[:at]
    return b"".join(lines)


@pytest.mark.parametrize(
    ("how", "own_where", "foreign_where"),
    [
        ("digit", "line 40001", "line 40001"),
        ("lost", "line 40001", "line 86401"),
        ("doubled", "line 40002", "line 40002"),
        ("swapped", "line 40001", "line 40002"),
        ("appended", "line 86402", "line 86402"),
        ("header", "line 1", "line 1"),
        ("cut", "line 40001", "line 40001"),
    ],
)
def test_the_first_wrong_line_is_named(how, own_where, foreign_where):
    plan = plan_of()
    text = changed(text_of(plan), how)
    with pytest.raises(BadInputError) as own:
        proved_own(plan, loads_of(plan), Ramp(), BytesIO(text).read)
    assert own.value.where == own_where
    with pytest.raises(BadInputError) as foreign:
        proved_foreign(plan, Ramp(), iter(BytesIO(text)), 0)
    assert foreign.value.where == foreign_where


def test_rows_known_to_be_missing_may_be_missing():
    plan = plan_of()
    text = changed(text_of(plan), "lost")
    assert proved_foreign(plan, Ramp(), iter(BytesIO(text)), 1).rows == plan.rows - 1


def test_an_empty_file_is_not_proved():
    with pytest.raises(BadInputError) as caught:
        proved_foreign(plan_of(), Ramp(), iter(()), 0)
    assert caught.value.where == "line 1"


def test_more_pv_power_than_the_plant_can_give_is_named():
    """Behind an export limit a row may have less than that, never more."""
    plan = replace(plan_of(), balance=Balance(export_limit_dw=0))
    could = np.array([40_000, 40_001])
    samples = Samples.of_rows(plan, could, np.array([4_000, 4_001]), could - [36_000, 0])
    good = rows.header(plan) + rows.render(samples, plan)
    proved = proved_foreign(plan, Ramp(), iter(BytesIO(good)), plan.rows - 2)
    assert (proved.rows, proved.energy_kwh.curtailed) == (2, 0.001)
    bad = rows.header(plan) + rows.render(replace(samples, pv_dw=could + np.array([0, 1])), plan)
    with pytest.raises(BadInputError, match="more than the plant can give") as caught:
        proved_foreign(plan, Ramp(), iter(BytesIO(bad)), plan.rows - 2)
    assert caught.value.where == "line 3"


def test_a_battery_alone_curtails_nothing():
    """Without an export limit each row's PV power is what the plant could give, battery or not."""
    battery = BatteryModel(10, 5, 5, 0.95, 0.95, 0)
    plan = replace(plan_of(), balance=Balance((battery,)))
    idle = {"battery_dw": np.zeros(1, np.int64), "soc_steps": np.array([5_000])}
    for pv, wrong in ((10, False), (9, True)):
        samples = Samples.of_rows(plan, np.array([10]), np.array([50]), np.array([pv]), **idle)
        lines = iter(BytesIO(rows.header(plan) + rows.render(samples, plan)))
        with pytest.raises(BadInputError, match="should be") if wrong else nullcontext():
            proved_foreign(plan, Ramp(), lines, plan.rows - 1)
