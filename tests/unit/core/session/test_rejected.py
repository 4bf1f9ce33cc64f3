import json

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.messages.entry import Entry
from pvsim.core.metering.observed import Refused
from pvsim.core.session.rejected import Reason, rejection_line


@given(st.text(), st.binary(), st.text(), st.text())
def test_a_line_is_one_line_of_json_whatever_came(key, body, reason, detail):
    line = rejection_line(Entry(3, 5, key, body), Refused(reason, detail))
    assert line.count(b"\n") == 1
    assert json.loads(line)["bytes"] == len(body)


def test_long_texts_are_cut_and_the_length_is_kept():
    line = json.loads(rejection_line(Entry(3, 5, "k" * 999, b"\xffx" * 1_000), Refused(Reason.LATE, "d" * 999)))
    assert line["bytes"] == 2_000
    assert line["body"].startswith("\\xffx")
    assert [len(line[name]) for name in ("routing_key", "detail")] == [255, 600]
    assert (line["offset"], line["arrived_ms"], line["reason"]) == (3, 5, "late")
