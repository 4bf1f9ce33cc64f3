"""Studies that are made up, without files, and their pages."""

import math
from dataclasses import replace

from tests.unit.core.study.made import a_record, records_of

from pvsim.adapters.html import words_of
from pvsim.app.report.forms import Forms
from pvsim.app.report.study_facts import StudyFacts
from pvsim.app.report.study_found import objective_of, shown_by_hour
from pvsim.app.report.study_page import study_page
from pvsim.core.study.collected import collected
from pvsim.core.study.ranking import ranked

__all__ = ["AXES", "a_study_page", "drawn", "figures", "hours", "swept"]

AXES = {
    "site.battery.capacity_kwh": [0, 2.5, 5, 7.5, 10],
    "site.plants.0.surface_tilt": [10, 20, 30, 40, 50, 60],
    "site.tariff.import_per_kwh": [0.2, 0.35],
}
TEXT = '[sweep]\n"site.battery.capacity_kwh" = [0, 5, 10]\n'
NAMES = ("south", "east-west <b>roof</b>")


def figures(variant, parameters, repeat):
    """Figures of an invented house."""
    kwh = parameters.get("site.battery.capacity_kwh") or 0
    tilt = parameters.get("site.plants.0.surface_tilt", 35)
    price = parameters.get("site.tariff.import_per_kwh", 0.3)
    pv = 300 - 0.05 * (tilt - 35) ** 2 - 60 * (variant != "south") + 15 * math.sin(repeat)
    imported = 1_000 - pv * 0.4 - 18 * math.sqrt(kwh)
    return {
        "self_consumption": 0.4 + 0.03 * kwh,
        "self_sufficiency": round(1 - imported / 1_200, 6),
        "energy_kwh_load": 1_200.0,
        "energy_kwh_pv": round(pv, 6),
        "energy_kwh_import": round(imported, 6),
        "energy_kwh_export": round(pv * (0.6 - 0.03 * kwh), 6),
        "peak_kw_import_15min": 7.7732,
        "money_total": round(imported * price - pv * 0.02, 6),
        "money_currency": "EUR",
    }


def hours(kwh=5.0, repeat=0):
    """A day of that house."""
    sun = [max(0.0, math.sin(math.pi * (hour - 6) / 12)) * (3 + 0.3 * math.sin(repeat)) for hour in range(24)]
    load = [0.6 + 0.5 * (hour in {7, 8, 18, 19, 20}) for hour in range(24)]
    net = [a - b for a, b in zip(load, sun, strict=True)]
    battery = [max(-0.2 * kwh, min(0.2 * kwh, -each)) for each in net]
    return {"load": load, "pv": sun, "net": net} | ({"battery": battery} if kwh else {})


def swept(axes=AXES, *, variants=NAMES, seeds=8, failing=(), of=figures):
    """Records of all combinations."""
    return records_of(axes, of, variants=variants, seeds=seeds, failing=failing)


def drawn(n=200, *, seeds=2):
    """Records of points of three numbers and a word."""
    found = []
    for repeat in range(seeds):
        for i in range(n):
            parts = [((i + 1) * step % n) / n for step in (1, 37, 61)]
            kwh, tilt, price = 10 * parts[0], 10 + 50 * parts[1], 0.2 + 0.2 * parts[2]
            numbers = (round(each, 4) for each in (kwh, tilt, price))
            parameters = dict(zip(AXES, numbers, strict=True)) | {"meter.source": ("walk", "office")[i % 2]}
            more = figures("south", parameters, repeat)
            found.append(a_record(len(found), parameters, repeat=repeat, **more))
    return found


def a_study_page(records, *, language="en", by_hour=True, objective=None, text=TEXT, **facts):
    """The page of a study."""
    cases, forms = collected(records), Forms(words_of(language))
    known = StudyFacts(
        "roof",
        ("2006-12-17", 28),
        objective=objective,
        versions={"pvsim": "0.2.0"},
        sha256="ab" * 32,
        text=text,
        failed=[record for record in records if record.error is not None][:50],
        **facts,
    )
    chosen = objective_of(cases, known)
    shown = shown_by_hour(ranked(cases.matrix(chosen.figure), chosen)) if by_hour else ()
    days = {
        each: [
            hours(cases.combinations[each].parameters.get("site.battery.capacity_kwh") or 0, repeat)
            for repeat in cases.seeds
        ]
        for each in shown
    }
    return study_page(cases, replace(known, hours=days), forms)
