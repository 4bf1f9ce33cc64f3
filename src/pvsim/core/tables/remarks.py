"""What a user should know of how a table was read: short remarks for the report of its reading."""

from collections.abc import Mapping, Sequence

from pvsim.core.tables.layout import Layout
from pvsim.core.tables.number_form import Form

__all__ = ["remarks_on"]


def remarks_on(layout: Layout, times: Sequence[int], form: Form, missing: Mapping[str, int]) -> tuple[str, ...]:
    """Remarks on what is not plain: a late header, joined columns, a decimal comma, words for missing values.

    Args:
        layout: Of the table.
        times: The columns that the times were read from.
        form: How the numbers are written.
        missing: Words for a missing value and how often each was met.
    """
    remarks = []
    if layout.header_line > 1:
        remarks.append(f"header in line {layout.header_line}")
    if len(times) > 1:
        remarks.append("date and time of day from " + " and ".join(repr(layout.names[i]) for i in times))
    if form.decimal == ",":
        remarks.append("decimal comma")
    words = (f"{count:,} × {word!r}" for word, count in missing.items())
    if missing:
        remarks.append("taken as missing: " + ", ".join(words))
    return tuple(remarks)
