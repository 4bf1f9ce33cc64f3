"""The prices and emissions of a run, from its configuration and the files that it names."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import UnsetType

from pvsim.config import RunConfig, zone_of
from pvsim.config.sizes import sizes_of
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.results.figures import Figures
from pvsim.core.results.totals import Totals
from pvsim.core.run.plan import RunPlan
from pvsim.core.site.tariff import DataSeries, series_of
from pvsim.wiring.configure import refuse_changed

if TYPE_CHECKING:
    from pvsim.config.feed_in import UnpaidSpan
    from pvsim.core.site.tariff import Tariff
    from pvsim.core.tariff.prices import Prices
    from pvsim.core.tariff.valuation import Valuation

__all__ = ["Worth", "totals_of", "worth_of"]

_MOST_KG_PER_KWH = 5.0


@dataclass(frozen=True, slots=True)
class Worth:
    """What a run's energies are worth.

    Attributes:
        money: Prices; None where the site has no tariff.
        emissions: CO2 of the grid; None where the site does not say it.
        inputs: How the files for them were read, by the path of their setting.
    """

    money: "Valuation | None"
    emissions: "Valuation | None"
    inputs: Mapping[str, Mapping[str, Any]]


def worth_of(config: RunConfig, timeline: Timeline) -> Worth:
    """What the energies of a run are worth.

    Raises:
        BadInputError: if a file is not what it was when the configuration was made, or does not fit.
        UsageError: if a price changes within a row.
    """
    inputs: dict[str, Any] = {}
    if config.tariff is None and config.co2 is None:
        return Worth(None, None, inputs)
    from pvsim.core.tariff.valuation import emissions_of, refuse_rows_beyond_quarters  # noqa: PLC0415 - most runs have neither

    if config.tariff is not None:
        refuse_rows_beyond_quarters(config.tariff, config.every_s)
    series = {
        setting: _read(setting, file, config, timeline, inputs)
        for setting, file in series_of(config.tariff, config.co2).items()
    }
    money = None if config.tariff is None else _prices(config, config.tariff, series, timeline)
    emissions = None if config.co2 is None else emissions_of(config.co2, series)
    for valuation in (money, emissions):
        if valuation is not None:
            valuation.refuse_changes_within_rows(timeline, config.every_s)
    return Worth(money, emissions, inputs)


def totals_of(config: RunConfig, plan: RunPlan, worth: Worth, *, meter_curves: bool = True) -> Totals:
    """What adds up the summary of a run.

    Args:
        config: The run.
        plan: Its plan.
        worth: Its prices and emissions.
        meter_curves: As of `Tally`.
    """
    bill = carbon = None
    if config.tariff is not None and worth.money is not None:
        from pvsim.core.results.bill import Bill  # noqa: PLC0415 - most runs have no tariff

        bill = Bill(plan, config.tariff, worth.money, config.cost, sizes_of(config))
    if worth.emissions is not None:
        from pvsim.core.results.carbon import CarbonSum  # noqa: PLC0415 - as above

        carbon = CarbonSum(plan, worth.emissions)
    return Totals(Figures(plan, meter_curves=meter_curves), bill, carbon)


def _prices(
    config: RunConfig, tariff: "Tariff", series: "Mapping[str, Prices]", timeline: Timeline
) -> "Valuation":
    """The prices of the run's tariff."""
    from pvsim.core.tariff.valuation import HomeRate, prices_of  # noqa: PLC0415 - as above

    homes = () if isinstance(config.feed_in, UnsetType) else config.feed_in
    rates = [
        HomeRate(home.per_kwh, _unpaid_utc(config, home.unpaid) if home.zero_at_negative_prices else ())
        for home in homes
    ]
    return prices_of(tariff, series, timeline, _unpaid_utc(config, config.unpaid), rates)


def _unpaid_utc(config: RunConfig, unpaid: "Sequence[UnpaidSpan] | None") -> tuple[tuple[int, int], ...] | None:
    """From and up to which Unix times negative prices pay nothing; None is always."""
    if unpaid is None:
        return None
    zone, found = zone_of(config.tz), []
    for span in unpaid:
        days = Timeline.of_days(span.first_date, (span.last_date - span.first_date).days + 1, zone)
        found.append((days.start_utc, days.end_utc))
    return tuple(found)


def _read(
    setting: str, file: DataSeries, config: RunConfig, timeline: Timeline, inputs: dict[str, Any]
) -> "Prices":
    from pvsim.adapters.tables.value_files import read_values  # noqa: PLC0415 - most runs have no such file
    from pvsim.core.tariff.steps import prices_of_series  # noqa: PLC0415 - as above

    tariff = config.tariff if setting.startswith("tariff.") else None
    read = read_values(
        file,
        "co2" if tariff is None else "price",
        setting=setting,
        currency="" if tariff is None else tariff.currency,
        tz=config.tz,
    )
    refuse_changed(Path(file.path), (config.series_sha256 or {}).get(setting))
    highest = _MOST_KG_PER_KWH if tariff is None else tariff.highest_per_kwh
    prices, step_s = prices_of_series(
        read.series,
        timeline,
        zone_of(config.tz),
        lowest=0.0 if tariff is None else -highest,
        highest=highest,
        fix=f"correct unit under [{setting}]" + ("" if tariff is None else ", or write a higher highest_per_kwh"),
    )
    inputs[setting] = {"reading": asdict(replace(read.reading, step_s=step_s))}
    return prices
