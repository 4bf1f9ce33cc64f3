"""A port is free where both loopback addresses are: epmd listens on [::1] whatever it is told."""

import json
import socket
from dataclasses import asdict

import pytest

from pvsim.adapters.node import store
from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.plugins import Extras, changed


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


@pytest.fixture
def layout(tmp_path):
    made = Layout.of(tmp_path)
    made.create()
    return made


def test_a_plugin_keeps_its_port_until_it_is_turned_off(layout):
    identity = store.create_identity(layout)
    with_both = store.change_extras(layout, identity, {"mqtt": True, "management": True})
    assert store.read_identity(layout) == with_both
    assert with_both.ports == identity.ports
    assert len({*asdict(with_both.ports).values(), *with_both.extras.ports.values()}) == 6
    assert store.renew_ports(layout, with_both) == with_both
    assert store.change_extras(layout, with_both, {"mqtt": True}) == with_both
    one = store.change_extras(layout, with_both, {"mqtt": False})
    assert one.extras == Extras(management=with_both.extras.management)
    assert store.read_identity(layout) == one


def test_only_the_plugin_whose_port_is_taken_moves(layout):
    wanted = {"mqtt": True, "management": True}
    identity = store.change_extras(layout, store.create_identity(layout), wanted)
    moved = store.renew_ports(layout, identity, but_not=(identity.extras.mqtt,))
    assert moved.ports == identity.ports
    assert moved.extras.management == identity.extras.management
    assert moved.extras.mqtt not in {None, identity.extras.mqtt}


def test_a_node_that_an_older_version_made_has_no_plugins(layout):
    identity = store.create_identity(layout)
    facts = json.loads(layout.identity.read_text())
    del facts["extras"]
    layout.identity.write_text(json.dumps(facts))
    assert store.read_identity(layout) == identity


def test_what_is_turned_on_or_off_is_what_differs():
    assert changed((), {"mqtt": True, "management": False}) == {"mqtt": True}
    assert changed(("mqtt",), {"mqtt": False}) == {"mqtt": False}
    assert changed(("mqtt",), {"mqtt": True}) == {}
    assert changed(("mqtt",), {}) == {}
