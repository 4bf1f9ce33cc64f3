"""The figures of a run as rows of tables, for questions about many runs: what `summary.json` says, laid flat.

`figures` has one row with each single figure, `energy_kwh.import` as `energy_kwh_import`. What comes in parts has
a table of its own: `days`, `months`, `resolution`; the figures of each meter are in `meters`, their parts in
`meters_resolution` and so on, those of each day in `days_resolution`, beside its `period`. Columns follow from the
fields of `Summary`, whatever a run has of them.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias, cast

import msgspec
from msgspec import inspect

from pvsim.core.results.summary import Energies, Summary

__all__ = ["FIGURES", "Kind", "Row", "figure_columns", "figure_rows"]

FIGURES, _METERS, _PERIOD = "figures", "meters", "period"

Kind: TypeAlias = type[float] | type[int] | type[str] | type[bool] | type[list[float]]
"""What the values of a column are; lists are of floats."""

Row: TypeAlias = dict[str, Any]

_KINDS: dict[type, Kind] = {
    inspect.FloatType: float,
    inspect.IntType: int,
    inspect.StrType: str,
    inspect.BoolType: bool,
}
_LIST_TYPES = inspect.VarTupleType | inspect.ListType


def figure_columns() -> dict[str, dict[str, Kind]]:
    """The tables, and of each its columns with what their values are."""
    found = _Tables()
    found.add(FIGURES, _summary(), {}, {})
    return found.columns


def figure_rows(summary: Summary) -> dict[str, list[Row]]:
    """The rows of each table for one run; a value that it does not have is left out."""
    found = _Tables()
    found.add(FIGURES, _summary(), msgspec.to_builtins(summary), {})
    return found.rows


class _Tables:
    """Goes through the fields of a struct and its values together; values may be missing, the fields are not."""

    def __init__(self) -> None:
        self.columns: dict[str, dict[str, Kind]] = {}
        self.rows: dict[str, list[Row]] = {}

    def add(self, table: str, kind: inspect.StructType, values: Mapping[str, Any] | None, keys: Row) -> None:
        """One more row, beginning with `keys`; without values only its columns."""
        columns = self.columns.setdefault(table, {})
        columns.update(dict.fromkeys(keys, str))
        row = dict(keys)
        if values is not None:
            self.rows.setdefault(table, []).append(row)
        self._fields(table, kind, values or {}, "", row)

    def _fields(
        self, table: str, kind: inspect.StructType, values: Mapping[str, Any], before: str, row: Row
    ) -> None:
        for field in kind.fields:
            of, value = _bare(field.type), values.get(field.encode_name)
            name = before + self._named(kind, field.encode_name)
            if isinstance(of, inspect.StructType):
                self._fields(table, of, value or {}, f"{name}_", row)
            elif isinstance(of, inspect.DictType):
                self._by_name(table, name, of, value or {}, row)
            elif isinstance(of, _LIST_TYPES) and isinstance(item := _bare(of.item_type), inspect.StructType):
                self._parts(table, name, item, (({}, each) for each in value or ()), row)
            else:
                self.columns[table][name] = _KINDS.get(type(of), list[float])
                if value is not None:
                    row[name] = list(value) if isinstance(value, tuple) else value

    @staticmethod
    def _named(kind: inspect.StructType, name: str) -> str:
        """The name of a field; energies of a day are called as those of the run, with their unit."""
        with_unit = kind.cls is not Energies and issubclass(kind.cls, Energies)
        return f"energy_kwh_{name}" if with_unit and name in Energies.__struct_encode_fields__ else name

    def _by_name(self, table: str, name: str, of: inspect.DictType, value: Mapping[str, Any], row: Row) -> None:
        """Parts that have names: those of the meters, or of what money is compared with."""
        item, key = _bare(of.value_type), "meter" if name.endswith(_METERS) else "name"
        if isinstance(item, inspect.AnyType):  # the figures of a meter are those of the run, but its meters
            item = _summary()
            if table != FIGURES:
                return
        if isinstance(item, inspect.StructType):
            self._parts(table, name, item, (({key: each}, part) for each, part in value.items()), row, key)
            return
        for each, number in value.items():
            self.columns[table][f"{name}_{each}"] = float
            row[f"{name}_{each}"] = number

    def _parts(
        self,
        table: str,
        name: str,
        kind: inspect.StructType,
        parts: Iterable[tuple[Row, Mapping[str, Any]]],
        row: Row,
        *keys: str,
    ) -> None:
        """Rows of a table of its own, which begin with the meter or period that they are of, and their name."""
        of = {"meter": row.get("meter", "")} if table.startswith(_METERS) else {}
        if _PERIOD in self.columns[table]:
            of[_PERIOD] = row.get(_PERIOD, "")
        below = name if table == FIGURES else f"{table}_{name}"
        self.add(below, kind, None, {**of, **dict.fromkeys(keys, "")})
        for named, part in parts:
            self.add(below, kind, part, {**of, **named})


def _bare(kind: inspect.Type) -> inspect.Type:
    """The type of a value that is there."""
    if isinstance(kind, inspect.UnionType):
        return next(each for each in kind.types if not isinstance(each, inspect.NoneType))
    return kind


@cache
def _summary() -> inspect.StructType:
    return cast("inspect.StructType", inspect.type_info(Summary))
