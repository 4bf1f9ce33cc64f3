"""All that the summary of a run says, added up in one pass: energies and powers, money, emissions."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from pvsim.core.results.figures import Figures
from pvsim.core.results.over_meters import with_bills
from pvsim.core.results.powers import ROWS
from pvsim.core.results.samples import joined

if TYPE_CHECKING:
    from pvsim.core.results.bill import Bill
    from pvsim.core.results.carbon import CarbonSum
    from pvsim.core.results.meter_curves import Curves
    from pvsim.core.results.samples import Samples
    from pvsim.core.results.summary import Summary

__all__ = ["Totals"]


class Totals:
    """Adds up the rows of a run: an `Accumulator` of its whole `Summary`.

    Args:
        figures: Of energies and powers.
        bill: None where the site has no tariff.
        carbon: None where the site does not say what the grid emits.
    """

    def __init__(self, figures: Figures, bill: "Bill | None" = None, carbon: "CarbonSum | None" = None) -> None:
        self.figures = figures
        self.bill = bill
        self.carbon = carbon
        self._valued = [each for each in (bill, carbon) if each is not None]
        self._gathered: list[Samples] = []

    def add(self, samples: "Samples") -> None:
        """See `Accumulator.add`."""
        self.figures.add(samples)
        if self._valued:
            self._gathered.append(samples)
            if sum(map(len, self._gathered)) >= ROWS:
                self._take()

    def merge(self, other: "Totals") -> None:
        """See `Accumulator.merge`; the other is of the same run."""
        self._take()
        other._take()  # noqa: SLF001 - one of its own kind
        self.figures.merge(other.figures)
        if self.bill is not None and other.bill is not None:
            self.bill.merge(other.bill)
        if self.carbon is not None and other.carbon is not None:
            self.carbon.merge(other.carbon)

    def result(self, curves: "Curves | None" = None) -> "Summary":
        """See `Accumulator.result`.

        Args:
            curves: As of `Tally.summary`.
        """
        self._take()
        figures = self.figures.result(curves)
        money = None if self.bill is None else self.bill.result()
        return replace(
            figures,
            money=money,
            over_meters=with_bills(figures.over_meters, money),
            emissions=None if self.carbon is None else self.carbon.result(),
        )

    def _take(self) -> None:
        if self._gathered:
            rows = joined(self._gathered)
            self._gathered = []
            for each in self._valued:
                each.add(rows)
