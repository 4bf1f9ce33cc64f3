"""What cannot be read is refused in the words of what it should be, and every text is data or refused."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.shared.toml_file import TomlFile, parse_toml, table_lines
from pvsim.errors import BadInputError

KIND = TomlFile("tea file", lambda path: f"boil {path.name}", lambda path: f"empty {path.name}")


def read_by(parse, text):
    """The data of a text, or what is wrong with it."""
    try:
        return parse(text)
    except (tomllib.TOMLDecodeError, BadInputError) as error:
        return str(error)


@given(st.text(alphabet="ab= []{}\"'\n#01.-\0"))
def test_any_text_is_what_tomllib_has_or_is_refused_with_its_words(text):
    expected = read_by(tomllib.loads, text)
    expected = f"x.toml: not TOML: {expected}" if isinstance(expected, str) else expected
    assert read_by(lambda text: parse_toml(text, "x.toml"), text) == expected


@pytest.mark.parametrize("text", ["a = " + "9" * 5_000, "a = " + "[" * 5_000])
def test_what_python_cannot_take_is_refused(text):
    with pytest.raises(BadInputError, match="not TOML"):
        parse_toml(text, "")


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path, coding):
    (tmp_path / "a.toml").write_text("größe = 1\r\n", encoding=coding, newline="")
    assert KIND.read(tmp_path / "a.toml") == "größe = 1\n"


@pytest.mark.parametrize(
    ("name", "what", "fix"),
    [
        ("none.toml", "there is no such tea file", "boil none.toml"),
        (".", "a directory, not a tea file", "empty "),
        ("latin.toml", "the tea file is not UTF-8 text", "save it as UTF-8"),
        ("wide.toml", "the tea file is UTF-16 text, not UTF-8", "save it as UTF-8"),
        (
            "long.toml",
            "the tea file has more than 1,000,000 characters",
            "is it another file? A tea file has a few",
        ),
        ("wide.toml/x", "the tea file cannot be read: Not a directory", "check the path"),
    ],
)
def test_what_is_no_such_file(tmp_path, name, what, fix):
    (tmp_path / "latin.toml").write_bytes("größe = 1".encode("latin-1"))
    (tmp_path / "wide.toml").write_text("größe = 1", encoding="utf-16")
    (tmp_path / "long.toml").write_text("#" * 1_000_001)
    with pytest.raises(BadInputError) as caught:
        KIND.read(tmp_path / name)
    assert (caught.value.what, caught.value.where) == (what, str(tmp_path / name))
    assert caught.value.fix.startswith(fix)


def test_a_path_that_no_system_has(tmp_path):
    with pytest.raises(BadInputError, match="not a file path"):
        KIND.read(tmp_path / "a\0b")


def test_a_kind_without_words_of_its_own_names_the_path(tmp_path):
    for name in ("none", "."):
        with pytest.raises(BadInputError) as caught:
            TomlFile("tea file").read(tmp_path / name)
        assert caught.value.fix == "check the path"


def test_the_lines_of_tables_in_a_list():
    text = 'a = 1\n[[meters]]\nname = "x"\n  [[ meters ]]  # another\n[meters.more]\n[[other]]\n'
    assert table_lines(text, "meters") == (2, 4)
