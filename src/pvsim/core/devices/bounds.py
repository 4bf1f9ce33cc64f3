"""Refusing a value of a device that is out of range."""

from pvsim.errors import UsageError

__all__ = ["refuse_outside"]


def refuse_outside(name: str, value: float, low: float, high: float, *, example: str) -> None:
    """Refuse a value that is out of range, or no number.

    Args:
        name: Of what, as a site file has it: `capacity_kwh` of a `battery`.
        value: The value.
        low: The least that it may be.
        high: The most.
        example: Values that fit.

    Raises:
        UsageError: it is.
    """
    if not low <= value <= high:  # also refuses NaN
        what = f"battery.{name} is {low:g} to {high:g}, not {value:g}"
        raise UsageError(what, where=f"battery.{name}", fix=f"for example {example}")
