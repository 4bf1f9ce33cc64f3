"""Which plant is behind a clear day's curve?"""

from pvsim.core.fit.model import Day
from pvsim.core.fit.search import Fit, Neighbour, fit_plant, profile

__all__ = ["Day", "Fit", "Neighbour", "fit_plant", "profile"]
