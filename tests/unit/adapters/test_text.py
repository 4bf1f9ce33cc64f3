import gzip
from pathlib import Path

import pytest

from pvsim.adapters.tables import text
from pvsim.adapters.tables.text import opened_lines, opened_table, whole_text
from pvsim.errors import BadInputError

TEXT = "Zeit;Außen [°C]\n21.06.2024 00:00;1,5\n"


def lines_of(path, data, **options):
    path.write_bytes(data)
    with opened_lines(path, **options) as lines:
        return list(lines)


@pytest.fixture(params=[5, 1 << 18], ids=["blocks-of-5", "one-block"])
def path(request, monkeypatch, tmp_path):
    monkeypatch.setattr(text, "_BLOCK_BYTES", request.param)
    return tmp_path / "f.csv"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_encodings_and_ends_of_lines(path, coding, end, pack):
    data = ("\ufeff" if coding == "utf-16-be" else "") + TEXT.replace("\n", end)
    assert lines_of(path, pack(data.encode(coding))) == TEXT.splitlines(keepends=True)
    assert lines_of(path, pack(data.removesuffix(end).encode(coding))) == TEXT.splitlines(keepends=True)


def test_other_separators_end_no_line(path):
    odd = "a\x85b\u2028c\x0bd\x0ce\x1cf\n"
    assert lines_of(path, odd.encode()) == [odd]


def test_an_empty_file(path):
    assert lines_of(path, b"") == []


@pytest.mark.parametrize(
    ("data", "line", "what"),
    [
        (TEXT.encode("latin-1"), ":1", "not UTF-8 text"),
        (b"a\nb\nc\xff\n", ":3", "not UTF-8 text"),
        (b"a\rb\r\nc\xe2\x82", ":3", "not UTF-8 text"),
        (b"a\nb\0\n", ":2", "a NUL byte: not a text file"),
        (b"\xff\xfea\0\n\0\0\xd8b\0\n\0", ":2", "not UTF-16 text"),
        (TEXT.encode("utf-16")[:-1], "", "the UTF-16 text is cut off in the middle of a character"),
        (b"x" * (1 << 20), ":1", "a line longer than 1 MiB"),
        (b"\n" + b"x" * (3 << 19) + b"\n", ":2", "a line longer than 1 MiB"),
    ],
)
def test_what_is_no_text_is_refused_with_its_line(tmp_path, data, line, what):
    path = tmp_path / "f.csv"
    with pytest.raises(BadInputError) as caught:
        lines_of(path, data)
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"{path}{line}"
    assert caught.value.fix


def test_bytes_of_a_format_whose_words_are_not_used(path):
    assert lines_of(path, "LOCATION,Zürich,CHE\n".encode("latin-1"), lenient=True) == ["LOCATION,Zürich,CHE\n"]


def test_all_of_a_text(path, monkeypatch):
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert whole_text(path) == TEXT
    monkeypatch.setattr(text, "_BIGGEST_TEXT", 20)
    with pytest.raises(BadInputError, match="not a typical year"):
        whole_text(path)


def test_a_table_is_read_from_its_first_line_of_data(path, monkeypatch):
    monkeypatch.setattr(text, "HEAD_LINES", 4)
    path.write_text("name,x\n\ntime,kw\n" + "".join(f"2024-06-21 0{hour}:00,{hour}\n" for hour in range(9)))
    with opened_table(path) as table:
        assert table.layout.header_line == 3
        assert [row[1] for block in table.blocks(2) for row in block.rows] == [str(hour) for hour in range(9)]


def test_what_cannot_be_opened_says_what_to_do(tmp_path):
    with pytest.raises(BadInputError, match="cannot be read") as caught, opened_table(tmp_path / "no", fix="look"):
        pass
    assert caught.value.fix == "look"


def test_a_path_with_a_nul_character_is_no_path():
    with pytest.raises(BadInputError, match="not a file path: a NUL character"), opened_lines(Path("a\0b.csv")):
        pass
