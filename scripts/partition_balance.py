#!/usr/bin/env python3
"""How evenly the hash of their names spreads a million meters over partitions (docs/explanation/scale.md).

    .venv/bin/python scripts/partition_balance.py [METERS]

Prints the table of that page: the fullest partition beside what throwing balls into bins at random would give. The
numbers of balls in bins are nearly independent Poisson numbers, so that the fullest of P has at most k with the
probability F(k)^P.
"""

import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from math import exp, lgamma, log, sqrt

from pvsim.core.run.partitions import SEED, murmur3_32

PARTITIONS = (16, 64, 256, 1_024)
KINDS: dict[str, Callable[[int], str]] = {
    "`m0000001`, `m0000002` …": lambda number: f"m{number + 1:07}",
    "`meter-1a2b3c`, serial numbers in steps of 7": lambda number: f"meter-{7 * number + 0x1A2B3C:x}",
}
_TAIL = 12  # standard deviations, beyond which nothing is


def fullest(mean: float, partitions: int) -> tuple[float, float, float]:
    """Of the number of balls in the fullest bin: the mean, and the numbers below which it is in 5 % and 95 %."""
    least, most = max(int(mean - _TAIL * sqrt(mean)), 0), int(mean + _TAIL * sqrt(mean)) + 1
    chances = [exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(least, most)]
    not_above = [min(below, 1.0) ** partitions for below in accumulate(chances)]
    expected = least + sum(1 - chance for chance in not_above)
    return expected, least + bisect_left(not_above, 0.05), least + bisect_left(not_above, 0.95)


def counts(hashes: Sequence[int], partitions: int) -> list[int]:
    """How many meters are in each partition."""
    found = [0] * partitions
    for each in hashes:
        found[each % partitions] += 1
    return found


def lines(meters: int) -> Iterator[str]:
    """The table."""
    yield "| names | partitions | mean | fullest | fullest / mean | at random: expected (5 to 95 %) |"
    yield "|---|---|---|---|---|---|"
    for kind, name in KINDS.items():
        hashes = [murmur3_32(name(number).encode(), SEED) for number in range(meters)]
        for partitions in PARTITIONS:
            mean, most = meters / partitions, max(counts(hashes, partitions))
            expected, least, highest = (each / mean for each in fullest(mean, partitions))
            found = f"{kind} | {partitions:,} | {mean:,.0f} | {most:,} | {most / mean:.4f}"
            yield f"| {found} | {expected:.4f} ({least:.4f} to {highest:.4f}) |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)) + "\n")
