"""The metrics of a service, as Prometheus reads them."""

import socket
import sys
import urllib.request
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from pvsim.adapters.metrics import Metrics, place_of, serving
from pvsim.core.results.samples import Samples
from pvsim.core.session.closed import Closed, Portion
from pvsim.core.session.state import MeterState, SessionState
from pvsim.errors import CannotWriteError, UsageError

DAY = date(2026, 11, 26)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def scraped(port: int) -> dict[str, float]:
    """Each value that the page has, by name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        page = answer.read().decode()
    families = text_string_to_metric_families(page)
    return {
        "/".join([sample.name, *sample.labels.values()]): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def watched(port) -> Iterator[tuple[Metrics, list[float]]]:
    """Metrics that are served, and the clock that they look at."""
    clock = [1_000.0]
    metrics = Metrics(lambda: clock[0], lateness_s=10)
    end = serving(metrics, "127.0.0.1", port)
    yield metrics, clock
    end()


def rows(*seconds_and_meters: tuple[int, int]) -> Samples:
    t_utc, meter = np.array(seconds_and_meters).T
    return Samples(t_utc, meter, meter_dw=t_utc * 10, pv_dw=t_utc * 0 + 25)


def test_a_service_that_goes_on_shows_what_it_has_counted_before(port):
    state = SessionState(rows=7, messages=9, rejected={"late": 2}, meters=[MeterState(name="m1", heard_ms=1)])
    end = serving(Metrics(state=state), "127.0.0.1", port)
    found = scraped(port)
    end()
    assert (found["pvsim_rows_total"], found["pvsim_messages_total"], found["pvsim_meters"]) == (7, 9, 1)
    assert found["pvsim_rejected_total/late"] == 2


@pytest.mark.usefixtures("watched")
def test_a_service_that_has_seen_nothing_has_metrics_already(port):
    found = scraped(port)
    assert (found["pvsim_rows_total"], found["pvsim_lag_seconds"], found["pvsim_connected"]) == (0, 0, 1)


def test_rows_rejects_gaps_power_lag_and_the_age_of_the_checkpoint_are_told(watched, port):
    metrics, clock = watched
    meters = [MeterState(name="m1", heard_ms=0, readings=3), MeterState(name="m2", heard_ms=0, silent=True)]
    state = SessionState(rows=5, meters=meters, closed_utc=960, rejected={"late": 2}, messages=9, ticks=1)
    metrics.closed(Closed(0, ("m1", "m2"), (Portion(DAY, rows((950, 0), (950, 1), (951, 0))),)), state)
    metrics.closed(Closed(3, ("m1", "m2"), (Portion(DAY, rows((955, 0), (959, 0))),)), state)
    metrics.committed(state, 0.25)
    clock[0] += 5
    found = scraped(port)
    wanted = {
        "pvsim_rows_total": 5, "pvsim_readings_total": 3, "pvsim_messages_total": 9, "pvsim_ticks_total": 1,
        "pvsim_rejected_total/late": 2, "pvsim_gap_seconds_total/m1": 6, "pvsim_gap_seconds_total/m2": 0,
        "pvsim_meters": 2, "pvsim_silent_meters": 1, "pvsim_checkpoint_age_seconds": 5,
        "pvsim_lag_seconds": 35, "pvsim_power_watts/m1/meter": 959, "pvsim_power_watts/m1/pv": 2.5,
        "pvsim_power_watts/m1/grid": 956.5, "pvsim_commits_total": 1, "pvsim_commit_seconds_total": 0.25,
    }  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    assert "pvsim_power_watts/m1/battery" not in found


def test_losing_the_broker_and_finding_it_again_is_counted_once(watched, port):
    metrics, _ = watched
    metrics.broker(well=True)
    metrics.broker(well=False)
    metrics.broker(well=False)
    assert scraped(port)["pvsim_connected"] == 0
    metrics.broker(well=True)
    metrics.broker(well=True)
    found = scraped(port)
    assert (found["pvsim_connected"], found["pvsim_reconnects_total"]) == (1, 1)


@pytest.mark.usefixtures("watched")
def test_a_port_that_is_taken_is_said(port):
    with pytest.raises(CannotWriteError, match="cannot listen there") as caught:
        serving(Metrics(), "127.0.0.1", port)
    assert str(port) in caught.value.where


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("9464", ("127.0.0.1", 9464)),
        (":1", ("127.0.0.1", 1)),
        ("[::1]:65535", ("::1", 65_535)),
        ("house-a.example:9464", ("house-a.example", 9464)),
    ],
)
def test_places(text, place):
    assert place_of(text) == place


@pytest.mark.parametrize("text", ["", "h", "h:", "h:0", "h:65536", "h:²", "h:-1", "h:123456789"])
def test_what_is_no_place_is_refused(text):
    with pytest.raises(UsageError, match="a host and a port"):
        place_of(text)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(UsageError, match="not installed") as caught:
        serving(Metrics(), "127.0.0.1", 1)
    assert "pvsim[metrics]" in caught.value.fix
