"""Whether an error comes of too little memory, and what to say then; needs nothing but Python itself."""

import errno
import resource
from collections.abc import Iterator

__all__ = ["MORE_MEMORY", "memory_short"]

MORE_MEMORY = "end what else is running, or allow more (ulimit -v unlimited)"
"""What helps whatever was asked for."""

_MIB = 1024 * 1024
_SAID = (
    "cannot allocate memory",
    "failed to map segment",
    "out of memory",
    "can't start new thread",
    "unable to allocate",
)
"""What the loader of compiled code, DuckDB and Python say, as small letters."""


def memory_short(error: BaseException) -> str | None:
    """What happened where memory is short; None of any other error.

    Args:
        error: Perhaps caused by such an error, or a group with one in it.
    """
    found = next((each for each in _causes(error) if _is_short(each)), None)
    if found is None:
        return None
    said = str(found).strip().splitlines()
    reason = f": {said[0]}" if said and isinstance(found, MemoryError) else ""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    allowed = "" if limit == resource.RLIM_INFINITY else f" (ulimit -v allows {limit // _MIB:,} MiB of addresses)"
    return f"there is too little memory{allowed}{reason}"


def _is_short(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    text = str(error).lower()
    return isinstance(error, ImportError | OSError | RuntimeError) and any(said in text for said in _SAID)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, those in it if it is a group, and what led to each."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [*getattr(each, "exceptions", ()), each.__cause__, each.__context__]
