"""What a run through the broker leaves, and what Python makes of the same configuration, are the same bytes."""

import json

import msgspec
import polars as pl
import pytest

import pvsim
from pvsim.core.results import rows


@pytest.mark.broker
def test_a_simulated_run_is_that_of_the_broker(outside, here):
    done = outside("run", "--site", "home-battery", "--meters", "2", "--every", "10s", "--format", "csv,parquet")
    assert done.code == 0, done.err
    assert "samples.parquet" in done.out
    path = here / "runs" / "latest"
    finished = pvsim.open_run(path)
    simulated = pvsim.simulate(finished.config)
    plan = simulated.plan
    text = rows.header(plan) + b"".join(rows.render(samples, plan) for samples in simulated.samples())
    assert text == (path / "samples.csv").read_bytes()
    summary = json.loads((path / "summary.json").read_text())
    assert json.loads(msgspec.json.encode(simulated.summary)) == summary
    assert json.loads(msgspec.json.encode(finished.summary)) == summary
    stored, frame = pl.read_parquet(path / "samples.parquet"), simulated.to_polars()
    assert stored["t_utc"].dt.epoch("s").to_list() == frame["timestamp"].dt.epoch("s").to_list()
    assert stored["meter"].to_list() == frame["meter"].to_list()
    for name in ("meter_kw", "pv_kw", "net_kw", "battery_kw", "soc", "grid_kw"):
        assert stored[name].to_list() == frame[name].to_list()
        assert finished.arrays()[name].tolist() == stored[name].to_list()


@pytest.mark.broker
def test_the_simulator_writes_parquet_too(outside, here, monkeypatch):
    monkeypatch.setenv("PVSIM_FORMAT", "csv,parquet")
    assert outside("meter", "--quiet").code == 0
    done = outside("simulate", "--every", "1h", "--quiet")
    assert done.code == 0, done.err
    assert len(pl.read_parquet(here / "runs" / "latest" / "samples.parquet")) == 24
