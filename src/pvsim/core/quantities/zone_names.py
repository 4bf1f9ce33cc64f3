"""What someone meant who wrote a time zone that does not exist."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

__all__ = ["suggest_zone"]

_ALIKE = 0.8
_SHOWN = 3
_FALLBACK = "use an IANA name, for example Europe/Berlin or UTC"
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])(\d{1,2})(?::?(00))?")
_EAST, _WEST = 14, 12  # the zones Etc/GMT-14 to Etc/GMT+12

_CITIES = {
    zone: names.split()
    for zone, names in {
        "Europe/Berlin": "munich münchen muenchen hamburg frankfurt cologne köln koeln stuttgart düsseldorf"
        " duesseldorf leipzig dresden nuremberg nürnberg hannover hanover bremen freiburg germany deutschland",
        "Europe/Vienna": "wien graz linz salzburg innsbruck österreich oesterreich",
        "Europe/Zurich": "zürich geneva genf genève basel bern lausanne schweiz suisse",
        "Europe/Rome": "milan milano mailand naples turin florence venice bologna rom roma italia italien",
        "Europe/Paris": "lyon marseille toulouse nice bordeaux nantes strasbourg lille frankreich",
        "Europe/Madrid": "barcelona valencia seville sevilla malaga bilbao spanien españa",
        "Europe/London": "manchester birmingham edinburgh glasgow leeds liverpool cardiff england scotland uk",
        "Europe/Amsterdam": "rotterdam utrecht eindhoven the_hague holland niederlande",
        "Europe/Brussels": "antwerp ghent brüssel bruxelles",
        "Europe/Warsaw": "krakow kraków wroclaw gdansk poznan warschau warszawa",
        "Europe/Prague": "brno prag praha",
        "Europe/Copenhagen": "aarhus odense kopenhagen",
        "Europe/Stockholm": "gothenburg göteborg malmö malmo",
        "Europe/Lisbon": "porto lissabon lisboa",
        "Europe/Athens": "thessaloniki athen",
        "Europe/Kyiv": "lviv odesa kharkiv",
        "America/New_York": "boston washington philadelphia miami atlanta nyc",
        "America/Chicago": "houston dallas austin minneapolis",
        "America/Denver": "salt_lake_city albuquerque",
        "America/Los_Angeles": "san_francisco seattle san_diego las_vegas portland california",
        "America/Toronto": "montreal ottawa quebec",
        "America/Sao_Paulo": "rio_de_janeiro rio brasilia",
        "Asia/Kolkata": "delhi new_delhi mumbai bangalore chennai hyderabad pune calcutta india",
        "Asia/Shanghai": "beijing peking guangzhou shenzhen",
        "Asia/Tokyo": "osaka kyoto tokio",
        "Asia/Dubai": "abu_dhabi",
        "Australia/Sydney": "canberra",
        "Africa/Johannesburg": "cape_town durban pretoria",
        "Africa/Casablanca": "marrakesh rabat",
    }.items()
}
_ABBREVIATIONS = {
    "Europe/Berlin": ("cest", "mez", "mesz"),
    "Europe/London": ("bst",),
    "America/New_York": ("edt",),
    "America/Chicago": ("cst", "cdt"),
    "America/Denver": ("mdt",),
    "America/Los_Angeles": ("pst", "pdt"),
    "Australia/Sydney": ("aest", "aedt"),
    "Asia/Tokyo": ("jst",),
}


def suggest_zone(name: str, known: Iterable[str], countries: Mapping[str, Sequence[str]]) -> str:
    """What to write instead.

    Args:
        name: What was written.
        known: Each zone that there is.
        countries: The zones of each country by its English name, the most populous first.
    """
    zones = {zone.lower(): zone for zone in sorted(known)}
    return next(_suggestions(name.strip(), zones, countries), _FALLBACK)


def _suggestions(name: str, zones: Mapping[str, str], countries: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The surest first; `zones` by their small letters."""
    key = "_".join(name.lower().split())
    called, place = name.rpartition("/")[2], key.rpartition("/")[2]
    if key in zones:
        yield f"did you mean {zones[key]}?"
    if any(zone.startswith(f"{key}/") for zone in zones):
        yield f"{name} is an area: name a city in it, for example {_example(key, zones)}"
    for zone, cities in _CITIES.items():
        if place in cities:
            yield f"{called} is in {zone}"
    if same := [zone for lower, zone in zones.items() if lower.rpartition("/")[2] == place]:
        yield f"did you mean {' or '.join(same[:_SHOWN])}?"
    if of_country := {country.lower(): each for country, each in countries.items()}.get(place.replace("_", " ")):
        several = "" if len(of_country) == 1 else "for example "
        yield f"{called} has {several}{', '.join(of_country[:_SHOWN])}"
    for zone, abbreviations in _ABBREVIATIONS.items():
        if key in abbreviations:
            yield f"a zone is named after a place, for example {zone}"
    if offset := _OFFSET.fullmatch(key.replace("_", " ")):
        yield _of_offset(offset[1], int(offset[2]))
    yield from (f"did you mean {zones[each]}?" for each in get_close_matches(key, zones, n=1, cutoff=_ALIKE))


def _of_offset(sign: str, hours: int) -> str:
    if hours > (_EAST if sign == "+" else _WEST):
        return _FALLBACK
    reversed_sign = "-" if sign == "+" else "+"
    fixed = f"Etc/GMT{reversed_sign}{hours}" if hours else "UTC"
    turned = ", whose sign is the other way round" if hours else ""
    return f"use the zone of a place, which knows its clock changes, or for a fixed offset {fixed}{turned}"


def _example(area: str, zones: Mapping[str, str]) -> str:
    preferred = [zone for zone in _CITIES if zone.lower().startswith(f"{area}/")]
    return preferred[0] if preferred else next(zone for low, zone in zones.items() if low.startswith(f"{area}/"))
