"""Figures with as many digits as they are written with."""

__all__ = ["rounded"]


def rounded(value: float, digits: int = 6) -> float:
    """A figure to some decimal places, and 0.0 where `round` gives −0.0: of a little less than nothing."""
    return round(value, digits) + 0.0
