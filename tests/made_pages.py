"""Pages about runs that are made up, without files."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from pvsim.adapters.html import words_of
from pvsim.app.report.compose import page_of
from pvsim.app.report.facts import RunFacts
from pvsim.app.report.forms import Forms
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.figures import Figures
from pvsim.core.results.profile import Profile
from pvsim.core.results.samples import Samples
from pvsim.core.run.plan import RunPlan

__all__ = ["ENGLISH", "FACTS", "a_page", "a_plan", "figures_of"]

ENGLISH = Forms(words_of("en"))
FACTS = RunFacts("r1", "complete", 1, "ab" * 32, {"pvsim": "0.1.0"}, "2024-06-21T00:00:00+00:00")


def a_plan(days=1, every_s=900, meters=("m1",), **more):
    """Some days in Berlin, from midsummer on."""
    timeline = Timeline.of_days(date(2024, 6, 21), days, ZoneInfo("Europe/Berlin"))
    return RunPlan("r", timeline, meters, every_s, **more)


def figures_of(plan, *, load_dw=5_000, pv_dw=None, kept=None, **more):
    """Summary and profile of a run whose load is steady, and whose PV power grows with the hour."""
    row = np.arange(plan.rows) if kept is None else kept
    load = np.zeros(len(row), dtype=np.int64) + load_dw
    window = row // len(plan.meters)
    pv = (window * plan.every_s // 3_600 % 24) * 500 if pv_dw is None else np.full(len(row), pv_dw, dtype=np.int64)
    samples = Samples.of_rows(plan, row, load, pv, **{name: value[: len(row)] for name, value in more.items()})
    figures, profile = Figures(plan), Profile(plan)
    for adder in (figures, profile):
        adder.add(samples)
    return figures.result(), profile.result()


def a_page(plan, *, facts=FACTS, forms=ENGLISH, **rows):
    """The page of such a run."""
    return page_of(plan, *figures_of(plan, **rows), facts, forms)
