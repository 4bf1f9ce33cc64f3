"""What the charts of a study's page show."""

import msgspec
import numpy as np
from tests.made_studies import a_study_page, drawn, swept

KWH = "site.battery.capacity_kwh"


def test_the_numbers_of_the_map_are_those_of_the_table():
    page = a_study_page(swept(seeds=2))
    data = msgspec.json.decode(msgspec.json.encode(page.data))
    codes = np.array(data["codes"]).reshape(-1, len(data["axes"]))
    values = np.array(data["figures"][0]["values"])
    (table,) = next(each for each in page.sections if each.name == "map").tables
    for y, row in enumerate(table.rows):
        assert row[0].text == data["axes"][1]["values"][y]
        for x, cell in enumerate(row[1:]):
            mean = values[(codes[:, 0] == x) & (codes[:, 1] == y)].mean()
            assert cell.text == f"{mean:,.2f}"
    assert len(data["best"]) == 4
    assert data["profile"] is None
    assert len(data["days"]) == 7
    assert set(data["days"][0]["powers"]) == {"load", "pv", "net", "battery"}


def test_one_axis_has_bands():
    failing = {0, 3}  # a combination in both seeds
    data = a_study_page(swept({KWH: [0, 5, 10]}, variants=("",), seeds=2, failing=failing)).data
    assert data["profile"][0] == [None, None]
    assert data["figures"][0]["values"][0] is None
    low, high = data["profile"][2]
    assert low <= data["figures"][0]["values"][2] <= high
    assert data["best"] == [2]


def test_effects_and_days_by_hand():
    data = a_study_page(swept({KWH: [0, 5]}, variants=("south", "flat"), seeds=1)).data
    capacity, variant = data["effects"]
    assert (capacity["label"], capacity["least_at"], capacity["most_at"]) == ("capacity, kWh", "5", "0")
    assert (variant["label"], variant["least_at"], variant["most_at"]) == ("flat", "south", "flat")
    assert data["figures"][1]["share"]
    assert data["words"]["study.chart.x"] == "Along"


def test_drawn_points_are_in_ranges():
    data = a_study_page(drawn(60, seeds=1), drawn={KWH}).data
    assert data["axes"][0]["values"][0] == "0–1.23"
    assert data["profile"] is None
    only = a_study_page(
        [record for record in drawn(60, seeds=1) if record.parameters.pop("meter.source")], by_hour=False
    )
    assert only.data["days"] == []


def test_without_figures_there_is_nothing_to_draw():
    data = a_study_page(swept({KWH: [0, 5]}, failing=range(99), seeds=1)).data
    assert (data["best"], data["mean"], data["days"]) == (None, None, [])
    alone = a_study_page(swept({KWH: [5]}, variants=("",), seeds=1)).data
    assert (alone["best"], alone["axes"], alone["profile"]) == (None, [], None)
