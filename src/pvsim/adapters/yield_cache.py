"""Yields of other years that were computed once: small files in the user's XDG cache directory.

A cache may vanish, be damaged or be read-only: then the yields are computed again, and nothing is said.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

__all__ = ["cached"]


def cached(name: str, compute: Callable[[], tuple[float, ...]], n: int) -> tuple[float, ...]:
    """The numbers of this name: those stored, else computed and stored.

    Two processes may do so at once: each file appears whole, and both have the same numbers.

    Args:
        name: A digest of all that they depend on.
        compute: Computes them.
        n: How many there are.
    """
    home = _home()
    if home is None:
        return compute()
    path = home / f"{name}.json"
    found = _stored(path, n)
    if found is None:
        found = compute()
        _store(path, found)
    return found


def _home() -> Path | None:
    base = os.environ.get("XDG_CACHE_HOME", "")
    if base.startswith("/"):  # the specification: relative values are to be ignored
        return Path(base, "pvsim", "years")
    try:
        return Path.home() / ".cache/pvsim/years"
    except RuntimeError:
        return None


def _stored(path: Path, n: int) -> tuple[float, ...] | None:
    try:
        text, _, digest = path.read_bytes().partition(b"\n")
        found = msgspec.json.decode(text, type=tuple[float, ...])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if len(found) == n and digest == _digest(text) else None


def _digest(text: bytes) -> bytes:
    return sha256(text).hexdigest().encode() + b"\n"


def _store(path: Path, numbers: tuple[float, ...]) -> None:
    text = msgspec.json.encode(numbers)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            file.write(text + b"\n" + _digest(text))
        try:
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
