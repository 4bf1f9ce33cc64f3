"""What systemd is told."""

import socket

import pytest

from pvsim.adapters.service_manager import notify_manager


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    """A socket as systemd offers one, and what the environment calls it."""
    name = f"@pvsim-test-{tmp_path.name}" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        listening.settimeout(10)
        yield listening, {"NOTIFY_SOCKET": name}


def test_it_is_told_that_the_service_works_and_that_it_ends(manager):
    listening, environment = manager
    notify_manager(ready=True, status="listening\nto home", environment=environment)
    assert listening.recv(1_000) == b"READY=1\nSTATUS=listening to home"
    notify_manager(stopping=True, environment=environment)
    assert listening.recv(1_000) == b"STOPPING=1"


@pytest.mark.parametrize("name", ["", "/no/such/socket", "/a\0b", "relative"])
def test_without_a_manager_nothing_happens(name):
    notify_manager(ready=True, environment={"NOTIFY_SOCKET": name})
    notify_manager(ready=True, environment={})
