"""A part of a run computes what the run has of its meters, whether the run was built in its process or not."""

import numpy as np
import pytest

import pvsim
from pvsim.app.simulate import simulate
from pvsim.core.results import rows
from pvsim.core.results.interleaving import interleaved
from pvsim.core.results.samples import joined
from pvsim.wiring.configure import configure
from pvsim.wiring.models import Models

STREET = pvsim.Request(site="street", meters=8, partitions=5, every="15min", date="2024-05-05")


def text_of(plan, portions):
    return b"".join(rows.render(samples, plan) for samples in portions)


@pytest.mark.parametrize(
    "request_",
    [
        STREET,  # homes with and without PV and battery
        pvsim.Request(site="home", meters=4, spread_km=2.0, partitions=3, every="1min", hours=10),
        pvsim.Request(meters=3, partitions=1, every="1min"),
    ],
)
@pytest.mark.parametrize("built_before", [True, False])
def test_parts_give_the_rows_of_the_whole(request_, built_before):
    config = configure(request_)
    whole, models = Models(config), Models(config)
    if built_before:
        models.loads()
    expected = joined(simulate(whole.plan, whole.loads(), whole.pv()))
    parts = [(part.meters, joined(simulate(part.plan, part.loads(), part.pv()))) for part in models.parts]
    assert sorted(i for meters, _ in parts for i in meters) == list(range(len(config.meters)))
    assert ("_loads" in vars(models)) is built_before  # a part of its own builds its own meters alone
    assert text_of(whole.plan, interleaved(whole.plan, [(meters, [own]) for meters, own in parts])) == text_of(
        whole.plan, [expected]
    )
    for part, (meters, own) in zip(models.parts, parts, strict=True):
        theirs = expected.where(np.isin(expected.meter, meters))
        assert rows.render(own, part.plan) == rows.render(theirs, whole.plan)  # bytes of each meter
        assert rows.header(part.plan) == rows.header(whole.plan)


def test_a_run_without_partitions_has_no_parts():
    assert Models(configure(pvsim.Request())).parts == ()


def test_parts_compute_the_same_however_much_is_computed_at_once(monkeypatch):
    models = Models(configure(STREET))
    part = models.parts[0]
    rendered = b"".join(text for _, text in part.expected.take())
    monkeypatch.setattr("pvsim.app.meter.MOST_AHEAD", 8 * 100)
    monkeypatch.setattr("pvsim.wiring.models._PORTIONS", 7)
    assert part.span_s == 100
    assert b"".join(text for _, text in Models(models.config).parts[0].expected.take()) == rendered


def test_loads_are_made_one_after_the_other_and_only_once():
    models, counted = Models(pvsim.configure(pvsim.Request(meters=3))), []
    models.make_loads(counted.append)
    assert counted == [1, 2, 3]
    assert models.loads() is models.loads()
    other = Models(models.config)
    first_utc = models.plan.timeline.start_utc
    for one, two in zip(models.loads(), other.loads(), strict=True):
        assert one.power_dw(first_utc, 9).tolist() == two.power_dw(first_utc, 9).tolist()
