from pathlib import Path

import pytest

from pvsim.adapters.node import apt
from pvsim.adapters.node.packages import find, system, unpacked
from pvsim.errors import BrokerError

SIMULATION = """NOTE: This is only a simulation!
Inst libc6 (2.36-9 Debian:12/stable [amd64]) []
Inst libperl5.36 (5.36 Debian:12/stable [amd64])
Inst libnumber-compare-perl (0.03 Debian:12/stable [all])
Inst libsctp1 (1.0.19 Debian:12/stable [amd64])
Inst erlang-base (1:25.2.3 Debian:12/stable [amd64])
Inst erlang-asn1 (1:25.2.3 Debian:12/stable [amd64])
Inst logrotate (3.21 Debian:12/stable [amd64])
Inst rabbitmq-server (3.10.8 Debian:12/stable [all])
Conf libc6 (2.36-9 Debian:12/stable [amd64])
"""


def _install(root: Path, *versions: str) -> None:
    (root / "usr/lib/rabbitmq/bin").mkdir(parents=True)
    (root / "usr/lib/rabbitmq/bin/rabbitmq-server").touch()
    for version in versions:
        (root / f"usr/lib/rabbitmq/lib/rabbitmq_server-{version}").mkdir(parents=True)
    (root / "usr/lib/erlang/bin").mkdir(parents=True)
    (root / "usr/lib/erlang/bin/erl").touch()


def test_what_will_be_downloaded_is_added_up():
    uris = (
        "'http://mirror.example/a_1%2b2_amd64.deb' a_1%2b2_amd64.deb 1500 SHA256:aa\n"
        "'http://mirror.example/b.deb' b.deb 20000000 SHA256:bb\nW: something else 7\n"
    )
    assert apt.sizes(uris) == 20_001_500
    assert apt.sizes("") == 0


def test_a_plan_is_split_into_what_is_fetched():
    plan = apt.planned(SIMULATION)
    assert plan[0] == "libc6"
    assert len(plan) == 8
    assert apt.wanted_packages(plan) == ("erlang-base", "erlang-asn1", "rabbitmq-server")
    assert apt.wanted_libraries(plan, {"libc6"}) == ("libperl5.36", "libsctp1")


def test_files_are_found_whatever_their_version(tmp_path):
    _install(tmp_path, "3.9.27", "3.10.8")
    found = system(tmp_path)
    assert (found.version, found.origin, found.lib_dirs) == ("3.10.8", "system", ())
    assert found.erlang_bin == tmp_path / "usr/lib/erlang/bin"


def test_unpacked_files_bring_their_libraries(tmp_path):
    _install(tmp_path, "4.0.5")
    (tmp_path / "usr/lib/x86_64-linux-gnu").mkdir()
    found = unpacked(tmp_path)
    assert (found.version, found.origin) == ("4.0.5", "unpacked")
    assert found.lib_dirs == (tmp_path / "usr/lib/x86_64-linux-gnu",)


def test_nothing_is_found_where_nothing_is(tmp_path, monkeypatch):
    assert system(tmp_path) is None
    assert unpacked(tmp_path / "absent") is None
    monkeypatch.setattr("pvsim.adapters.node.packages.system", lambda: None)
    assert find(tmp_path) is None


async def test_without_apt_the_error_says_what_is_missing_and_what_to_type(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerError, match="apt-get and dpkg-deb and dpkg-query is missing") as caught:
        await apt.fetch(tmp_path / "packages", say=lambda _: None)
    assert caught.value.exit_code == 69
    assert "apt-get install rabbitmq-server" in caught.value.fix
    assert "PVSIM_BROKER_URL" in caught.value.fix


def _tool(directory: Path, name: str, text: str) -> None:
    (directory / name).write_text(f"#!/bin/sh\n{text}\n")
    (directory / name).chmod(0o755)


async def test_what_apt_says_is_shown_and_nothing_is_left(tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    _tool(tools, "apt-get", 'echo "Reading lists"; echo "E: Unable to locate package rabbitmq-server"; exit 100')
    _tool(tools, "dpkg-deb", "exit 1")
    _tool(tools, "dpkg-query", "exit 0")
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    target = tmp_path / "home" / "packages"
    (tmp_path / "home" / f".unpacking-{2**22 + 1}-killed" / "debs").mkdir(parents=True)
    with pytest.raises(BrokerError, match="Unable to locate package rabbitmq-server"):
        await apt.fetch(target, say=lambda _: None)
    assert list(target.parent.iterdir()) == []
