"""What is shown to everybody who watches a service."""

import socket

import pytest

from pvsim.app.ports import BrokerState
from pvsim.cli.listen_lines import Lines
from pvsim.cli.watchers import watching
from pvsim.core.session.closed import Closed, Event
from pvsim.core.session.state import SessionState
from pvsim.errors import UsageError


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """What a manager such as systemd is told."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield lambda: listening.recv(1_000).decode()


def test_people_and_the_manager_are_told_the_same(manager, capsys):
    with watching(Lines(quiet=False, as_json=False), None, lateness_s=10) as watchers:
        watchers.opened()
        assert manager().startswith("READY=1")
        watchers.said("the log is another one")
        assert manager() == "STATUS=the log is another one"
        watchers.notify(BrokerState("the broker is lost", well=False))
        assert manager() == "STATUS=the broker is lost"
        met = Event("met", "m1", 1_000)
        watchers.closed(Closed(0, ("m1",), events=(met,)), SessionState(clock_ms=1_000))
        watchers.committed(SessionState(clock_ms=1_000), 0.1)
    assert manager() == "STOPPING=1"
    told = capsys.readouterr().err
    assert all(part in told for part in ("the log is another one", "the broker is lost", "meter m1 was met"))


@pytest.mark.usefixtures("manager")
def test_a_place_for_metrics_that_is_none_is_refused():
    with (
        pytest.raises(UsageError, match="host and a port"),
        watching(Lines(quiet=True, as_json=False), "x", lateness_s=0),
    ):
        pytest.fail("it began")
