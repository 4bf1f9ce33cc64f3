"""Values of a program as plain data, as a file would have them: NumPy's 4000.0 is 4000.0, an array is a list."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from math import inf
from numbers import Integral, Real
from typing import Any

from msgspec import UNSET, Struct

__all__ = ["plain"]

_LARGE_INT = 10**300


def plain(value: Any) -> Any:
    """A value made of dicts, lists, texts, numbers, booleans and None, as far as it can be.

    Structs become dicts without the fields that are unset; whatever is none of these is left as it is.
    """
    if hasattr(value, "tolist"):  # of NumPy and pandas
        value = value.tolist()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Struct):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return value
    return _number(value) if isinstance(value, Real | Decimal) else value


def _fields(struct: Struct) -> dict[str, Any]:
    """The fields of a struct by the names that a file has for them, and its tag."""
    config = struct.__struct_config__
    names = zip(struct.__struct_encode_fields__, struct.__struct_fields__, strict=True)
    tag = {} if config.tag_field is None else {config.tag_field: config.tag}
    values = {encoded: getattr(struct, name) for encoded, name in names}
    return tag | {name: plain(value) for name, value in values.items() if value is not UNSET}


def _number(value: Real | Decimal) -> int | float:
    """The number as Python's own; infinite where it is more than a float holds."""
    if isinstance(value, Integral) and abs(int(value)) <= _LARGE_INT:
        return int(value)
    try:
        return float(value)
    except OverflowError:
        return inf if value == abs(value) else -inf
    except ValueError:  # a decimal that signals that it is none
        return float("nan")
