"""Times of dimming from a CSV file, and what is wrong with one."""

from zoneinfo import ZoneInfo

import pytest

from pvsim.adapters.tables.dimming_csv import read_dimming
from pvsim.core.site.schema import DimmingWindow
from pvsim.errors import BadInputError

BERLIN = ZoneInfo("Europe/Berlin")
WINDOWS = (
    DimmingWindow("2025-01-15T17:00", "2025-01-15T19:00", 4.2),
    DimmingWindow("2025-01-16T17:00", "2025-01-16T19:00+01:00", 5.0),
)


def read(tmp_path, text):
    path = tmp_path / "windows.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_dimming(path, BERLIN)


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_file_of_windows(tmp_path, mark):
    lines = ["from,to,limit_kw", "2025-01-15T17:00,2025-01-15T19:00,4.2", "", '2025-01-16T17:00, "x",5']
    text = "\r\n".join(lines).replace('"x"', WINDOWS[1].to).replace(",", mark)
    assert read(tmp_path, text) == WINDOWS
    assert read(tmp_path, "\ufeffFrom,To,Limit_kW\n") == ()
    assert read(tmp_path, "from;to;limit_kw\n2025-01-15T17:00;2025-01-15T19:00;4,2") == WINDOWS[:1]


def test_all_lines_that_are_wrong_are_said_at_once(tmp_path):
    text = (
        "from,to,limit_kw\n1\n2025-01-15T17:00,2025-01-15T19:00,x\n2025-01-15T17:00,2025-01-15T19:00,nan\nx,y,1\n"
    )
    with pytest.raises(BadInputError) as caught:
        read(tmp_path, text + "2025-01-15T17:00,2025-01-15T19:00,-1\n" * 8)
    said = caught.value.what.splitlines()
    assert said[:5] == [
        "12 lines are wrong:",
        "  line 2: 1 cells, where 3 belong",
        "  line 3: limit_kw: 'x' is not a number",
        "  line 4: limit_kw: nan is outside 0..9,999",
        "  line 5: from: 'x' is not a time such as 2025-01-15T17:00",
    ]
    assert said[-1] == "  and 2 more"
    assert caught.value.where == str(tmp_path / "windows.csv")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the columns are from, to, limit_kw, not ''"),
        ("to,from,limit_kw\n", "the columns are"),
        ("from,to,limit_kw\n2025-03-30T02:30,2025-03-30T04:00,5\n", "line 2: from: .*clock goes forward"),
    ],
)
def test_one_mistake_is_one_line(tmp_path, text, says):
    with pytest.raises(BadInputError, match=says):
        read(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadInputError, match="cannot be read") as caught:
        read_dimming(tmp_path / "none.csv", BERLIN)
    assert "grid.dimming_file" in caught.value.fix
