"""Which publishing id a message of a run has."""

from datetime import UTC, date

import msgspec
import numpy as np
import pytest

from pvsim.core.messages.blocks import ReadingBlocks
from pvsim.core.messages.contract import End, publishing_id
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import RunPlan

PLAN = RunPlan("r1", Timeline.of_days(date(2024, 6, 21), 1, UTC), ("a", "b"))


def test_a_reading_has_its_position_plus_one():
    bodies = ReadingBlocks(PLAN).write(10, np.array([5, 6, 7]))
    assert [publishing_id(body.tobytes(), PLAN) for body in bodies] == [11, 12, 13]


def test_the_end_follows_the_last_reading():
    assert publishing_id(msgspec.json.encode(End(1, "r1", PLAN.readings, 0)), PLAN) == PLAN.readings + 1


def test_a_reading_with_an_impossible_value_takes_its_place():
    (body,) = ReadingBlocks(PLAN).write(10, np.array([5]))
    assert publishing_id(body.tobytes().replace(b"   0.5", b"9999.5"), PLAN) == 11


@pytest.mark.parametrize(
    "body",
    [
        b"no JSON",
        msgspec.json.encode(End(1, "r1", 7, 0)),
        msgspec.json.encode(End(1, "another", PLAN.readings, 0)),
    ],
)
def test_anything_else_has_none(body):
    assert publishing_id(body, PLAN) is None
