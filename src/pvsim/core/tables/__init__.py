"""Text tables as people have them: where the header is, which mark parts the cells, how numbers are written.

The way of a file: `layout` looks at its first lines and finds delimiter, header and units; `rows` checks every
further line against the header; `numbers` decides from a whole column how its numbers are written, then reads it.
"""

from pvsim.core.tables.cells import start_of_period
from pvsim.core.tables.footer import Footer
from pvsim.core.tables.layout import DATE_PARTS, HEAD_LINES, Layout, find_layout
from pvsim.core.tables.number_form import Form, Mark
from pvsim.core.tables.numbers import NumberColumns
from pvsim.core.tables.remarks import remarks_on
from pvsim.core.tables.rows import Block, read_rows

__all__ = [
    "DATE_PARTS",
    "HEAD_LINES",
    "Block",
    "Footer",
    "Form",
    "Layout",
    "Mark",
    "NumberColumns",
    "find_layout",
    "read_rows",
    "remarks_on",
    "start_of_period",
]
