"""The tables: each cell that is a figure is the one of the summary at its path, and its text that number."""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from tests.made_pages import ENGLISH, a_plan, figures_of

from pvsim.app.report import tables
from pvsim.core.devices.balance import Balance
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.quantities.types import MeterRange
from pvsim.core.results.profile import POWERS
from pvsim.core.run.plan import RunPlan


def at(summary, path):
    found = msgspec.json.decode(msgspec.json.encode(summary))
    for part in path.split("."):
        found = found[int(part) if part.isdigit() else part]
    return found


@pytest.mark.parametrize("more", [{}, {"meters": ("a", "b")}, {"meter_range": MeterRange.up_to(9_000, grid=True)}])
def test_each_figure_is_that_of_the_summary(more):
    plan = a_plan(days=40, every_s=3_600, **more)
    summary, _ = figures_of(plan)
    shown = [tables.energies(summary, ENGLISH), tables.fleet(summary, ENGLISH)]
    shown += [tables.periods(summary.days, ENGLISH, "days"), tables.periods(summary.months, ENGLISH, "months")]
    cells = [cell for table in shown for row in table.rows for cell in row if cell.path]
    assert len(cells) > 100
    for cell in cells:
        assert at(summary, cell.path) == cell.value, cell
    for table in shown:
        assert all(len(row) == len(table.head) for row in table.rows)
    assert len(shown[1].rows) == (2 if "meters" in more else 0)


def test_the_hours_add_up_to_the_run():
    plan = a_plan()
    summary, profile = figures_of(plan)
    rows = tables.hours(plan, profile, ENGLISH).rows
    assert [row[0].text for row in rows[:2]] == ["00:00–01:00", "01:00–02:00"]
    assert sum(float(row[2].text) for row in rows) == pytest.approx(summary.energy_kwh.pv, abs=0.02)
    assert rows[12][1].text == "0.500"
    assert profile.hour_dws[POWERS.index("load"), 12] == 5_000 * 3_600


def test_an_hour_that_is_not_there_has_no_energy():
    plan = RunPlan("r", Timeline.of_days(date(2024, 3, 31), 1, ZoneInfo("Europe/Berlin")), ("m1",), 900)
    row = tables.hours(plan, figures_of(plan)[1], ENGLISH).rows[2]
    assert [cell.text for cell in row] == ["02:00–03:00 *", "–", "–", "–", "–"]


def test_a_grid_meter_has_no_load():
    plan = a_plan(meter_range=MeterRange.up_to(9_000, grid=True))
    summary, profile = figures_of(plan)
    assert tables.hours(plan, profile, ENGLISH).head[1] == "PV, kWh"
    assert [row[0].text for row in tables.energies(summary, ENGLISH).rows] == [
        "Grid meter",
        "PV",
        "Import",
        "Export",
    ]


def test_what_inverters_cut_off_has_a_row_where_there_is_any():
    summary, _ = figures_of(a_plan())
    for clipped, more in ((None, 0), (0.0, 0), (1.5, 1)):
        energy = msgspec.structs.replace(summary.energy_kwh, inverter_clipped=clipped)
        rows = tables.energies(msgspec.structs.replace(summary, energy_kwh=energy), ENGLISH).rows
        found = [row[1].value for row in rows if row[1].path == "energy_kwh.inverter_clipped"]
        assert found == [1.5] * more


def test_each_figure_of_a_meter_stands_under_its_name():
    """The second home has a battery, the first and the third have none."""
    battery = BatteryModel(5.0, 2.5, 2.5)
    plan = a_plan(meters=("a", "b", "c"), balance=Balance((None, battery, None)))
    power = np.tile([0, 1_000, 0], plan.rows // 3)
    soc = np.tile([-1, 5_000, -1], plan.rows // 3)
    summary, _ = figures_of(plan, battery_dw=power, soc_steps=soc)
    table = tables.fleet(summary, ENGLISH)
    assert {len(row) for row in table.rows} == {len(table.head)}
    for row in table.rows:
        assert [cell.path.rpartition(".")[2] for cell in row] == [
            cell.path.rpartition(".")[2] for cell in table.rows[1]
        ]
    charged = table.head.index("Battery charge, kWh")
    assert [row[charged].text for row in table.rows] == ["–", "2.400", "–"]


def test_homes_are_told_by_what_any_of_them_has():
    homes = {"a": {"kind": "household", "annual_kwh": 2_500.0, "people": 2}, "b": {"kind": "walk", "pv_kwp": 6.25}}
    table = tables.homes(homes, ENGLISH)
    assert table.head == ("Meter", "Load, kWh a year", "People", "PV, kWp")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["a", "2,500", "2", "–"],
        ["b", "–", "–", "6.25"],
    ]
    assert tables.homes({}, ENGLISH) is None
