"""What a file says of the meters of a service."""

import pytest

from pvsim.config.listening import ListenRequest, forms_of, meters_of
from pvsim.core.quantities.types import MeterRange
from pvsim.errors import BadInputError, UsageError


def test_a_file_without_meters_describes_none():
    assert meters_of({}, "listen.toml") == ()


def test_meters_are_described_and_all_others_have_the_range_of_the_service():
    tables = meters_of({"meters": [{"name": "grid", "kind": "grid", "max_w": 20_000}]}, "listen.toml")
    forms = forms_of(ListenRequest(meters=tables, max_w=5_000))
    assert forms.forms["grid"].meter_range == MeterRange.up_to(20_000, grid=True)
    assert forms.default.meter_range == MeterRange.up_to(5_000)
    assert forms_of(ListenRequest(kind="grid")).default.meter_range == MeterRange.up_to(9_000, grid=True)


@pytest.mark.parametrize(
    ("meters", "what"),
    [
        ([{"name": "a b"}], "meter 1 (a b): name: 'a b' cannot be a name"),
        ([{"nam": "a"}], "there is no such setting"),
        ("m1", 'meters: "m1" is not a list'),
        ([{"name": "a"}, {"name": "a"}], "two have the same name"),
        ([{"name": "../x", "max_w": 0}, {}], "settings are wrong:\n  "),
    ],
)
def test_all_that_is_wrong_is_said_with_its_place(meters, what):
    with pytest.raises(BadInputError) as found:
        meters_of({"meters": meters}, "listen.toml")
    assert what in found.value.what
    assert found.value.where == "listen.toml"


def test_a_range_that_is_none_is_refused():
    with pytest.raises(UsageError, match="maximum of 0 W"):
        forms_of(ListenRequest(max_w=0))


def test_what_is_wrong_is_said_with_the_line_of_its_meter():
    meters = [{"name": "a"}, {"name": "b", "topic": "x/#"}]
    with pytest.raises(BadInputError, match="meter 2") as found:
        meters_of({"meters": meters}, "listen.toml", (3, 7))
    assert found.value.where == "listen.toml:7"
    meters = [{"name": "a", "max_w": 0}, {"name": "b"}, {"name": "c", "nam": 1}]
    with pytest.raises(BadInputError) as found:
        meters_of({"meters": meters}, "listen.toml", (3, 7, 9))
    assert "\n  line 3: meter 1 (a): max_w: " in found.value.what
    assert "\n  line 9: meter 3 (c): nam: " in found.value.what


def test_lines_that_are_not_those_of_the_meters_are_not_said():
    for meters in ([{"name": "a b"}], [{"name": "a"}, {"name": "a"}]):
        with pytest.raises(BadInputError) as found:
            meters_of({"meters": meters}, "listen.toml", (3, 7))
        assert found.value.where == "listen.toml"
