"""How hazy the air of a place is, by month: SoDa's world table, a file that comes with pvlib.

Remund et al. 2003, "Worldwide Linke turbidity information", ISES Solar World Congress; a cell is 5' wide.
"""

from pvsim.errors import UsageError

__all__ = ["linke_turbidity"]


def linke_turbidity(latitude_deg: float, longitude_deg: float) -> tuple[float, ...]:
    """Twelve monthly means of the Linke turbidity.

    Raises:
        UsageError: where the table or what reads it is missing.
    """
    try:
        import pandas as pd  # noqa: PLC0415 - an extra, and slow to import
        from pvlib import clearsky  # noqa: PLC0415

        months = pd.date_range("2023-01-15", periods=12, freq=pd.DateOffset(months=1), tz="UTC")
        table = clearsky.lookup_linke_turbidity(months, latitude_deg, longitude_deg, interp_turbidity=False)
    except (ImportError, OSError) as error:
        fix = (
            "name it in the site: linke_turbidity = 4 under [weather]; or call ./run again (pip: 'pvsim[physics]')"
        )
        raise UsageError(f"the table of turbidity cannot be read: {error}", where="pvlib", fix=fix) from error
    return tuple(round(float(value), 2) for value in table)
