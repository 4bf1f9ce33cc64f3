"""The options that say how a file of measured power is read: that of `--meter`, of `--pv`, and of `pvsim fit`."""

from collections.abc import Callable
from typing import Any, TypeVar

from pvsim.cli.command import section
from pvsim.cli.fields import field_option
from pvsim.cli.values import Choice, Quantity

__all__ = ["file_option", "file_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

_USUAL: dict[str, dict[str, Any]] = {
    "column": {"metavar": "NAME", "help": "Column of the power.  [default: detected]"},
    "time_column": {"metavar": "NAME", "help": "Column of the times.  [default: detected]"},
    "tz": {"metavar": "ZONE", "help": "IANA zone of the file's times.  [default: as written, else the run's]"},
    "unit": {
        "type": Choice(["W", "kW", "MW", "Wh", "kWh", "MWh"]),
        "help": "Its unit; Wh, kWh, MWh are energies of intervals.  [default: by the header]",
    },
    "kind": {
        "type": Choice(["generation", "counter"]),
        "help": "counter: the column has readings of energy that only grow.  [default: by the header]",
    },
    "sign": {
        "type": Choice(["positive", "negative"]),
        "help": "negative: generation is written with a minus.  [default: positive]",
    },
    "scale": {"type": float, "metavar": "FACTOR", "help": "Multiply the powers by this."},
    "annual_kwh": {
        "type": Quantity("ENERGY_KWH", "KWH"),
        "help": "Scale the powers to this energy in a year.",
    },
    "date_order": {
        "type": Choice(["day-first", "month-first", "year-first"]),
        "help": "Which number of a date such as 01/06/2024 is the day.  [default: by all dates]",
    },
    "stamp": {
        "type": Choice(["start", "middle", "end"]),
        "help": "Which part of its interval a time marks.  [default: by the header, else start]",
    },
    "decimal": {
        "type": Choice(["point", "comma"]),
        "help": "Decimal mark.  [default: by all numbers]",
    },
    "fill": {
        "type": Choice(["hold", "interpolate"]),
        "help": "A sample is the mean until the next, or a point on a line.  [default: hold]",
    },
    "gaps": {"type": Choice(["error", "hold", "interpolate", "zero"])},
    "start": {"metavar": "DATE", "help": "Begin with this day.  [default: first whole]"},
}


def file_option(field: str, option: str, **settings: Any) -> Callable[[Command], Command]:
    """An option that says one field of how a file is read.

    Args:
        field: Its path, for example `pv.unit`.
        option: The option.
        **settings: Where they are not those of every file.
    """
    return field_option(field, option, **{**_USUAL[field.rpartition(".")[2]], **settings})


def file_options(prefix: str, usual: str, title: str) -> Callable[[Command], Command]:
    """How to read the CSV file of `--meter` or `--pv`.

    Args:
        prefix: `meter` or `pv`.
        usual: What is positive.
        title: Of the section in the help.
    """
    texts = {
        "sign": f"negative: {usual} is written with a minus.  [default: positive]",
        "gaps": f"How to fill missing samples.  [default: up to 1 h as --{prefix}-fill, longer: error]",
    }
    names = [name for name in _USUAL if name != "kind"]  # which differs between the two
    return section(
        title,
        *(
            file_option(
                f"{prefix}.{name}",
                f"--{prefix}-{name.replace('_', '-')}",
                **({"help": texts[name]} if name in texts else {}),
            )
            for name in names
        ),
    )
