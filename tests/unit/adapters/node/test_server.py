from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.node.packages import Packages
from pvsim.adapters.node.server import assemble, closure, needs
from pvsim.errors import BrokerError

GRAPHS = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("abcdefg")))


@given(GRAPHS, st.sets(st.sampled_from("abcdefg")))
def test_a_closure_is_closed_and_holds_nothing_unreachable(graph, roots):
    found = closure(roots, graph)
    assert found >= roots & graph.keys()
    assert all(graph[name] & graph.keys() <= found for name in found)
    assert all(name in roots or any(name in graph[other] for other in found) for name in found)


def test_needs_reads_all_lists_and_no_comment():
    text = """%% {applications, [not_this]},
    {application, x, [{applications, [kernel,stdlib,\n ra]}, {included_applications,[osiris]},
     {optional_applications, []}, {registered, [nor_this]}]}."""
    assert needs(text) == {"kernel", "stdlib", "ra", "osiris"}


def _rabbitmq(root: Path, plugins: dict[str, str]) -> Packages:
    base = root / "rabbitmq_server-9.8.7"
    (base / "sbin").mkdir(parents=True)
    (base / "escript").mkdir()
    (base / "sbin" / "rabbitmq-server").touch()
    for name, needed in plugins.items():
        ebin = base / "plugins" / f"{name}-1.2" / "ebin"
        ebin.mkdir(parents=True)
        (ebin / f"{name}.app").write_text(f"{{application, {name}, [{{applications, [{needed}]}}]}}.")
    return Packages(base, root)


def test_only_needed_plugins_are_linked_and_a_second_time_is_the_same(tmp_path):
    plugins = {"rabbit": "ra", "rabbitmq_prelaunch": "", "ra": "", "rabbitmq_stream": "rabbit,osiris"}
    packages = _rabbitmq(tmp_path, {**plugins, "osiris": "", "rabbitmq_mqtt": "rabbit"})
    server = tmp_path / "home" / "server"
    for _ in range(2):
        assemble(server, packages, ["rabbitmq_stream"])
        linked = sorted(path.name for path in (server / "plugins").iterdir())
        expected = ["osiris-1.2", "ra-1.2", "rabbit-1.2", "rabbitmq_prelaunch-1.2", "rabbitmq_stream-1.2"]
        assert linked == expected
        assert (server / "sbin" / "rabbitmq-server").is_file()
        assert (server / "escript").is_dir()


def test_a_missing_plugin_is_named(tmp_path):
    packages = _rabbitmq(tmp_path, {"rabbit": "", "rabbitmq_prelaunch": ""})
    with pytest.raises(BrokerError, match="lack rabbitmq_stream"):
        assemble(tmp_path / "server", packages, ["rabbitmq_stream"])
