"""A study in this process has the figures of its runs."""

import pytest

import pvsim
from pvsim.core.study.record import single_figures


def test_its_records_are_in_order_and_have_the_figures_of_the_runs(tmp_path):
    base = {"pv": {"source": "none"}, "every": "1h"}
    asked = {"repeat": 2, "base": base, "sweep": {"meter.source": ["walk", "uniform"]}}
    records = pvsim.study(asked)
    assert [record.number for record in records] == [0, 1, 2, 3]
    assert [record.parameters["meter.source"] for record in records] == ["walk", "uniform"] * 2
    request = pvsim.Request(
        pv=pvsim.PvRequest(source="none"), every="1h", meter=pvsim.MeterRequest(source="uniform"), seed=2
    )
    assert records[3].figures == single_figures(pvsim.simulate(request).summary)
    path = tmp_path / "one.toml"
    path.write_text('[base]\npv.source = "none"\nevery = "1h"\n[sweep]\nmeter.source = ["walk"]\n')
    assert pvsim.study(path) == records[:1]


def test_what_is_wrong_with_it_is_told_before_anything_runs():
    with pytest.raises(pvsim.BadInputError) as caught:
        pvsim.study({"sweep": {"dys": [1, 2]}})
    assert caught.value.fix == "did you mean days?"
