import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.node.layout import Layout
from pvsim.adapters.node.packages import Packages
from pvsim.adapters.node.plugins import Extras, plugin_settings
from pvsim.adapters.node.settings import (
    MARKER,
    Identity,
    Ports,
    choose_ports,
    node_environment,
    rabbitmq_conf,
    tool_environment,
)
from pvsim.errors import BrokerError

IDENTITY = Identity("pvsim-1a", "c00kie", "s3cret", Ports(21001, 21002, 21003, 21004))
PACKAGES = Packages(Path("/x/rabbitmq_server-9.8.7"), Path("/x/erlang/bin"))
LAYOUT = Layout(Path("/home/some body"))


@given(st.lists(st.integers(1, 65535)), st.sets(st.integers(1, 65535)))
def test_chosen_ports_are_the_first_four_different_free_candidates(candidates, taken):
    free = list(dict.fromkeys(port for port in candidates if port not in taken))
    if len(free) < 4:
        with pytest.raises(BrokerError):
            choose_ports(candidates, lambda port: port not in taken)
    else:
        assert choose_ports(candidates, lambda port: port not in taken) == Ports(*free[:4])


def test_ports_that_are_taken_or_repeated_are_skipped():
    assert choose_ports([1, 2, 2, 3, 4, 5, 6], lambda port: port not in {1, 4}) == Ports(2, 3, 5, 6)


def test_every_listener_is_bound_to_loopback():
    text = rabbitmq_conf(IDENTITY)
    listeners = dict(re.findall(r"^(\S*listeners\S*) = (\S+)$", text, re.MULTILINE))
    assert listeners == {"listeners.tcp.1": "127.0.0.1:21001", "stream.listeners.tcp.1": "127.0.0.1:21002"}
    assert "stream.advertised_host = 127.0.0.1\nstream.advertised_port = 21002\n" in text


def test_the_plugins_listen_on_loopback_too_and_let_nobody_in_without_a_name():
    extras = Extras(mqtt=21005, management=21006)
    identity = replace(IDENTITY, extras=extras)
    lines = rabbitmq_conf(identity).splitlines()
    assert set(plugin_settings(extras, "127.0.0.1")) <= set(lines)
    assert "mqtt.listeners.tcp.1 = 127.0.0.1:21005" in lines
    assert "mqtt.allow_anonymous = false" in lines
    assert {"management.tcp.ip = 127.0.0.1", "management.tcp.port = 21006"} <= set(lines)
    assert identity.plugins == ("rabbitmq_stream", "rabbitmq_mqtt", "rabbitmq_management")
    assert not [line for line in rabbitmq_conf(IDENTITY).splitlines() if line.startswith(("mqtt", "management"))]


def test_the_limits_of_a_small_machine_are_set():
    text = rabbitmq_conf(IDENTITY)
    assert "vm_memory_high_watermark.absolute = 512MB\n" in text
    assert "disk_free_limit.absolute = 1000000000\n" in text


def test_the_password_is_in_the_file_and_in_no_environment_or_repr():
    assert "default_pass = s3cret\n" in rabbitmq_conf(IDENTITY)
    environment = node_environment(LAYOUT, PACKAGES, IDENTITY, mark="1.2:/home", notify=Path("/tmp/n"))  # noqa: S108 (not opened)
    assert "s3cret" not in str(environment)
    assert "c00kie" not in str(environment)
    assert "s3cret" not in repr(IDENTITY)
    assert "s3cret" not in repr(IDENTITY.address)


def test_nothing_of_the_caller_reaches_the_node(monkeypatch):
    monkeypatch.setenv("RABBITMQ_NODENAME", "rabbit@elsewhere")
    monkeypatch.setenv("ERL_LIBS", "/elsewhere")
    environment = tool_environment(LAYOUT, PACKAGES, IDENTITY)
    assert environment["RABBITMQ_NODENAME"] == "pvsim-1a@127.0.0.1"
    assert "ERL_LIBS" not in environment


def test_the_scripts_directory_has_no_space_although_the_home_has():
    # rabbitmq-env does not quote it
    assert " " not in tool_environment(LAYOUT, PACKAGES, IDENTITY)["RABBITMQ_SCRIPTS_DIR"]


def test_only_the_nodes_own_processes_are_marked():
    assert node_environment(LAYOUT, PACKAGES, IDENTITY, mark="1.2:/home", notify=Path("/n"))[MARKER] == "1.2:/home"
    assert MARKER not in tool_environment(LAYOUT, PACKAGES, IDENTITY)


def test_unpacked_libraries_are_found_only_where_there_are_some():
    assert "LD_LIBRARY_PATH" not in tool_environment(LAYOUT, PACKAGES, IDENTITY)
    with_libraries = Packages(PACKAGES.rabbitmq, PACKAGES.erlang_bin, (Path("/x/a"), Path("/x/b")))
    assert tool_environment(LAYOUT, with_libraries, IDENTITY)["LD_LIBRARY_PATH"] == "/x/a:/x/b"
