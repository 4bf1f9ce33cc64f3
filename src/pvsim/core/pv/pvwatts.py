"""PVWatts 5 (Dobos 2014, NREL/TP-6A20-62641): the power of modules and inverter.

In the order of pvlib's operations: the same bits come out, and the tests compare with it.
"""

import numpy as np

from pvsim.core.quantities.physics import Floats

__all__ = ["ac_w", "dc_w"]

_TEMP_REF_C = 25.0
_ETA_INV_REF = 0.9637  # of the inverter that the curve was fitted to


def dc_w(effective_irradiance: Floats, temp_cell: Floats, pdc0: float, gamma_pdc: float) -> Floats:
    """DC power in W.

    Args:
        effective_irradiance: Light on the cells in W/m².
        temp_cell: Their temperature in °C.
        pdc0: Power at 1000 W/m² and 25 °C, in W.
        gamma_pdc: Change of power with temperature, in 1/°C.
    """
    pdc: Floats = effective_irradiance * 0.001 * pdc0 * (1 + gamma_pdc * (temp_cell - _TEMP_REF_C))
    return pdc


def ac_w(pdc: Floats, pdc0: float, eta_inv_nom: float) -> Floats:
    """AC power in W: 0 at least, and no more than the inverter gives.

    Args:
        pdc: DC power in W.
        pdc0: The DC power at which the inverter gives all it can, in W.
        eta_inv_nom: Its efficiency there.
    """
    load = pdc / pdc0
    loss = np.zeros_like(pdc)
    np.divide(0.0059, load, out=loss, where=pdc != 0)
    power = eta_inv_nom / _ETA_INV_REF * (-0.0162 * load - loss + 0.9858) * pdc
    ac: Floats = np.maximum(0, np.minimum(eta_inv_nom * pdc0, power))
    return ac
