"""A port is free where both loopback addresses are: epmd listens on [::1] whatever it is told."""

import socket

import pytest

from pvsim.adapters.node import store


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_port_that_others_have_on_either_address_is_taken(port, family, host):
    assert store.port_is_free(port)
    with socket.socket(family) as other:
        try:
            other.bind((host, port))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        other.listen()
        assert not store.port_is_free(port)
    assert store.port_is_free(port)


def test_without_ipv6_there_is_one_address(port, monkeypatch):
    can_listen = store._can_listen
    monkeypatch.setattr(
        store, "_can_listen", lambda family, host, n: family == socket.AF_INET and can_listen(family, host, n)
    )
    assert store.port_is_free(port)
