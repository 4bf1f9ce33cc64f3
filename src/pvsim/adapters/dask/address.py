"""Where a Dask scheduler is: `tcp://host:8786`, `tls://host:8786`, or `local`."""

import re

from pvsim.errors import UsageError

__all__ = ["LOCAL", "parse_scheduler"]

LOCAL = "local"
"""A cluster of processes of this machine, which ends with the command."""

_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d{1,5})")
_PORT = 8786  # Dask's own default
_MOST = 65_535


def parse_scheduler(text: str, where: str) -> str:
    """The address of a scheduler, with Dask's own port where none is said, or `local`.

    Args:
        text: What was typed.
        where: The option that it is of.

    Raises:
        UsageError: if it is neither.
    """
    said = text.strip()
    if said == LOCAL:
        return said
    address = said if re.search(r":\d+$", said) else f"{said}:{_PORT}"
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[3]) <= _MOST:
        what = f"{text!r} is no address of a Dask scheduler"
        raise UsageError(what, where=where, fix=f"for example {where} tcp://cluster:{_PORT}, or {where} {LOCAL}")
    return address
