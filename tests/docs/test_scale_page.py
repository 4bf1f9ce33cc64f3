"""The page about large fleets: the table is the script's, and the script's chances are those of balls in bins."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from pvsim.core.quantities import noise

REPOSITORY = Path(__file__).resolve().parents[2]
ROW = re.compile(
    r"\| (?P<names>`[^|]+) \| (?P<partitions>[\d,]+) \| (?P<mean>[\d,]+) \| (?P<most>[\d,]+) \| (?P<rest>.*) \|"
)
METERS = 1_000_000


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location(
        "partition_balance", REPOSITORY / "scripts" / "partition_balance.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_the_page_is_that_of_the_script(script, pages):
    """What chance gives is computed anew; of the names those of 50,000 meters, in all partitions."""
    found = [row.groupdict() for row in ROW.finditer(pages["docs/explanation/scale.md"])]
    assert [(row["names"], int(row["partitions"].replace(",", ""))) for row in found] == [
        (kind, partitions) for kind in script.KINDS for partitions in script.PARTITIONS
    ]
    for row in found:
        partitions, most = (int(row[name].replace(",", "")) for name in ("partitions", "most"))
        mean = METERS / partitions
        expected, least, highest = (each / mean for each in script.fullest(mean, partitions))
        assert row["mean"] == f"{mean:,.0f}"
        assert row["rest"] == f"{most / mean:.4f} | {expected:.4f} ({least:.4f} to {highest:.4f})"
    assert sum(len(line.split("|")) == 8 for line in script.lines(2_000)) == 10


def test_the_chances_are_those_of_balls_thrown_into_bins(script):
    """1,000 throws of 6,400 balls into 64 bins."""
    drawn = noise.uniform(noise.key(1, "balls"), 0, 1_000 * 6_400).reshape(1_000, -1)
    fullest = np.sort([np.bincount((each * 64).astype(np.int64), minlength=64).max() for each in drawn])
    expected, least, highest = script.fullest(100.0, 64)
    assert abs(fullest.mean() - expected) < 0.5
    assert abs(np.mean(fullest < least) - 0.05) < 0.04
    assert abs(np.mean(fullest > highest) - 0.05) < 0.04


def test_names_of_meters_are_spread_as_by_chance(script):
    for kind, name in script.KINDS.items():
        hashes = [script.murmur3_32(name(number).encode(), script.SEED) for number in range(20_000)]
        for partitions in (16, 64):
            mean = 20_000 / partitions
            assert max(script.counts(hashes, partitions)) < mean + 5 * np.sqrt(mean), kind
