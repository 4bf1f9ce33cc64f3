"""Rules of countries from files, and what is wrong with them."""

import pytest

from pvsim.adapters.rules_file import COUNTRIES, read_rules
from pvsim.errors import BadInputError

GOOD = """name = "Nowhere"
[[export_caps]]
percent = 50
valid_from = 2020-01-01
source = "a law"
url = "https://example.org"
"""


def test_the_countries_that_come_with_pvsim():
    assert [read_rules(country).name for country in COUNTRIES] == ["Germany", "Belgium"]


def test_rules_of_a_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    assert read_rules(str(path)).export_caps[0].percent == 50


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        GOOD.replace("percent = 50", "percent = 500").replace("2020-01-01", '"soon"').replace("url", "ulr")
    )
    with pytest.raises(BadInputError) as caught:
        read_rules(str(path))
    said = str(caught.value)
    for part in (
        "4 settings are wrong",
        "export_caps: value 1: percent: 500 is outside 0..100",
        'export_caps: value 1: valid_from: "soon" is not a date such as 2025-03-01',
        "export_caps: value 1: ulr: there is no such setting; did you mean url?",
        "export_caps: value 1: url: missing",
    ):
        assert part in said
    assert caught.value.fix == "pvsim schema rules describes every setting"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not TOML"),
        (b"\xff", "not UTF-8"),
        (GOOD + "valid_until = 2019-01-01\n", "valid_until, 2019-01-01, is before valid_from"),
        (GOOD.replace("2020-01-01", "2020-01-01T00:00:00"), "is not a date such as 2025-03-01"),
        ("#" * 1_000_001, "more than 1,000,000 characters"),
    ],
)
def test_a_file_that_is_wrong(tmp_path, text, said):
    path = tmp_path / "mine.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInputError, match=said) as caught:
        read_rules(str(path))
    assert caught.value.where == str(path)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("DE", 'write rules = "de"'),
        ("france", "write one of de, be, or the path of a FILE.toml"),
        ("missing.toml", "check the path, or write one of de, be"),
        ("a\0.toml", "check the path"),
    ],
)
def test_rules_that_are_not_there(name, fix):
    with pytest.raises(BadInputError) as caught:
        read_rules(name)
    assert caught.value.fix == fix
