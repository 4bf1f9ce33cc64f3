"""The partitions of a run: which meter's readings go through which stream, and what a part of a run is.

A meter's partition follows from its name alone, by the hash that RabbitMQ's stream clients for Java, .NET, Go and
Rust use for the routing keys of a super stream: whoever publishes with the meter's name as the key reaches the
same stream.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pvsim.core.run.plan import RunPlan
from pvsim.errors import UsageError

__all__ = [
    "HASH",
    "MAX_PARTITIONS",
    "SEED",
    "check_partitions",
    "members",
    "murmur3_32",
    "part_of",
    "partition_of",
]

MAX_PARTITIONS: Final = 1_024

HASH: Final = "murmur3_32(UTF-8 name of the meter, seed) modulo partitions"
SEED: Final = 104_729
"""The same as of the clients' default strategy."""

_WORD = 4
_MASK = 0xFFFFFFFF
_BODY, _ODD, _MIX_1, _MIX_2 = 0xCC9E2D51, 0x1B873593, 0x85EBCA6B, 0xC2B2AE35


def murmur3_32(data: bytes, seed: int) -> int:
    """MurmurHash3 of 32 bits (`MurmurHash3_x86_32` by A. Appleby, public domain), unsigned."""
    found = seed
    whole = len(data) // _WORD * _WORD
    for at in range(0, whole, _WORD):
        found ^= _scrambled(int.from_bytes(data[at : at + _WORD], "little"))
        found = (_rotated(found, 13) * 5 + 0xE6546B64) & _MASK
    found ^= _scrambled(int.from_bytes(data[whole:], "little")) ^ len(data)
    found = (found ^ found >> 16) * _MIX_1 & _MASK
    found = (found ^ found >> 13) * _MIX_2 & _MASK
    return found ^ found >> 16


def _scrambled(word: int) -> int:
    return _rotated(word * _BODY & _MASK, 15) * _ODD & _MASK


def _rotated(word: int, by: int) -> int:
    return (word << by | word >> 32 - by) & _MASK


def partition_of(meter: str, partitions: int) -> int:
    """The number of a meter's partition, from 0."""
    return murmur3_32(meter.encode(), SEED) % partitions


def members(meters: Sequence[str], partitions: int) -> tuple[tuple[int, ...], ...]:
    """Of each partition, which meters are in it, by their places in `meters`; a partition may have none."""
    found: list[list[int]] = [[] for _ in range(partitions)]
    for i, meter in enumerate(meters):
        found[partition_of(meter, partitions)].append(i)
    return tuple(tuple(each) for each in found)


def part_of(plan: RunPlan, partition: int, meters: Sequence[int]) -> RunPlan:
    """The part of a run that goes through one partition: a run of some of its meters, with the same columns.

    Args:
        plan: The whole run.
        partition: The number of the partition.
        meters: The places of its meters, in rising order; there is one at least.
    """
    return replace(
        plan,
        meters=tuple(plan.meters[i] for i in meters),
        balance=None if plan.balance is None else plan.balance.of_sites(meters),
        partition=partition,
        of_several=plan.names_meters,
    )


def check_partitions(partitions: int) -> int:
    """The number of partitions, if a run may have it.

    Raises:
        UsageError: if it is out of range.
    """
    if not 1 <= partitions <= MAX_PARTITIONS:
        what = f"`partitions` is 1 to {MAX_PARTITIONS:,}, not {partitions:,}"
        raise UsageError(what, field="partitions", fix="give a few for each process, for example 4")
    return partitions
