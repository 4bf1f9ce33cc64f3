"""The page of a study: what it says in words."""

from functools import partial

import pytest
from tests.made_studies import a_study_page, drawn, figures, swept

from pvsim.adapters.html import words_of
from pvsim.app.report.forms import Forms
from pvsim.app.report.study_cells import cells_of
from pvsim.app.report.study_facts import StudyFacts
from pvsim.app.report.study_page import study_notes
from pvsim.core.study.collected import collected
from pvsim.core.study.ranking import Objective

KWH, TILT = "site.battery.capacity_kwh", "site.plants.0.surface_tilt"
TWO = {KWH: [0, 5]}


def names(page):
    return [section.name for section in page.sections]


def texts(page, name):
    return next(section for section in page.sections if section.name == name).texts


def test_the_headline_names_the_best_the_second_and_the_spread():
    page = a_study_page(swept(TWO, variants=("south", "flat"), seeds=8))
    assert page.title == "Study roof: 32 cases"
    assert page.subtitle == "combinations: 4 · seeds: 8 · days: 28, from 2006-12-17"
    assert page.headline.startswith("Cost is lowest with south · capacity\u00a05\u00a0kWh: 245.78")
    assert "\u00a0EUR, 8.40\u00a0EUR less than with the second, flat · capacity\u00a05\u00a0kWh. " in page.headline
    assert page.headline.endswith(
        "It is better for each of the 8 seeds: the difference, 8.40\u00a0EUR to 8.40\u00a0EUR (P5 to P95), "
        "is larger than its spread."
    )
    assert page.notices == ()
    assert names(page) == ["map", "best", "effects", "hours", "made"]
    assert [figure.label for figure in page.figures][:2] == ["Cost", "Self-sufficiency"]
    assert page.figures[0].note.startswith("P5 to P95: 2")


def by_chance(better):
    """Two variants, of which the first is better for some of twenty seeds."""

    def of(variant, _, repeat):
        gain = (1.0 if repeat < better else -0.1) * (variant == "a")
        return {"self_sufficiency": 0.5 + gain / 100 + repeat / 1000}

    return swept({"days": [1]}, variants=("a", "b"), seeds=20, of=of)


@pytest.mark.parametrize(
    ("better", "said"),
    [(20, "for each of the 20 seeds"), (19, "for 19 of the 20 seeds"), (18, "18 of the 20 seeds only")],
)
def test_chance_is_told_seed_by_seed(better, said):
    page = a_study_page(by_chance(better))
    assert "Self-sufficiency is highest with a: " in page.headline
    assert "points more than with the second, b." in page.headline
    assert said in page.headline


def test_few_seeds_say_little():
    page = a_study_page(swept(TWO, variants=("",), seeds=3))
    assert page.headline.endswith("of two equals one is better for all 3 with a chance of 1 in 4.")
    assert "Few seeds" not in a_study_page(swept(TWO, variants=("",), seeds=6)).headline


def test_one_seed_knows_nothing_of_chance():
    page = a_study_page(swept(TWO, variants=("",), seeds=1))
    assert page.headline.endswith("There is one seed: what chance has to do with it is not known.")
    assert page.figures[0].note == "best combination"
    assert names(page) == ["profile", "best", "effects", "hours", "made"]
    assert page.sections[0].texts == ("The figure at each value, with the one seed.",)


def test_equals_are_said():
    page = a_study_page(swept({"site.name": ["a", "b"]}, variants=("",), seeds=2))
    assert page.headline.endswith("2 combinations are equally good; the first of them is named.")
    assert "Cost is lowest with name\u00a0a: " in page.headline


def nearly(spread):
    """Two variants whose means differ by less than is written, with a spread over the seeds or without one."""

    def of(variant, _, repeat):
        return {"self_sufficiency": 0.5 + (variant == "a") * (0.0001 + spread * (-1) ** repeat)}

    return swept({"days": [1]}, variants=("a", "b"), seeds=8, of=of)


def test_a_difference_that_is_written_as_nothing_is_called_the_same():
    for spread in (0, 0.01):
        best, same = a_study_page(nearly(spread)).headline.split(". ")
        assert best == "Self-sufficiency is highest with a: 50.0%"
        assert same == "On average it is the same with the second, b, within 0.05 points."


def test_one_combination_alone():
    page = a_study_page(swept({KWH: [5]}, variants=("",), seeds=2))
    assert page.headline.startswith("Cost with the only combination: ")
    assert next(each for each in page.sections if each.name == "best").tables[0].caption == "The only combination"
    assert page.title == "Study roof: 2 cases"
    alone = a_study_page(swept({KWH: [5]}, variants=("",), seeds=1))
    assert alone.title == "Study roof: 1 case"
    assert names(page) == ["best", "hours", "made"]


def test_what_must_be_known_first_is_said_first():
    def of(variant, parameters, repeat):
        return figures(variant, parameters, repeat) | {"money_currency": ("EUR", "USD")[parameters["days"] - 1]}

    wanted = Objective("money_npv", "max")
    records = swept({"days": [1, 2]}, variants=("",), seeds=2, of=of, failing={0})
    page = a_study_page(records, objective=wanted, missing=4)
    missing, failed, incomplete, period, figure, currencies = page.notices
    assert missing == "Cases that are not done yet: 4. This page is of the others."
    assert failed == "1 of 4 cases have failed and have no figures; the reasons are below."
    assert incomplete.startswith("Combinations that lack a seed: 1.")
    assert period.startswith("Cases differ in days:")
    assert figure.endswith("by money_npv, which no case has; Self-sufficiency is taken instead.")
    assert currencies == "Bills are in several currencies (EUR, USD); they are not compared."
    assert "failed" in names(page)
    facts = StudyFacts("roof", ("2024-06-21", 1), objective=wanted)
    assert study_notes(collected(records), facts, Forms(words_of("en"))) == (period, figure, currencies)
    mixed = a_study_page(records, objective=Objective("money_total", "min")).notices[-2]
    assert mixed.endswith("by money_total, which is in several currencies; Self-sufficiency is taken instead.")


