from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.results.samples import Samples
from pvsim.core.session.closed import Closed, Portion

DATES = (date(2024, 6, 21), date(2024, 6, 22))


def closed(rows):
    portions = []
    for number, day in enumerate(DATES):
        columns = [np.array(column, np.int64) for column in zip(*(r for r in rows if r[2] == number), strict=True)]
        if columns:
            t_utc, meter, _ = columns
            portions.append(Portion(day, Samples(t_utc, meter, t_utc * 10, t_utc * 0)))
    return Closed(0, ("m1", "m2", "m3"), tuple(portions))


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(0, 2))))
def test_each_row_is_in_the_part_of_its_meter_and_day(seconds):
    rows = [(t, meter, int(t >= 5)) for t, meter in sorted(seconds)]
    parts = list(closed(rows).by_day())
    assert closed(rows).rows == len(rows)
    found = sorted((t, f"m{meter + 1}", DATES[day]) for t, meter, day in rows)
    assert found == sorted((t, part.meter, part.day) for part in parts for t in part.samples.t_utc.tolist())
    assert len({(part.meter, part.day) for part in parts}) == len(parts)
    for part in parts:
        assert (np.diff(part.samples.t_utc) > 0).all()
        assert (part.samples.meter == 0).all()


def test_a_second_of_two_meters_is_two_parts():
    (first, second) = closed([(3, 0, 0), (3, 2, 0)]).by_day()
    assert (first.meter, second.meter) == ("m1", "m3")
    assert first.samples.meter_dw.tolist() == [30]
