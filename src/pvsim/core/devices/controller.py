"""Who decides what a battery is to do: state and window in, setpoints out.

A controller only asks. The battery follows a setpoint as far as its power and its limits allow
(`BatteryModel.follow`), so that no controller can make a run that is impossible.
"""

from typing import Protocol

from pvsim.core.quantities.types import Ints

__all__ = ["SELF_CONSUMPTION", "Controller", "SelfConsumption"]


class Controller(Protocol):
    """Asks something of the battery of one site, for windows of one second or more."""

    def setpoints_dw(self, stored: int, meter_dw: Ints, pv_dw: Ints) -> Ints:
        """What the battery is to do in each second of a window.

        Args:
            stored: What the battery holds before the window, in its units.
            meter_dw: What the building uses in each second, in 0.1 W, shape (n,).
            pv_dw: What the plant could give, likewise.

        Returns:
            Power at the AC side in 0.1 W, positive charges; shape (n,).
        """
        ...


class SelfConsumption:
    """Charges what the PV has left over and discharges what the building lacks, second by second (greedy).

    It looks at nothing but the second itself, so that windows of any length come to the same.
    """

    def setpoints_dw(self, stored: int, meter_dw: Ints, pv_dw: Ints) -> Ints:
        """See `Controller.setpoints_dw`."""
        del stored
        return pv_dw - meter_dw


SELF_CONSUMPTION = SelfConsumption()
