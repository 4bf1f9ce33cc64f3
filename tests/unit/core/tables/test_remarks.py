from pvsim.core.tables import Form, find_layout, remarks_on

PLAIN = find_layout(["time,kw\n", "2024-06-21 00:00,1\n"], "f.csv")
SPLIT = find_layout(["a meter\n", "Date;Time;kW\n", "21.06.2024;00:00;1,5\n"], "f.csv")


def test_a_plain_table_needs_no_remark():
    assert remarks_on(PLAIN, PLAIN.times, Form("."), {}) == ()


def test_what_is_not_plain_is_said():
    assert remarks_on(SPLIT, SPLIT.times, Form(",", 3, "1,5"), {"NaN": 1200, "-": 1}) == (
        "header in line 2",
        "date and time of day from 'Date' and 'Time'",
        "decimal comma",
        "taken as missing: 1,200 × 'NaN', 1 × '-'",
    )
