"""The reduced server directory: links to RabbitMQ's scripts and to the plugins that the node needs.

With all plugins on Erlang's path a boot takes 4.2-7.0 s on 3.10.8, with these 2.7-4.2 s: the time goes into
52,000 failing look-ups in 75 directories.
"""

import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from pvsim.adapters.node.packages import FIX, Packages
from pvsim.errors import BrokerError

__all__ = ["assemble", "closure", "needs"]

_ROOTS = ("rabbit", "rabbitmq_prelaunch")
_LISTS = re.compile(r"\{\s*(?:included_|optional_)?applications\s*,\s*\[([^\]]*)\]")


def needs(app_file: str) -> frozenset[str]:
    """The applications that one needs, from the text of its `.app` file."""
    text = re.sub(r"%.*", "", app_file)
    return frozenset(name for names in _LISTS.findall(text) for name in re.findall(r"[a-z]\w*", names))


def closure(roots: Iterable[str], graph: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Everything in `graph` that can be reached from the roots, themselves included."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in graph and name not in found:
            found.add(name)
            waiting.extend(graph[name])
    return frozenset(found)


def assemble(server: Path, packages: Packages, plugins: Iterable[str]) -> None:
    """Build the directory from nothing: `sbin` and `plugins` with links, `escript` as a link.

    Raises:
        BrokerError: if the packages lack a plugin.
    """
    wanted = (*_ROOTS, *plugins)
    apps = {path.stem: path for path in (packages.rabbitmq / "plugins").glob("*/ebin/*.app")}
    if missing := [name for name in wanted if name not in apps]:
        what = f"RabbitMQ's files lack {', '.join(missing)}"
        raise BrokerError(what, where=str(packages.rabbitmq), fix=FIX)
    shutil.rmtree(server, ignore_errors=True)
    for part in ("sbin", "plugins"):
        (server / part).mkdir(parents=True, mode=0o700)
    for script in (packages.rabbitmq / "sbin").iterdir():
        (server / "sbin" / script.name).symlink_to(script)
    graph = {name: needs(path.read_text("utf-8")) for name, path in apps.items()}
    for name in closure(wanted, graph):
        directory = apps[name].parent.parent
        (server / "plugins" / directory.name).symlink_to(directory)
    (server / "escript").symlink_to(packages.rabbitmq / "escript")
