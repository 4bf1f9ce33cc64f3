"""What the records of a study say, worked out once for all parts of its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pvsim.app.report.forms import Forms
from pvsim.app.report.study_cells import Cells, cells_of
from pvsim.app.report.study_facts import StudyFacts
from pvsim.app.report.study_words import MAIN_FIGURES, FigureForm, Naming
from pvsim.core.study.bands import Band, Floats, band_of, complete_means
from pvsim.core.study.collected import Collected
from pvsim.core.study.factors import VARIANT, Factor, factors_of
from pvsim.core.study.ranking import Objective, Ranking, default_objective, ranked
from pvsim.core.study.sensitivity import Sensitivity, sensitivity_of

__all__ = ["StudyFound", "objective_of", "shown_by_hour", "study_found"]

_BY_HOUR = 6


@dataclass(frozen=True, slots=True)
class StudyFound:
    """What is on the page.

    Attributes:
        cases: All cases.
        facts: How the study was made.
        forms: The language.
        naming: How its things are called.
        factors: What its combinations differ in.
        ranking: Its combinations in order.
        matrices: The figures that are shown by combination and repeat; that of the ranking first.
        sensitivity: What the figure of the ranking depends on.
        cells: Those of the heat map.
        largest: The largest mean of the figure, whose decimals all have that stand beside each other.
    """

    cases: Collected
    facts: StudyFacts
    forms: Forms
    naming: Naming
    factors: Sequence[Factor]
    ranking: Ranking
    matrices: Mapping[str, Floats]
    sensitivity: Sensitivity
    cells: Cells
    largest: float

    @property
    def figure(self) -> FigureForm:
        """What the combinations are ranked by."""
        return self.naming.figure(self.ranking.objective.figure)

    @property
    def matrix(self) -> Floats:
        """Its values by combination and repeat."""
        return self.matrices[self.ranking.objective.figure]

    @property
    def seeds(self) -> int:
        """How many seeds there are."""
        return len(self.cases.seeds)

    def band(self, name: str, combination: int) -> Band | None:
        """How a figure of a combination spreads over the seeds."""
        return band_of(self.matrices[name][combination].tolist())


def objective_of(cases: Collected, facts: StudyFacts) -> Objective:
    """What the best is the best by: what the study says, if any case has it, and money is in one currency."""
    if facts.objective is not None and _wanted(facts.objective.figure, cases):
        return facts.objective
    return default_objective(cases)


def shown_by_hour(ranking: Ranking) -> tuple[int, ...]:
    """The combinations whose days are drawn: the best ones, and the last."""
    order = ranking.order
    return order[:_BY_HOUR] if len(order) <= _BY_HOUR else (*order[:_BY_HOUR], order[-1])


def study_found(cases: Collected, facts: StudyFacts, forms: Forms) -> StudyFound:
    """Work out what is on the page of a study.

    Args:
        cases: Its cases.
        facts: How it was made.
        forms: The language.
    """
    objective, factors = objective_of(cases, facts), factors_of(cases, facts.drawn)
    naming = Naming(forms, factors, _currency(cases))
    names = dict.fromkeys([objective.figure, *(name for name in MAIN_FIGURES if _wanted(name, cases))])
    matrices = {name: cases.matrix(name) for name in names}
    figures = {name: complete_means(matrix) for name, matrix in matrices.items()}
    sensitivity = sensitivity_of(factors, figures[objective.figure])
    wanted = _axes(factors, facts, [effect.path for effect in sensitivity.effects])
    cells = cells_of(wanted, figures, naming)
    ranking = ranked(matrices[objective.figure], objective)
    largest = max((abs(float(ranking.means[i])) for i in ranking.order), default=0.0)
    return StudyFound(cases, facts, forms, naming, factors, ranking, matrices, sensitivity, cells, largest)


def _currency(cases: Collected) -> str:
    """The currency of all money; nothing where there are several."""
    currencies = list(cases.texts.get("money_currency", ()))
    return currencies[0] if len(currencies) == 1 else ""


def _wanted(name: str, cases: Collected) -> bool:
    """Whether a figure can be shown: some case has it, and money has one currency."""
    return name in cases.figures and ("money_" not in name or bool(_currency(cases)))


def _axes(factors: Sequence[Factor], facts: StudyFacts, by_effect: Sequence[str]) -> list[Factor]:
    """The axes of the map, the first two along and up, then those with the largest effect."""
    by_path = {factor.path: factor for factor in factors}
    given = [path if path in by_path else None for path in (facts.x, facts.y)]
    swept = [path for path in by_path if path != VARIANT]
    free = (path for path in dict.fromkeys([*swept, *by_path]) if path not in given)
    first = [next(free, None) if path is None else path for path in given]
    order = dict.fromkeys(path for path in [*first, *by_effect, *by_path] if path is not None)
    return [by_path[path] for path in order]
