"""`summary.json` is JSON that can be read, whatever the number of meters."""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.figures import Figures
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan
from pvsim.wiring.summary_file import summary_pieces, summary_text


def of_two_meters(days, every_s):
    plan = RunPlan("run", Timeline.of_days(date(2024, 6, 21), days, ZoneInfo("UTC")), ("a", "b"), every_s)
    number = np.arange(plan.rows)
    figures = Figures(plan)
    figures.add(Samples.of_rows(plan, number, number * 7 % 30_000, number % 7_000))
    return figures.result()


def test_a_summary_is_indented_with_one_line_for_each_row_of_a_day_or_meter():
    summary = of_two_meters(days=2, every_s=60)
    text = summary_text(summary)
    assert msgspec.json.decode(text) == msgspec.json.decode(msgspec.json.encode(summary))
    lines = [line.strip() for line in text.decode().splitlines()]
    tables = [each for of in (*summary.days, *summary.meters.values()) for each in (*of.resolution, *of.ramps)]
    for row in tables:
        written = ", ".join(
            f"{msgspec.json.encode(key).decode()}: {msgspec.json.encode(value).decode()}"
            for key, value in msgspec.to_builtins(row).items()
        )
        assert f"{{{written}}}" in [line.rstrip(",") for line in lines]
    assert '"rows": 5760,' in lines
    assert f'"load": {summary.energy_kwh.load},' in lines


def test_it_comes_in_pieces_with_some_of_the_meters_each():
    summary = of_two_meters(days=1, every_s=900)
    many = {f"m{i}": summary.meters["ab"[i % 2]] for i in range(201)}
    pieces = list(summary_pieces(msgspec.structs.replace(summary, meters=many)))
    assert max(map(len, pieces)) < len(b"".join(pieces)) * 0.6
    lines = b"".join(pieces).splitlines()
    assert msgspec.json.decode(b"".join(pieces))["meters"] == msgspec.json.decode(msgspec.json.encode(many))
    first, *_ = (i for i, line in enumerate(lines) if line.startswith(b'    "m0"'))
    each = (len(lines) - len(summary_text(summary).splitlines())) // 199
    for i in range(201):  # as the first two of them have it, whichever piece they are in
        own, same = first + i * each, first + i % 2 * each
        assert lines[own].startswith(b'    "m%d": {' % i)
        assert lines[own + 1 : own + each - 1] == lines[same + 1 : same + each - 1]
        assert lines[own + each - 1] == (b"    }," if i < 200 else b"    }")
    assert b"\n  },\n" in pieces[-1]
    alone = msgspec.structs.replace(summary, meters=None)
    assert list(summary_pieces(alone)) == [summary_text(alone)]
