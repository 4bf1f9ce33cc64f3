"""I1 and I4: what a flush accounts for is a prefix of the log, and its counts close."""

import json
from datetime import date
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.core.delivery.accounting import Accounted, Accounting
from pvsim.core.delivery.pending import Segment
from pvsim.core.messages.contract import Reason
from pvsim.core.pv.no_pv import NoPv
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.rows import render
from pvsim.core.results.sampling import REJECTED_DW
from pvsim.core.run.plan import RunPlan

TIMELINE = Timeline(date(1970, 1, 1), 1, "UTC", (0, 12), (0,), (0,))


def a_accounting(*, every_s: int = 1, meters: tuple[str, ...] = ("m1",)) -> Accounting:
    return Accounting(RunPlan("r1", TIMELINE, meters, every_s), NoPv(), Accounted())


def values_at(offset: int, *values: int, rejection: bytes = b"") -> Segment:
    return Segment(offset, len(values), np.array(values, dtype=np.int64), rejection)


@given(
    sizes=st.lists(st.integers(1, 4), max_size=6),
    kinds=st.lists(st.sampled_from(["values", "duplicates", "rejected"]), min_size=6, max_size=6),
    every_s=st.sampled_from([1, 2, 3]),
    boundary=st.integers(0, 4),
)
@settings(max_examples=150, deadline=None)
def test_a_flush_accounts_for_a_prefix_of_the_log(sizes, kinds, every_s, boundary):
    """I1 and I4."""
    accounting, offset, order = a_accounting(every_s=every_s), 0, []
    for size, kind in zip(sizes, kinds, strict=False):
        count = 1 if kind == "rejected" else size
        rejection = f'{{"offset":{offset}}}\n'.encode() if kind == "rejected" else b""
        values = np.full(count, 5, dtype=np.int64) if kind == "values" else None
        accounting.append(Segment(offset, count, values, rejection))
        order += [kind] * count
        offset += count
    places = [i for i, kind in enumerate(order) if kind == "values"]
    boundary = min(boundary, len(places) // every_s) * every_s
    output = accounting.flush(boundary, ended=False)
    until = places[boundary - 1] + 1 if boundary else 0  # what follows the last reading waits for the next one
    taken = order[:until]
    if not boundary:  # no anchor yet
        assert output is None
        return
    counts = output.accounted
    assert counts == accounting.accounted
    assert (counts.next_offset, counts.received, counts.next_position) == (until, until, boundary)
    assert (counts.written, counts.duplicates, counts.rejected) == (
        taken.count("values"),
        taken.count("duplicates"),
        taken.count("rejected"),
    )
    assert counts.anchor_offset == places[boundary - 1]
    assert len(output.samples) == boundary // every_s
    assert output.rejected.count(b"\n") == counts.rejected
    assert accounting.flush(boundary, ended=False) is None


def test_a_flush_by_hand():
    accounting = a_accounting(every_s=2)
    accounting.append(values_at(10, 1, 2, 3))
    accounting.append(Segment(13, 2))
    accounting.append(values_at(15, 4, 5))
    output = accounting.flush(2, ended=False)
    assert render(output.samples, accounting.plan) == b"1970-01-01T00:00:00+00:00,0.0002,0.0000,0.0002\n"
    assert output.accounted.next_offset == 12
    output = accounting.flush(4, ended=False)
    assert render(output.samples, accounting.plan) == b"1970-01-01T00:00:02+00:00,0.0004,0.0000,0.0004\n"
    crc = crc32(np.array([1, 2, 3, 4], dtype="<i4").tobytes())
    assert output.accounted == Accounted(4, 15, 16, crc, received=6, written=4, duplicates=2)


def test_only_the_meter_whose_reading_was_rejected_loses_its_period():
    accounting = a_accounting(every_s=2, meters=("a", "b"))
    accounting.append(values_at(0, 10, 20))
    accounting.append(values_at(2, REJECTED_DW, rejection=b'{"offset":2}\n'))
    accounting.append(values_at(3, 40))
    output = accounting.flush(4, ended=False)
    assert render(output.samples, accounting.plan) == b"1970-01-01T00:00:00+00:00,b,0.0030,0.0000,0.0030\n"
    lines = [json.loads(line) for line in output.rejected.splitlines()]
    assert lines == [
        {"offset": 0, "reason": Reason.WINDOW, "detail": "", "bytes": 0, "body": ""},
        {"offset": 2},
    ]
    counts = output.accounted
    assert (counts.received, counts.written, counts.rejected, counts.missing) == (4, 2, 2, 2)


@pytest.mark.parametrize("ended", [False, True])
def test_the_end_alone_is_something_new_once(ended):
    accounting = a_accounting()
    output = accounting.flush(0, ended=ended)
    assert (output is not None) == ended
    assert accounting.accounted == Accounted(ended=ended)
    assert accounting.flush(0, ended=ended) is None


def test_clear_forgets_what_is_pending():
    accounting = a_accounting()
    accounting.append(values_at(0, 1))
    accounting.clear(Accounted(next_position=3))
    assert accounting.flush(12, ended=False) is None
    assert accounting.accounted == Accounted(next_position=3)
