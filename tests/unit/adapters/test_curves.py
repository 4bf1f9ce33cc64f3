import gzip

import pytest

from pvsim.adapters.tables.curves import read_curve
from pvsim.errors import BadInputError

PLAIN = "time_of_day,pv_kw\n00:00,0\n8:30,1.25\n12:00:00,2.5\n24:00,0\n"
COMMAS = PLAIN.replace(",", ";").replace(".", ",")


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        ("\ufeff" + PLAIN.replace("\n", "\r\n")).encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.encode("utf-16"),
        gzip.compress(PLAIN.encode()),
        COMMAS.encode(),
        ("sep=;\n" + COMMAS).encode(),
        ("# a plant\nMunich\n\n" + PLAIN.replace(",", "\t")).encode(),
        PLAIN.replace("\n", ",\n").encode(),
        PLAIN.replace("time_of_day,pv_kw", '"Time_of_Day", "PV_kW", "note"').replace("\n", ",x\n")[:-2].encode()
        .replace(b'"note",x', b'"note"'),
    ],
    ids=["plain", "bom-crlf", "cr", "utf-16", "gzip", "decimal-comma", "sep", "preamble", "trailing", "more"],
)  # fmt: skip
def test_the_dialects_of_a_curve(tmp_path, data):
    path = tmp_path / "curve.csv"
    path.write_bytes(data)
    times, powers = read_curve(path)
    assert times.tolist() == [0, 30_600, 43_200, 86_400]
    assert powers.tolist() == [0, 1.25, 2.5, 0]


def test_a_table_of_dates_is_no_curve(tmp_path):
    path = tmp_path / "plant.csv"
    path.write_text("time,pv_kw\n2024-06-21 00:00,0\n")
    assert read_curve(path) is None


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (PLAIN.replace("pv_kw", "power"), ":1", "the table by time_of_day has no column pv_kw"),
        (PLAIN.replace("1.25", "much"), ":3", "column 'pv_kw' has 'much', which is not a number"),
        (PLAIN.replace("1.25", "1,25"), ":3", "3 cells, the header (line 1) names 2"),
        (PLAIN.replace(",1.25", ""), ":3", "1 cell(s) only, the header (line 1) names 2"),
        (PLAIN.replace("8:30", "8:77"), ":3", "'8:77' is not a time of day"),
        (PLAIN.replace("24:00", "24:01"), ":5", "'24:01' is not a time of day"),
        (
            PLAIN.replace("1.25", ""),
            "",
            "the times must rise from 00:00 to 24:00 and the powers be positive or zero",
        ),
        (PLAIN.replace("1.25", "-1.25"), "", "the times must rise"),
        (PLAIN.replace("\n00:00", "\n00:10"), "", "the times must rise"),
        (PLAIN.replace("8:30", '"8:30'), ":3", "a quote is opened and not closed"),
        ("time_of_day,pv_kw\n", "", "the times must rise"),
    ],
)
def test_a_malformed_curve_is_refused_with_its_line(tmp_path, text, line, what):
    path = tmp_path / "curve.csv"
    path.write_text(text)
    with pytest.raises(BadInputError) as caught:
        read_curve(path)
    assert caught.value.what.startswith(what)
    assert caught.value.where == f"{path}{line}"
    assert caught.value.fix
