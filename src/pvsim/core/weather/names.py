"""The columns of a weather file by the names that its sources give them, and their units.

Solcast, Open-Meteo, NSRDB and SAM, PVGIS, SolarAnywhere, NASA POWER and CAMS name their columns each in its own
way; pvlib's names are read too, and German ones.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pvsim.core.quantities.timeline import HOUR_S
from pvsim.core.series.findings import Known
from pvsim.errors import BadInputError

__all__ = ["LIGHT", "Column", "Columns", "find_columns", "follows_era5", "looks_like_weather"]

LIGHT: Final = ("ghi", "dni", "dhi", "bhi")
"""Irradiance: global, beam on a plane that faces the sun, diffuse, beam on the level."""

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "ghi": (
        (
            "ghi gh global globalirradiance globalhorizontalirradiance globalhorizontalirradianceghi "
            "globalradiation globalhorizontalradiation globalhorizontal globalhor ggh "
            "shortwaveradiation shortwave solarradiation allskysfcswdwn "
            "ssrd surfacesolarradiationdownwards globalstrahlung "
            "globalstrahlunghorizontal irradianceglobalhorizontal"
        ),
        "shortwaveradiationinstant",
    ),
    "dni": (
        (
            "dni gbn bni dn bn beam directnormal directnormalirradiance directnormalirradiancedni "
            "directnormalradiation beamnormalirradiance beamnormal allskysfcswdni "
            "direktnormalstrahlung irradiancedirectnormal"
        ),
        "directnormalirradianceinstant",
    ),
    "dhi": (
        (
            "dhi gdh dh dif df diffuse diffus diffuseshortwaveradiation diffuseirradiance diffuseradiation "
            "diffusehorizontal "
            "diffusehorizontalirradiance diffusehorizontalirradiancedif diffusehorizontalirradiancedhi "
            "diffusehorizontalradiation allskysfcswdiff diffusstrahlung diffusestrahlung "
            "irradiancediffusehorizontal"
        ),
        "diffuseradiationinstant",
    ),
    "bhi": (
        (
            "bhi bh directhorizontalirradiance directhorizontal beamhorizontalirradiance directradiation "
            "directhorizontalradiation fdir"
        ),
        "directradiationinstant",
    ),
    "temp_air": (
        (
            "tempair airtemp airtemperature temperature temperature2m t2m temp tamb tair tdry drybulb "
            "drybulbtemperature ambienttemperature ambienttemp temperatureair temperatureambient lufttemperatur "
            "temperatur aussentemperatur außentemperatur ta outdoortemperature outsidetemperature"
        ),
    ),
    "wind_speed": (
        "windspeed windspeed10m ws10m wind wspd wspeed ws ff windgeschwindigkeit wind10m",
        "windspeed2m ws2m",
    ),
}
"""Names without case, blanks and signs; where a file has several of one kind, those of the first text go first."""

_MEANINGS: Final = {
    name: (meaning, rank)
    for meaning, ranks in _NAMES.items()
    for rank, names in enumerate(ranks)
    for name in names.split()
}
_J_PER_WH = float(HOUR_S)
_POWERS: Final = {
    "W/m²": (1.0, "w/m2 wm2 wm-2 wattspermetersquared watt/m2 watts/m2 w/qm w/sqm"),
    "kW/m²": (1000.0, "kw/m2 kwm2 kwm-2"),
}
_ENERGIES: Final = {  # J/m² of each
    "Wh/m²": (_J_PER_WH, "wh/m2 whm2 whm-2 whpermetersquared"),
    "kWh/m²": (1000.0 * _J_PER_WH, "kwh/m2 kwhm2 kwhm-2"),
    "J/m²": (1.0, "j/m2 jm2 jm-2"),
    "kJ/m²": (1e3, "kj/m2 kjm2 kjm-2"),
    "MJ/m²": (1e6, "mj/m2 mjm2 mjm-2"),
    "J/cm²": (1e4, "j/cm2 jcm2 jcm-2"),
}
_TEMPERATURES: Final = {  # factor, offset
    "°C": (1.0, 0.0, "c degc celsius degreesc gradc grad degreecelsius degreescelsius ℃"),
    "°F": (5 / 9, -160 / 9, "f degf fahrenheit degreesf degreesfahrenheit ℉"),
    "K": (1.0, -273.15, "k kelvin degk"),
}
_SPEEDS: Final = {
    "m/s": (1.0, "m/s ms ms-1 mps meterspersecond"),
    "km/h": (1 / 3.6, "km/h kmh kmh-1 kph kmph km/hr"),
    "mph": (0.44704, "mph mp/h mi/h mile/h miles/h"),
    "kn": (1852 / 3600, "kn kt kts knot knots"),
    "ft/s": (0.3048, "ft/s fps"),
}
_DEFAULTS: Final = {**dict.fromkeys(LIGHT, "W/m²"), "temp_air": "°C", "wind_speed": "m/s"}
_ERA5: Final = frozenset({"ssrd", "surfacesolarradiationdownwards", "fdir"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read, and how its numbers become W/m², °C or m/s.

    Attributes:
        place: Of the column in a row, from 0.
        header: Its name in the file.
        unit: What its numbers are in.
        unit_from: How that is known.
        factor: By which its numbers are multiplied.
        offset: What is added then.
        energy: They are energies of an interval (J/m² after the factor), still to be divided by its seconds.
    """

    place: int
    header: str
    unit: str
    unit_from: Known
    factor: float = 1.0
    offset: float = 0.0
    energy: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header says.

    Attributes:
        taken: The columns that are read, by what they are.
        ignored: Headers of the others, in the file's order.
    """

    taken: Mapping[str, Column]
    ignored: tuple[str, ...]


_Unit = tuple[str, float, float, bool]  # name, factor, offset, energy


def _units() -> dict[str, dict[str, _Unit]]:
    light: dict[str, _Unit] = {}
    for unit, (factor, texts) in _POWERS.items():
        light.update(dict.fromkeys(texts.split(), (unit, factor, 0.0, False)))
    for unit, (factor, texts) in _ENERGIES.items():
        light.update(dict.fromkeys(texts.split(), (unit, factor, 0.0, True)))
    warmth: dict[str, _Unit] = {}
    for unit, (factor, offset, texts) in _TEMPERATURES.items():
        warmth.update(dict.fromkeys(texts.split(), (unit, factor, offset, False)))
    speed: dict[str, _Unit] = {}
    for unit, (factor, texts) in _SPEEDS.items():
        speed.update(dict.fromkeys(texts.split(), (unit, factor, 0.0, False)))
    return {**dict.fromkeys(LIGHT, light), "temp_air": warmth, "wind_speed": speed}


_UNITS: Final = _units()
_BRACKETS: Final = re.compile(r"(.+?)[\s_]*[\[({]\s*([^\[\](){}]*?)\s*[\])}]+\s*")
_NO_UNITS: Final = frozenset({"", "-", "10m", "2m", "10 m", "2 m", "mean", "avg", "average", "utc"})
_BETWEEN: Final = frozenset(" _,;|/\t")
_RAISED: Final = str.maketrans("²\u00b9\u207b", "21-")
_LONGEST_UNIT = 24  # characters: "WattsPerMeterSquared" and more


def follows_era5(header: str) -> bool:
    """Whether a header is that of a radiation of ERA5: J/m² of the interval before its time."""
    return any(_bare(text) in _ERA5 for text in (header, re.split(r"[\s(\[]", header)[0]))


def looks_like_weather(header: str) -> bool:
    """Whether a header seems to name light, a temperature or wind: worth a word where it is not read."""
    if re.search(r"source|uncert|flag|illum|clear.?sky|direction|dew|type", header.lower()):
        return False
    if re.search(r"w/m|wh/m|j/c?m", header.lower()):  # a unit of light
        return True
    words = r"irrad|radia|strahl|ghi|dni|dhi|bhi|gti|poa|g[bdr]?\(|light|temp|t2m|wind|ws\d|drybulb|dry-bulb"
    return re.search(words, header.lower()) is not None


def find_columns(
    header: Sequence[str], source: str, units: Sequence[str] = (), *, light_unit: str = ""
) -> Columns:
    """The columns of light, temperature and wind by their headers.

    Args:
        header: Names of the columns.
        source: The file's name, for errors.
        units: Of each column, from a row under the header; empty texts where there is none.
        light_unit: Of light in this format, where the file does not say it.

    Raises:
        BadInputError: there is no light among them, two columns mean the same, or a unit is not known.
    """
    best: dict[str, tuple[int, Column]] = {}
    for place, name in enumerate(header):
        named = _named(name)
        if named is None:
            continue
        meaning, rank, unit_text = named
        in_row = units[place] if place < len(units) else ""
        by_format = light_unit if meaning in LIGHT else ""
        by_format = "J/m²" if follows_era5(name) else by_format
        texts: tuple[tuple[str, Known], ...] = (
            (unit_text, "header"), (in_row, "units row"), (by_format, "format")
        )  # fmt: skip
        column = _column(place, name, meaning, texts, source)
        if meaning in best and best[meaning][0] == rank:
            what = f"the columns {best[meaning][1].header!r} and {name!r} are both {meaning}"
            raise BadInputError(what, where=source, fix="leave one of them out")
        if meaning not in best or rank < best[meaning][0]:
            best[meaning] = rank, column
    taken = {meaning: column for meaning, (_, column) in best.items()}
    if "dni" in taken or {"ghi", "dhi"} <= taken.keys():
        taken.pop("bhi", None)
    if not ("ghi" in taken or ("dhi" in taken and {"dni", "bhi"} & taken.keys())):
        raise BadInputError(_no_light(header), where=source, fix=_no_light_fix(header))
    places = {column.place for column in taken.values()}
    ignored = tuple(name for place, name in enumerate(header) if place not in places and name.strip())
    return Columns(taken, ignored)


def _no_light(header: Sequence[str]) -> str:
    names = ", ".join(name for name in header if name.strip())
    if _of_the_plane(header):
        return f"the light is that on the plane of the modules, not on the level: {names[:200]}"
    return f"there is neither ghi nor dni with dhi among the columns {names[:200]}"


def _no_light_fix(header: Sequence[str]) -> str:
    if _of_the_plane(header):
        return "get the light on the level: global, or beam and diffuse (of PVGIS: slope 0, or its typical year)"
    return "name the columns ghi, dni, dhi, temp_air, wind_speed, each with its unit: ghi (W/m²), ghi (J/cm²)"


def _of_the_plane(header: Sequence[str]) -> bool:
    return any(
        re.fullmatch(r"g[bdr]?\(i\)|gti|poa.*|tilted_irradiance.*", name.strip().lower()) for name in header
    )


def _named(header: str) -> tuple[str, int, str] | None:
    """What a header names, its rank, and the unit as written ("" where there is none)."""
    text = header.strip()
    if found := _MEANINGS.get(_bare(text)):
        return *found, ""
    if (match := _BRACKETS.fullmatch(text)) and (found := _MEANINGS.get(_bare(match[1]))):
        return *found, match[2]
    for split in range(max(1, len(text) - _LONGEST_UNIT), len(text)):  # the longest unit first
        if text[split - 1] not in _BETWEEN:
            continue
        found = _MEANINGS.get(_bare(text[:split].removesuffix(" in ")))
        if found and _spelled(text[split:]) in _UNITS[found[0]]:
            return *found, text[split:]
    return None


def _bare(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _spelled(unit: str) -> str:
    """A unit as the tables write it."""
    text = unit.strip().lower().translate(_RAISED)
    return "".join(letter for letter in text if letter not in " .^°_*·º")


def _column(place: int, header: str, meaning: str, texts: Sequence[tuple[str, Known]], source: str) -> Column:
    for text, known in texts:
        if text.strip().lower() in _NO_UNITS:
            continue
        found = _UNITS[meaning].get(_spelled(text))
        if found is None:
            names = dict.fromkeys(unit for unit, *_ in chain(_UNITS[meaning].values()))
            what = f"the column {header!r} is in the unit {text.strip()[:20]!r}, which is not known for {meaning}"
            raise BadInputError(what, where=source, fix=f"give it in one of {', '.join(names)}")
        return Column(place, header, found[0], known, *found[1:])
    return Column(place, header, _DEFAULTS[meaning], "assumed")
