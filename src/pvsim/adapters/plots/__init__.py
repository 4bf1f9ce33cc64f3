"""Pictures of a run for print: SVG, PDF or PNG, drawn by matplotlib; the same run gives the same bytes.

Only numbers that a run's `summary.json` and profile have are drawn; none is computed here.
"""

from pvsim.adapters.plots.pictures import FORMATS, Format, Picture, Subject, pictures_of, require_matplotlib
from pvsim.adapters.plots.words import Language

__all__ = ["FORMATS", "Format", "Language", "Picture", "Subject", "pictures_of", "require_matplotlib"]
