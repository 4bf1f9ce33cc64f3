"""How hazy the air of a place is, by month: SoDa's world table, a file that comes with pvlib.

Remund et al. 2003, "Worldwide Linke turbidity information", ISES Solar World Congress; a cell is 5' wide. The file
is read here, as pvlib reads it: its own reader brings pandas and scipy, 0.6 s of imports for twelve numbers.
"""

from importlib.util import find_spec
from pathlib import Path

from pvsim.errors import UsageError

__all__ = ["linke_turbidity"]

_IN_FILE = 20  # the file has so many times the turbidity, in bytes


def linke_turbidity(latitude_deg: float, longitude_deg: float) -> tuple[float, ...]:
    """Twelve monthly means of the Linke turbidity.

    Raises:
        UsageError: where the table or what reads it is missing.
    """
    try:
        import h5py  # noqa: PLC0415 - an extra: pvlib brings it

        with h5py.File(_table()) as file:
            row, column = _cell(latitude_deg, 90.0, -90.0, 2_160), _cell(longitude_deg, -180.0, 180.0, 4_320)
            months = file["LinkeTurbidity"][row, column]
    except (ImportError, OSError) as error:
        fix = (
            "name it in the site: linke_turbidity = 4 under [weather]; or call ./run again (pip: 'pvsim[physics]')"
        )
        raise UsageError(f"the table of turbidity cannot be read: {error}", where="pvlib", fix=fix) from error
    return tuple(round(int(value) / _IN_FILE, 2) for value in months)


def _table() -> Path:
    package = find_spec("pvlib")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("No module named 'pvlib'", name="pvlib")
    return Path(package.origin).with_name("data") / "LinkeTurbidities.h5"


def _cell(degrees: float, first: float, last: float, cells: int) -> int:
    """The cell with the nearest middle; on an edge the one that pvlib takes, which rounding has decided."""
    per_deg = cells / (last - first)
    middle = first + 1 / per_deg / 2
    return min(max(round((degrees - middle) * per_deg), 0), cells - 1)
