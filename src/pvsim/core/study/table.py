"""The cases of a study as tables: a row a case with its parameters, seed and figures, and how figures spread.

Numbers have the fewest digits that give the same number again. A text that a spreadsheet would take for
a formula gets an apostrophe before it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import msgspec

from pvsim.core.results.figure_tables import FIGURES, figure_columns
from pvsim.core.study.bands import band_of

if TYPE_CHECKING:
    from pvsim.core.study.collected import Collected
    from pvsim.core.study.record import CaseError, CaseRecord

__all__ = [
    "Columns",
    "Kind",
    "Row",
    "band_columns",
    "band_rows",
    "case_columns",
    "case_row",
    "csv_line",
    "error_text",
    "parameter_text",
]

Kind: TypeAlias = type[float] | type[int] | type[str] | type[bool]
"""What the values of a column are."""

Row: TypeAlias = dict[str, Any]
"""The values of a row by column; what it does not have is left out."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_QUOTED = frozenset(',"\r\n')
_FIRST: Mapping[str, Kind] = {"number": int, "id": str, "variant": str}
_SEED: Mapping[str, Kind] = {"repeat": int, "seed": int}
_ERROR: Mapping[str, Kind] = {"error": str}
_BAND: Mapping[str, Kind] = {
    "figure": str,
    "cases": int,
    "mean": float,
    "p5": float,
    "p50": float,
    "p95": float,
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table.

    Attributes:
        kinds: What the values of each are, in order.
        parameters: The column of each parameter by its path: the path itself, `parameter.rows` where the table has
            another column of that name.
    """

    kinds: Mapping[str, Kind]
    parameters: Mapping[str, str]


def case_columns(cases: "Collected") -> Columns:
    """Those of the table of cases; figures and counts only that any case has."""
    known = figure_columns()[FIGURES]
    figures = {name: cast("Kind", known[name]) for name in cases.columns()}
    return _columns(cases, _FIRST, {**_SEED, **figures, **cases.input_columns(), **_ERROR})


def case_row(record: "CaseRecord", columns: Columns) -> Row:
    """A case."""
    row: Row = {"number": record.number, "id": record.id, "variant": record.variant}
    row |= _parameters(record.parameters, columns)
    row |= {"repeat": record.repeat, "seed": record.seed, **record.figures, **record.inputs}
    if record.error is not None:
        row["error"] = error_text(record.error)
    return {name: row[name] for name in columns.kinds if row.get(name) is not None}


def band_columns(cases: "Collected") -> Columns:
    """Those of the table of how figures spread over the seeds."""
    return _columns(cases, {"number": int, "variant": str}, _BAND)


def band_rows(cases: "Collected", columns: Columns) -> Iterator[Row]:
    """A row for each combination and figure that is a number; `number` is that of the combination's first case."""
    values = {name: cases.values(name) for name in cases.columns() if name in cases.figures}
    for combination in cases.combinations:
        first: Row = {"number": cases.numbers[combination.cases[0]], "variant": combination.variant}
        first |= _parameters(combination.parameters, columns)
        for name, of_cases in values.items():
            band = band_of(of_cases[combination.cases].tolist())
            if band is not None:
                yield {**first, "figure": name, **band._asdict()}


def csv_line(cells: Iterable[object]) -> str:
    """A line of a CSV file, quoted as RFC 4180 has it; None is an empty cell."""
    return ",".join(map(_cell, cells)) + "\n"


def error_text(error: "CaseError") -> str:
    """Why a case failed, in one text."""
    where = f" ({error.where})" if error.where else ""
    fix = f"; {error.fix}" if error.fix else ""
    return f"{error.what}{where}{fix}"


def parameter_text(value: object) -> str:
    """The value of a parameter: numbers and texts as they are, all else as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _columns(cases: "Collected", before: Mapping[str, Kind], after: Mapping[str, Kind]) -> Columns:
    others = {*before, *after}
    names = {path: f"parameter.{path}" if path in others else path for path in cases.parameters}
    kinds = {name: _kind(cases, path) for path, name in names.items()}
    return Columns({**before, **kinds, **after}, names)


def _kind(cases: "Collected", path: str) -> Kind:
    """What all values of a parameter are; `str` where they are of several kinds, or no single values."""
    kinds = {type(each.parameters[path]) for each in cases.combinations if path in each.parameters}
    kinds -= {type(None)}
    if kinds == {int, float}:
        return float
    (kind,) = kinds if len(kinds) == 1 else (str,)
    return kind if kind in {int, float, bool} else str


def _parameters(parameters: Mapping[str, Any], columns: Columns) -> Row:
    row = {}
    for path, value in parameters.items():
        name = columns.parameters[path]
        if value is not None:
            row[name] = parameter_text(value) if columns.kinds[name] is str else value
    return row


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return repr(value)
    text = f"'{value}" if value.startswith(_FORMULA) else value
    return text if _QUOTED.isdisjoint(text) else '"{}"'.format(text.replace('"', '""'))
