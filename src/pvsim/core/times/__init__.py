"""Times as people write them in files, read into seconds, with the zone that each file shows or is said to have.

`headings` tells by their headers which columns hold times.
The way of a column of times: `dates` and `clocks` read the two halves of each text, `zones` what stands behind
them; `stamps` takes in a file block by block, and `settle` decides from all of it whose clock it is.
"""

from pvsim.core.times.dates import DateOrder
from pvsim.core.times.headings import Stamp, is_date_heading, is_time_heading, is_zone_heading, stamp_in_header
from pvsim.core.times.local import to_utc
from pvsim.core.times.settle import Said, Times, TimeWords
from pvsim.core.times.stamps import FORMATS, Stamps, is_time
from pvsim.core.times.wallclock import WallClock, changes_clock

__all__ = [
    "FORMATS",
    "DateOrder",
    "Said",
    "Stamp",
    "Stamps",
    "TimeWords",
    "Times",
    "WallClock",
    "changes_clock",
    "is_date_heading",
    "is_time",
    "is_time_heading",
    "is_zone_heading",
    "stamp_in_header",
    "to_utc",
]
