from hypothesis import given
from hypothesis import strategies as st
from tests.sessions import Days, Forms, a_battery, a_plan, at, entries

from pvsim.core.quantities.types import MeterRange
from pvsim.core.results import rows
from pvsim.core.session.session import Session
from pvsim.core.session.texts import day_texts

MIDNIGHT = at("2024-06-22 00:00")
GRID = {"m2": MeterRange.up_to(9_000, grid=True)}


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 3)), max_size=30), st.lists(st.integers(0, 30)))
def test_the_lines_of_many_meters_are_those_of_each_by_itself(readings, cuts):
    log = entries(*((MIDNIGHT - 20 + s, f"m{m}", s) for s, m in sorted(readings)), (MIDNIGHT + 99, None, ""))
    plan, days, forms = a_plan(ranges=GRID), Days(a_battery()), Forms(a_battery(), ranges=GRID)
    session, closed = Session(plan, days), []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(log)], strict=True):
        closed.append(session.feed(log[start:end]))
    wanted = {}
    for part in Session(plan, days).feed(log).by_day():
        text = rows.render(part.samples, forms.plan_of(part.meter, part.day))
        wanted[part.meter, part.day] = wanted.get((part.meter, part.day), b"") + text
    found = list(day_texts(closed, forms.plan_of))
    assert {(each.meter, each.day): each.text for each in found} == wanted
    assert len(found) == len(wanted)


def test_a_grid_meter_shows_its_sign_beside_one_that_cannot_have_one():
    t = at("2024-06-21 12:00")
    log = entries((t, "m1", 5), (t, "m2", -5), (t + 60, None, ""))
    closed = Session(a_plan(ranges=GRID), Days()).feed(log)
    texts = {each.meter: each.text for each in day_texts([closed], Forms(ranges=GRID).plan_of)}
    assert texts["m1"].startswith(b"2024-06-21T12:00:00+02:00,0.0050,")
    assert texts["m2"].startswith(b"2024-06-21T12:00:00+02:00,-0.0050,")


def test_nothing_closed_is_no_text():
    assert list(day_texts([], Forms().plan_of)) == []
