"""The page on messages says what becomes of each: its table is walked."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from pvsim.core.messages.contract import Rejection, Values, read_message
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import RunPlan

PLAN = RunPlan("r1", Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin")), ("m1",))
FIELDS = {
    "v": "1",
    "kind": '"reading"',
    "run": '"r1"',
    "meter": '"m1"',
    "seq": "5",
    "t_utc": '"2024-06-20T22:00:05Z"',
    "meter_w": "412.5",
}
WHOLE = ", ".join(f'"{name}": {value}' for name, value in FIELDS.items())


def message(example: str) -> str:
    """The example, completed: `…` is the rest of a reading, and a field alone replaces the reading's own."""
    if "…" in example:
        return example.replace("…", WHOLE)
    name = example.partition(":")[0].strip('"')
    rest = {key: value for key, value in FIELDS.items() if key != name.lower()}
    return "{" + ", ".join([example, *(f'"{key}": {value}' for key, value in rest.items())]) + "}"


def test_each_example_of_the_table_is_taken_or_rejected_as_it_says(pages):
    page = pages["docs/reference/messages.md"]
    table = page.partition("## What a meter may get wrong")[2].partition("\nWhat fits neither")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 15
    for what, outcome, example in rows:
        body = message(example.strip("`").replace("\\ufeff", "\ufeff")).encode()
        found = read_message(body, PLAN)
        if outcome.startswith("taken"):
            assert isinstance(found, Values), (what, found)
            assert found.position == 5
        else:
            assert isinstance(found, Rejection), (what, found)
            assert found.reason == outcome.strip("`"), what


REJECTED = {
    "not JSON": [
        WHOLE.replace("412.5", text)
        for text in ("0412.5", "+412.5", ".5", "5.", "Infinity", "412.5,", "412.5 // W")
    ],
    "not a message of the contract": [
        WHOLE.replace("412.5", "null"),
        WHOLE.replace('"v": 1', '"v": 1.0'),
        WHOLE.replace('"2024-06-20T22:00:05Z"', "1718920805"),
        WHOLE.replace('"reading"', '"READING"'),
    ],
}


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason in REJECTED for text in REJECTED[reason]])
def test_its_other_kinds_are_rejected_too(reason, text):
    assert read_message(f"{{{text}}}".encode(), PLAN).reason == reason


@pytest.mark.parametrize(
    "body", [f"{{{WHOLE}}}\0".encode(), f"{{{WHOLE}}}".encode("utf-16"), f"{{{WHOLE}}}{{{WHOLE}}}".encode()]
)
def test_what_is_around_a_message_is_not_json(body):
    assert read_message(body, PLAN).reason == "not JSON"


@pytest.mark.parametrize("text", [WHOLE.replace("412.5", power) for power in ("412", "-0.0", "0", "412.46")])
def test_its_other_kinds_are_taken_too(text):
    assert isinstance(read_message(f"\r\n {{{text}}}\n".encode(), PLAN), Values)
