"""What the schemas of the messages allow."""

import jsonschema
import pytest

from pvsim.wiring.schemas import schema_of

READING = {"v": 1, "kind": "reading", "run": "r1", "meter": "m1", "seq": 0, "t_utc": "2024-06-20T22:00:00Z"}


@pytest.mark.parametrize("meter_w", [0, 9_000, 43_500, -9_000.5])
def test_the_range_of_a_reading_is_the_runs_own(meter_w):
    """`--meter-max-w` and `--meter-kind grid` widen it: a schema of all runs cannot hold 0 to 9000 W."""
    jsonschema.validate(READING | {"meter_w": meter_w}, schema_of("reading"))


def test_a_power_as_text_is_refused():
    with pytest.raises(jsonschema.ValidationError, match="is not of type"):
        jsonschema.validate(READING | {"meter_w": "412.5"}, schema_of("reading"))
