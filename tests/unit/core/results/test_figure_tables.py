"""The figures of a run laid flat: each is there once, under the name that its path makes."""

from datetime import date

import msgspec
import numpy as np
import pytest
from msgspec import inspect

from pvsim.config import zone_of
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.figure_tables import _Tables, figure_columns, figure_rows
from pvsim.core.results.figures import Figures
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan


def summary_of(meters=("m1",), days=1):
    plan = RunPlan("r1", Timeline.of_days(date(2024, 3, 30), days, zone_of("Europe/Berlin")), meters, 900)
    number = np.arange(plan.rows)
    figures = Figures(plan)
    figures.add(Samples.of_rows(plan, number, number * 7_907 % 90_001, number * 13 % 30_000))
    return figures.result()


def leaves(part, path=()):
    """Each single value with its path; lists are gone through."""
    if isinstance(part, dict):
        for name, below in part.items():
            yield from leaves(below, (*path, name))
    elif isinstance(part, list | tuple) and part and isinstance(part[0], dict):
        for below in part:
            yield from leaves(below, path)
    elif part is not None:
        yield path, list(part) if isinstance(part, tuple) else part


@pytest.mark.parametrize(("meters", "days"), [(("m1",), 1), (("a", "b"), 3)])
def test_each_value_of_a_summary_is_in_one_cell(meters, days):
    summary = summary_of(meters, days)
    cells = [
        value
        for table, rows in figure_rows(summary).items()
        for row in rows
        for name, value in row.items()
        if name != "meter" and (name != "period" or table in {"days", "months"})  # these say of what the row is
    ]
    values = [value for _, value in leaves(msgspec.to_builtins(summary))]
    assert sorted(map(repr, cells)) == sorted(map(repr, values))


def test_the_rows_have_columns_that_are_known_beforehand():
    columns = figure_columns()
    for name, rows in figure_rows(summary_of(("a", "b"), 3)).items():
        for row in rows:
            for column, value in row.items():
                kind = columns[name][column]
                assert isinstance(value, list if kind == list[float] else (kind, int)), (name, column)
    assert columns["figures"]["battery_full_cycles"] is float  # of a run without a battery too


def test_names_have_their_units_and_meters_their_names():
    summary = summary_of(("a", "b"), 3)
    rows = figure_rows(summary)
    assert rows["figures"][0]["energy_kwh_import"] == summary.energy_kwh.import_
    assert rows["days"][1]["period"] == "2024-03-31"
    assert rows["days"][1]["energy_kwh_import"] == summary.days[1].import_
    assert [row["meter"] for row in rows["meters"]] == ["a", "b"]
    assert rows["meters"][1]["energy_kwh_import"] == summary.meters["b"].energy_kwh.import_
    assert {row["meter"] for row in rows["meters_resolution"]} == {"a", "b"}
    second = [row for row in rows["days_resolution"] if row["period"] == "2024-03-31"]
    assert [row["import_kwh"] for row in second] == [each.import_kwh for each in summary.days[1].resolution]
    assert rows["days"][1]["duration_grid_kw"] == list(summary.days[1].duration.grid_kw)
    assert list(rows["months_resolution"][0])[:2] == ["period", "window_s"]
    assert "meters_meters" not in rows


class Part(msgspec.Struct):
    total: float


class Whole(msgspec.Struct):
    references: dict[str, Part] | None
    saved: dict[str, float]
    currency: str


def test_parts_with_names_are_rows_and_numbers_with_names_are_columns():
    tables = _Tables()
    whole = {
        "references": {"none": {"total": 1.5}, "less": {"total": 2.5}},
        "saved": {"a": 0.5},
        "currency": "EUR",
    }
    tables.add("figures", inspect.type_info(Whole), whole, {})
    assert tables.rows == {
        "figures": [{"saved_a": 0.5, "currency": "EUR"}],
        "references": [{"name": "none", "total": 1.5}, {"name": "less", "total": 2.5}],
    }
    assert tables.columns == {
        "figures": {"saved_a": float, "currency": str},
        "references": {"name": str, "total": float},
    }
