"""Random numbers that depend on (seed, component, time) only (I7).

Philox is a counter-based generator (Salmon et al. 2011, doi 10.1145/2063384.2063405): the draw of a second is
computed from that second's number, so a run may start, stop and resume anywhere and draw the same. Only the
raw 64-bit output is used, which NumPy guarantees to stay the same; its distributions it does not (NEP 19).
"""

from hashlib import blake2b
from math import sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["Key", "key", "near_normal", "raw", "uniform"]

Key = int
"""128 bits that name one stream of random numbers."""

_DRAWS_PER_COUNT = 4  # Philox4x64 gives four 64-bit numbers for each value of its counter
_EPOCH_SHIFT = 1 << 40  # makes the index of every second of years 1..9999 positive
_WORD = (1 << 64) - 1
_FREE: list[np.random.Philox] = []
"""Generators that no thread is drawing from. Each is set to a stream and a counter before it draws: to make one
takes 15 µs, most of it for a seed from the operating system that is not used; a day of a home has 2,000 draws."""


def key(seed: int, *component: str) -> Key:
    """The key of one component of one simulation: `key(1, "load", "uniform", "m1")`."""
    text = "\x1f".join((str(seed), *component))
    return int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "little")


def raw(stream: Key, first_utc: int, n: int) -> NDArray[np.uint64]:
    """The draws of `n` consecutive seconds from `first_utc` (Unix time): shape (n,), 64 random bits each."""
    count, skip = divmod(first_utc + _EPOCH_SHIFT, _DRAWS_PER_COUNT)
    try:
        generator = _FREE.pop()
    except IndexError:  # another thread draws, or nobody has yet
        generator = np.random.Philox(key=0)
    generator.state = {
        "bit_generator": "Philox",
        "state": {"counter": _words(count, 0, 0, 0), "key": _words(stream & _WORD, stream >> 64)},
        "buffer": _words(0, 0, 0, 0),
        "buffer_pos": _DRAWS_PER_COUNT,
        "has_uint32": 0,
        "uinteger": 0,
    }
    draws: NDArray[np.uint64] = generator.random_raw(skip + n)
    _FREE.append(generator)
    return draws[skip:]


def _words(*numbers: int) -> NDArray[np.uint64]:
    return np.array(numbers, np.uint64)


def uniform(stream: Key, first_utc: int, n: int) -> NDArray[np.float64]:
    """Independent uniform numbers in [0, 1), one for each second."""
    return (raw(stream, first_utc, n) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def near_normal(stream: Key, first_utc: int, n: int) -> NDArray[np.float64]:
    """Independent, nearly normal numbers of mean 0 and variance 1, one for each second.

    The sum of four uniform 16-bit numbers (Irwin-Hall): bounded by ±3.5, and made of additions only, so that
    every machine gets the same bits, which `log` and `cos` do not promise.
    """
    parts = raw(stream, first_utc, n).view(np.uint16).reshape(-1, 4).astype(np.float64)
    # whole numbers, exact in any order; by column it takes a third of the time of sum(axis=1)
    total = parts[:, 0] + parts[:, 1] + parts[:, 2] + parts[:, 3]
    # the sum has mean 4 · 65535/2 and variance 4 · (65536² − 1)/12
    centred: NDArray[np.float64] = total - 131_070.0
    return centred / sqrt((65536**2 - 1) / 3)
