"""The AsyncAPI document is one, by the official schema, and says what the code publishes."""

import hashlib
import json
import re
import runpy
from pathlib import Path

import jsonschema
import pytest
from tests import published

from pvsim.core.publishing import contract, topics
from pvsim.core.publishing.counters import Counters
from pvsim.core.publishing.periods import Period, Row

REPOSITORY = Path(__file__).resolve().parents[2]
OFFICIAL = REPOSITORY / "tests/data/asyncapi/3.1.0.json"
T = 1_718_920_800


def state(battery_dw):
    period = Period(T, 1)
    period.add(Row(0, T, 4_125, 1_000, battery_dw, None if battery_dw is None else 5_000))
    sample = period.sample("home", "m1")
    return sample, contract.state_of(sample, Counters()), contract.service_state_of([sample], Counters())


def test_it_is_valid_by_the_official_schema():
    official = OFFICIAL.read_bytes()
    assert hashlib.sha256(official).hexdigest() in (REPOSITORY / "tests/data/SOURCES.md").read_text("utf-8")
    jsonschema.Draft7Validator(json.loads(official)).validate(published.document())


def test_its_schemas_are_what_the_script_writes():
    script = runpy.run_path(str(REPOSITORY / "scripts" / "asyncapi.py"))
    text = published.DOCUMENT.read_text("utf-8")
    assert script["document"](text) == text, "run scripts/asyncapi.py"


def test_each_reference_leads_somewhere():
    text = published.DOCUMENT.read_text("utf-8")
    references = set(re.findall(r"\$ref: [\"']#/([^\"']+)", text))
    assert len(references) > 20
    for reference in references:
        found = published.document()
        for name in reference.split("/"):
            found = found[name]


def test_each_channel_is_in_an_operation_and_each_message_in_a_channel():
    document = published.document()
    used = {operation["channel"]["$ref"].rpartition("/")[2] for operation in document["operations"].values()}
    assert used == set(document["channels"])
    carried = {
        message["$ref"].rpartition("/")[2]
        for channel in document["channels"].values()
        for message in channel["messages"].values()
    }
    assert carried == set(document["components"]["messages"])


@pytest.mark.parametrize("battery_dw", [None, -500])
def test_what_is_published_of_a_row_is_valid_where_it_is_published(battery_dw):
    sample, of_meter, of_service = state(battery_dw)
    body = contract.body_of(sample)
    assert published.check(topics.routing_key("home", "m1"), body) == json.loads(body)
    assert published.check("pvsim.home.samples", body) == json.loads(body)
    for publication in (*topics.publications(of_meter), *topics.publications(of_service)):
        published.check(publication.topic, publication.payload)
    assert published.check(topics.availability_topic("home"), b"online") == "online"
    assert published.check("pvsim.home", b'{"v":1,"kind":"tick"}') == {"v": 1, "kind": "tick"}


def test_the_values_with_topics_of_their_own_are_listed():
    listed = published.document()["channels"]["value"]["parameters"]["value"]["enum"]
    _, of_meter, _ = state(500)
    alone = [publication.topic.rpartition("/")[2] for publication in topics.publications(of_meter)[1:]]
    assert listed == alone


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("pv.home.m1", b'{"v":1,"kind":"sample"}'),
        ("pvsim.home.samples", b"412.5"),
        ("pvsim/home/m1/pv_w", b'"412.5"'),
        ("pvsim/home/status", b"gone"),
    ],
)
def test_what_is_not_valid_is_found(address, body):
    with pytest.raises(jsonschema.ValidationError):
        published.check(address, body)
