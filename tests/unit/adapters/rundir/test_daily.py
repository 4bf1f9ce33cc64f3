"""The daily files are the samples file, cut at midnight."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pvsim.adapters.rundir import daily
from pvsim.adapters.rundir.daily import DailyFiles, split_by_day
from pvsim.adapters.shared.file_system import FileSystem
from pvsim.errors import BadInputError, CannotWriteError

HEADER = b"timestamp,meter_kw\n"


def rows(day, count):
    return [f"2024-06-{day:02}T00:00:{second:02}+02:00,{second}.0\n".encode() for second in range(count)]


def read_all(files, n):
    pieces = []
    while piece := files.read(n):
        pieces.append(piece)
        assert len(piece) <= n
    return b"".join(pieces)


@given(
    days=st.dictionaries(st.integers(1, 30), st.integers(1, 60), min_size=1),
    n=st.integers(1, 500),
    piece=st.integers(1, 90),
)
@example(days={1: 60, 2: 1, 4: 60}, n=7, piece=40)
def test_joined_they_are_the_whole_again(tmp_path_factory, days, n, piece):
    """Also where a day is missing, and whatever is read at once."""
    tmp_path = tmp_path_factory.mktemp("daily")
    content = HEADER + b"".join(line for day in sorted(days) for line in rows(day, days[day]))
    (tmp_path / "samples.csv").write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(daily, "_PIECE", piece)
        names = split_by_day(tmp_path / "samples.csv", tmp_path / "samples", FileSystem())
        assert names == [f"2024-06-{day:02}.csv" for day in sorted(days)]
        assert sorted(path.name for path in (tmp_path / "samples").iterdir()) == names
        assert read_all(DailyFiles(tmp_path / "samples", names), n) == content
        assert b"".join(DailyFiles(tmp_path / "samples", names).lines()) == content
    for day, name in zip(sorted(days), names, strict=True):
        assert (tmp_path / "samples" / name).read_bytes() == HEADER + b"".join(rows(day, days[day]))


def test_a_file_without_its_last_newline_is_read_as_it_is(tmp_path):
    (tmp_path / "a.csv").write_bytes(HEADER + b"2024-06-21T00:00:00+02:00,1.0")
    lines = list(DailyFiles(tmp_path, ["a.csv"]).lines())
    assert lines == [HEADER, b"2024-06-21T00:00:00+02:00,1.0"]


def test_splitting_again_gives_the_same(tmp_path):
    (tmp_path / "samples.csv").write_bytes(HEADER + b"".join(rows(1, 3) + rows(2, 2)))
    first = split_by_day(tmp_path / "samples.csv", tmp_path / "samples", FileSystem())
    (tmp_path / "samples" / "2024-06-02.csv").write_bytes(b"cut short by a kill")
    assert split_by_day(tmp_path / "samples.csv", tmp_path / "samples", FileSystem()) == first
    assert (tmp_path / "samples" / "2024-06-02.csv").read_bytes() == HEADER + b"".join(rows(2, 2))


def test_a_missing_day_and_a_foreign_header_are_errors_that_name_the_file(tmp_path):
    (tmp_path / "a.csv").write_bytes(HEADER)
    (tmp_path / "b.csv").write_bytes(b"timestamp,power\n")
    with pytest.raises(BadInputError, match="No such file") as caught:
        read_all(DailyFiles(tmp_path, ["a.csv", "c.csv"]), 100)
    assert caught.value.where == str(tmp_path / "c.csv")
    with pytest.raises(BadInputError, match="the header is") as caught:
        read_all(DailyFiles(tmp_path, ["a.csv", "b.csv"]), 100)
    assert caught.value.where == str(tmp_path / "b.csv")


def test_a_directory_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "samples.csv").write_bytes(HEADER + b"".join(rows(1, 3)))
    (tmp_path / "samples").write_bytes(b"in the way")
    with pytest.raises(CannotWriteError, match="cannot write the daily files"):
        split_by_day(tmp_path / "samples.csv", tmp_path / "samples", FileSystem())
    assert list(tmp_path.glob("**/.*")) == []
