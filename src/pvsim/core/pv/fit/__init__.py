"""Which plant is behind a clear day's curve?"""

from pvsim.core.pv.fit.model import Day
from pvsim.core.pv.fit.search import Fit, Neighbour, fit_plant, profile

__all__ = ["Day", "Fit", "Neighbour", "fit_plant", "profile"]
