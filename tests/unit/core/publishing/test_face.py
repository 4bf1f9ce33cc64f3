"""The newest values are said, once; and all again to whoever starts anew."""

import pytest

from pvsim.core.publishing.contract import service_state_of, state_of
from pvsim.core.publishing.counters import Counters
from pvsim.core.publishing.face import Face
from pvsim.core.publishing.periods import Period, Row
from pvsim.core.publishing.topics import publications

T = 1_718_920_800


def states(second, meter="m1", battery_dw=None):
    period = Period(T + second, 1)
    period.add(Row(second, T + second, 4_125, 1_000, battery_dw, None if battery_dw is None else 5_000))
    sample = period.sample("home", meter)
    return state_of(sample, Counters()), service_state_of([sample], Counters())


def split(said):
    """Discovery documents, and what else was said."""
    documents = [one.topic for one in said if one.topic.startswith("homeassistant/")]
    return documents, [one for one in said if one.topic not in documents]


def test_each_value_is_told_of_once_and_the_newest_is_said_once():
    face = Face("home", "1.0")
    face.show(states(0))
    face.show(states(1))
    documents, said = split(face.take())
    assert len(documents) == len(set(documents)) == 16
    assert said == [one for state in states(1) for one in publications(state)]
    assert face.take() == []
    face.show(states(2))
    assert split(face.take()) == ([], [one for state in states(2) for one in publications(state)])


def test_what_a_battery_adds_is_told_of_when_it_is_there():
    face = Face("home", "1.0")
    face.show(states(0))
    face.take()
    face.show(states(1, battery_dw=5))
    documents, _ = split(face.take())
    assert sorted(document.split("/")[3] for document in documents) == [
        "battery_w",
        "battery_w-m1",
        "charge_wh",
        "charge_wh-m1",
        "discharge_wh",
        "discharge_wh-m1",
        "soc-m1",
    ]


def test_who_starts_anew_is_told_all_again():
    face = Face("home", "1.0")
    face.show([*states(0), states(0, "m2")[0]])
    said = face.take()
    face.again()
    assert face.take() == said
    online, *rest = face.opening()
    assert (online.topic, online.payload) == ("pvsim/home/status", b"online")
    assert rest == said
    assert (face.will.topic, face.will.payload) == ("pvsim/home/status", b"offline")


@pytest.mark.parametrize(("prefix", "documents"), [(None, 0), ("ha", 16)])
def test_home_assistant_is_told_where_it_looks_or_not_at_all(prefix, documents):
    face = Face("home", "1.0", prefix)
    face.show(states(0))
    topics = [one.topic for one in face.take()]
    assert sum(topic.startswith("ha/") for topic in topics) == documents
    assert not any(topic.startswith("homeassistant/") for topic in topics)