def test_steps_and_numbers_of_meters_that_differ_are_said():
    first, second = a_study_page(swept({"every": ["1s", "1h"], "meters": [1, 3]}, variants=("",), seeds=1)).notices
    assert first.startswith("Cases differ in every: ")
    assert second.startswith("Cases differ in meters: ")
    (period,) = a_study_page(swept({"hours": [6, 12]}, variants=("",), seeds=1)).notices
    assert period.startswith("Cases differ in hours: ")


def test_combinations_that_have_no_such_figure_are_counted():
    def of(variant, parameters, repeat):
        cycles = {"battery_full_cycles": 20.0 / parameters[KWH]} if parameters[KWH] else {}
        return figures(variant, parameters, repeat) | cycles

    records = swept({KWH: [0, 5, 10]}, variants=("", "flat"), seeds=1, of=of, failing={0, 4})
    page = a_study_page(records, objective=Objective("battery_full_cycles", "min"))
    assert page.notices[1:] == (
        "Battery full cycles: 1 combinations have no such figure, and are in no ranking, map or mean here.",
    )


def test_a_page_without_figures_says_so():
    page = a_study_page(swept(TWO, seeds=1, failing=range(99)))
    assert page.headline == "No case has figures."
    assert names(page) == ["failed", "made"]
    assert page.figures == ()


def test_effects_are_explained_as_they_were_found():
    plain = a_study_page(swept(TWO, seeds=1))
    assert len(texts(plain, "effects")) == 2
    all_drawn = {KWH, TILT, "site.tariff.import_per_kwh", "meter.source"}
    page = a_study_page(drawn(100, seeds=1), drawn=all_drawn)
    assert texts(page, "effects")[-1].startswith("The plane goes through 100 points and explains 99.")
    assert texts(page, "map")[1] == "Of settings with many values, ranges are taken together."

    def bent(record):
        return {"self_sufficiency": abs(record.parameters[TILT] - 35) / 100}

    records = [
        type(each)(*(getattr(each, n) for n in each.__struct_fields__[:6]), bent(each)) for each in drawn(100)
    ]
    assert "explains only" in texts(a_study_page(records, drawn=all_drawn), "effects")[-1]
    few = a_study_page(swept(seeds=1, variants=("",))[:4] + drawn(0), drawn=set())
    assert "effects" in names(few)


def test_too_few_figures_are_said():
    records = swept({KWH: [0, 5], TILT: [10, 20]}, variants=("",), seeds=1, failing={0, 3})
    page = a_study_page(records)
    assert texts(page, "effects") == ("Too few figures to say anything of: capacity, kWh, surface tilt.",)
    partly = swept({KWH: [0, 5], TILT: [10, 20, 30]}, variants=("",), seeds=1, failing={0, 4})
    assert texts(a_study_page(partly), "effects")[-1] == "Too few figures to say anything of: surface tilt."


def test_cost_says_what_is_not_in_it():
    def of(variant, parameters, repeat):
        return figures(variant, parameters, repeat) | {"money_npv": 1.0}

    assert "is not in it" in texts(a_study_page(swept(TWO, seeds=1)), "best")[-1]
    assert "money_npv" in texts(a_study_page(swept(TWO, seeds=1, of=of)), "best")[-1]
    shares = a_study_page(swept(TWO, seeds=1), objective=Objective("self_consumption", "max"))
    assert len(texts(shares, "best")) == 1


def test_energy_that_was_in_batteries_at_the_beginning_is_told():
    def of(variant, parameters, repeat):
        change = {"battery_stored_change_kwh": parameters[KWH] / 2 - 2.5 * repeat} if parameters[KWH] else {}
        return figures(variant, parameters, repeat) | change

    assert "gave up to 2.50 kWh" in texts(a_study_page(swept({KWH: [0, 5]}, seeds=3, of=of)), "best")[-1]
    assert "is not in it" in texts(a_study_page(swept({KWH: [0, 5]}, seeds=2, of=of)), "best")[-1]


def test_a_long_study_file_is_cut():
    page = a_study_page(swept(TWO, seeds=1), language="de")
    assert page.title == "Studie roof: 4 Fälle"
    assert page.sections[-1].command.startswith("[sweep]")
    assert page.sections[-1].texts == ()
    long = a_study_page(swept(TWO, seeds=1), text="#" * 30_000)
    assert len(long.sections[-1].command) == 20_000
    assert long.sections[-1].texts == ("The study file is longer than this; all of it is in study.toml.",)


def test_a_map_that_is_too_large_says_what_it_is_a_mean_over(monkeypatch):
    monkeypatch.setattr("pvsim.app.report.study_found.cells_of", partial(cells_of, room=20))
    page = a_study_page(swept({f"p{i}": [1, 2] for i in range(3)}, variants=("",), seeds=1))
    assert page.notices == ("There are too many combinations for the map: each of its cells is a mean over p2.",)
