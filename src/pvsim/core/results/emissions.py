"""What the grid emits for a run, beside what it would emit with less in the building: `emissions` in a summary."""

import msgspec

__all__ = ["Emission", "Emissions", "PeriodEmission"]


class Emission(msgspec.Struct, frozen=True):
    """Emissions of the grid in kg of CO2 equivalents.

    Attributes:
        import_kg: Σ import · factor: what the grid emits for what is imported.
        export_kg: Σ export · factor: what it emits less for what is exported, if that displaces its mean kWh. It
            is not subtracted from anything here.
    """

    import_kg: float
    export_kg: float


class PeriodEmission(Emission, frozen=True, kw_only=True):
    """Emissions of a day or a month.

    Attributes:
        period: `2024-06-21` or `2024-06`, local time.
    """

    period: str


class Emissions(Emission, frozen=True, kw_only=True):
    """What the grid emits for the run; what was emitted to make PV and battery is not in it.

    Attributes:
        references: The same for the same building with less in it, as of `Money`; None where the meter is at the
            grid connection.
        saving_kg: import_kg of `no_pv_no_battery` − import_kg.
        days: The emissions of each local day, where a run has several; a day without rows is left out.
        months: The emissions of each local month, where a run touches several.
    """

    references: dict[str, Emission] | None = None
    saving_kg: float | None = None
    days: tuple[PeriodEmission, ...] | None = None
    months: tuple[PeriodEmission, ...] | None = None
