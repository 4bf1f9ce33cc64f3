"""Site files: TOML, checked as a whole, and the examples that come with pvsim."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path, PurePath
from shlex import quote
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pvsim.adapters.shared.shipped import shipped
from pvsim.adapters.shared.toml_file import TomlFile, parse_toml
from pvsim.core.devices.battery import battery_of
from pvsim.core.loads.building import CHARGER_KW
from pvsim.core.site.connection import connection_problems
from pvsim.core.site.energy import energy_problems
from pvsim.core.site.homes import home_problems
from pvsim.core.site.plain_data import plain
from pvsim.core.site.problems import item_path, listed, problems
from pvsim.core.site.schema import (
    MAX_POWER_KW,
    Battery,
    CloudyWeather,
    FileWeather,
    HorizonPoint,
    Load,
    Location,
    Plant,
    Site,
    Weather,
)
from pvsim.core.site.tariff import series_of
from pvsim.core.tariff.mistakes import tariff_problems
from pvsim.core.weather.clouds import REGIMES
from pvsim.core.weather.clouds.mean import thresholds
from pvsim.errors import BadInputError, UsageError

__all__ = ["EXAMPLES", "check_homes", "check_site", "read_site", "site_data", "site_of_data"]

EXAMPLES = ("brief", "home", "home-battery", "home-tariff", "street", "office", "depot")
"""The sites that come with pvsim, by name."""

_NAMES = f"give the path of a FILE.toml, or one of {', '.join(EXAMPLES)}"
_DATA = (".csv", ".tsv", ".epw", ".json", ".xlsx", ".gz")
_WEATHER = "weather is [weather] path in a site file"
_SERIES = ("import", "feed_in", "market")
_SHOWN = 10
_OF_SITE = (" weather.", ": the site has no load")
"""In a problem of a row what lies in the site's file."""
_MOST_APART_H, _POLAR_DEG = 4.5, 66.0
_NO_PLACE = ("UTC", "Etc/", "GMT", "Zulu", "Universal", "UCT", "Greenwich")


def read_site(name: str) -> Site:
    """The site of a TOML file, or one of the examples by its name.

    The path of a weather file is made absolute: what is relative is relative to the site file.

    Raises:
        BadInputError: the file cannot be read, is no TOML, or is wrong: all that is wrong, each with its path.
    """
    if name in EXAMPLES:
        with shipped(f"sites/{name}.toml") as path:
            return _read(path.read_text("utf-8"), Path(path.name))
    return _read(_text(Path(name)), Path(name))


def _read(text: str, path: Path) -> Site:
    return _site_of(_with_texts(parse_toml(text, str(path))), path, path.parent)


def check_site(site: Site) -> Site:
    """A site that is in no file; the path of its weather file is made absolute.

    Raises:
        BadInputError: it is wrong: all that is wrong, each with its path.
    """
    return _site_of(_written(plain(site)), Path("site"), Path())


def _written(value: Any) -> Any:
    """Plain data with dates, times and paths as a file would have them; what no file has is left."""
    if isinstance(value, dict):
        return {name: _written(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_written(each) for each in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, PurePath) else value


def site_data(site: Site) -> Any:
    """A site as plain data, as a file would have it."""
    return msgspec.json.decode(msgspec.json.encode(plain(site), enc_hook=str))


def site_of_data(data: Any, path: Path, folder: Path) -> Site:
    """The site of plain data, checked.

    Args:
        data: As a site file would have it.
        path: The file that messages name.
        folder: Where relative paths start.

    Raises:
        BadInputError: it is wrong: all that is wrong, each with its path.
    """
    return _site_of(data, path, folder)


def check_homes(site: Site, path: Path, lines: Sequence[int]) -> None:
    """Check the homes of a file beside their site.

    Args:
        site: The site with them.
        path: The file.
        lines: The line of each.

    Raises:
        BadInputError: some are wrong: the first ten things that are, each with its line.
    """
    found = _of_homes(site, lambda index: f"line {lines[index]}:")
    if found:
        of_site = any(each in problem for problem in found for each in _OF_SITE)
        fix = "change the site file so, or leave the cell empty" if of_site else "correct these lines"
        raise BadInputError(listed(found, most=_SHOWN), where=str(path), fix=fix)


def _site_of(data: Any, path: Path, folder: Path) -> Site:
    """The site of plain data, checked."""
    found = [*problems(data, Site), *_zones(data)]
    if not found:
        site = msgspec.convert(data, Site)
        found = _contradictions(site)
        if not found:
            return _placed(site, folder)
    raise BadInputError(listed(found), where=str(path), fix="pvsim schema site describes every setting")


def _with_texts(data: dict[str, Any]) -> dict[str, Any]:
    """The data with the times of `grid.dimming` as texts, which TOML may have as times."""
    grid = data.get("grid")
    windows = grid.get("dimming") if isinstance(grid, dict) else None
    for window in windows if isinstance(windows, list) else ():
        for name, value in window.items() if isinstance(window, dict) else ():
            if isinstance(value, date | time):
                window[name] = value.isoformat()
    return data


def _text(path: Path) -> str:
    if path == Path():
        fix = f"one of {', '.join(EXAMPLES)}, or a FILE.toml"
        raise BadInputError("`site` names a site or a file, not this directory", field="site", fix=fix)
    if path.suffix.lower() in _DATA and path.is_file():
        what = f"`site` names a place, but this is {path.suffix[1:].upper()} data"
        fix = f"measured power is `meter.source` {quote(str(path))} or `pv.source` {quote(str(path))}; {_WEATHER}"
        raise BadInputError(what, where=str(path), fix=fix)
    return TomlFile("site file", _if_missing, _if_directory).read(path)


def _if_missing(path: Path) -> str:
    near = get_close_matches(path.name.removesuffix(".toml"), EXAMPLES, n=1)
    examples = f"did you mean `site` {near[0]}?" if near else f"the examples are {', '.join(EXAMPLES)}"
    return f"check the path; {examples}"


def _if_directory(path: Path) -> str:
    files_in = sorted(path.glob("*.toml"))
    return f"name the file in it: `site` {quote(str(files_in[0]))}" if len(files_in) == 1 else _NAMES


def _contradictions(site: Site) -> list[str]:
    """What no single value shows."""
    found = []
    if not site.name.isprintable():
        found.append("name: it contains a line break or another character that cannot be printed")
    if isinstance(site.weather, FileWeather) and "\0" in site.weather.path:
        found.append("weather.path: a path cannot contain the character NUL")
    found += _far_from_zone(site.location) + _unreachable(site.weather) + _horizon("horizon", site.horizon)
    found += _of_home(site)
    if site.homes is not msgspec.UNSET:
        found += _of_homes(site, lambda index: item_path("homes", index))
    if msgspec.UNSET not in (site.homes, site.homes_file):
        found.append("homes_file: the site has homes of its own; leave one of the two out")
    if site.homes_file is not msgspec.UNSET and "\0" in site.homes_file:
        found.append("homes_file: a path cannot contain the character NUL")
    return found + connection_problems(site) + tariff_problems(site)


def _of_homes(site: Site, called: Callable[[int], str]) -> list[str]:
    """What is wrong with the homes of a site, each by what it is called, but for what is wrong with the site."""
    found, own = [], set(_of_home(site))
    for index, problems_of_home, with_home in home_problems(site):
        of_devices = [] if with_home is None else [each for each in _of_home(with_home) if each not in own]
        told = [problem.removeprefix("load.") for problem in (*problems_of_home, *of_devices)]
        found += [f"{called(index)} {problem}" for problem in told]
    return found


def _of_home(site: Site) -> list[str]:
    """What no single value of plants, load and battery shows."""
    found = []
    for index, plant in enumerate(site.plants):
        found += _horizon(f"{item_path('plants', index, plant)} horizon", plant.horizon or ())
    if (total := sum(_ac_kw(plant) for plant in site.plants)) > MAX_POWER_KW:
        found.append(f"plants: {total:g} kW together is more than the {MAX_POWER_KW:g} kW that a row has room for")
    if site.load:
        found += _load_contradictions(site.load, site.weather)
    if battery := site.battery:
        low, start, high = battery.min_soc_percent, 100 * battery.soc_at_start, battery.max_soc_percent
        if not low < high:
            found.append(f"battery.max_soc_percent: {high:g} is not above min_soc_percent, {low:g}")
        elif not low <= start <= high:
            found.append(f"battery.start_soc_percent: {start:g} is outside {low:g}..{high:g}")
        else:
            found += _impossible(battery)
    return found


def _load_contradictions(load: Load, weather: Weather) -> list[str]:
    found = [f"load.annual_kwh: {problem}" for problem in energy_problems(load.annual_kwh, load.kind)]
    if (car := load.electric_car) and car.charger_kw not in CHARGER_KW:
        chargers = ", ".join(f"{kw:g}" for kw in CHARGER_KW)
        found.append(f"load.electric_car.charger_kw: {car.charger_kw:g} is not one of {chargers}")
    if load.heat_pump and not _has_seasons(weather):
        found.append("weather.temp_air_c: a heat pump needs the seasons: give twelve monthly means")
    return found


def _far_from_zone(location: Location) -> list[str]:
    """A longitude whose sun is hours away from the zone's clock: its sign was forgotten, or it is another place.

    The widest that people live by is Kashgar's, 2.9 h. Near the poles, and by UTC, any clock will do.
    """
    zone = ZoneInfo(location.tz)
    if location.tz.startswith(_NO_PLACE) or abs(location.latitude_deg) > _POLAR_DEG:
        return []
    offset = datetime(2024, 1, 1, 12, tzinfo=zone).utcoffset() or timedelta()
    clock_h = offset.total_seconds() / 3600
    apart_h = abs((clock_h - location.longitude_deg / 15 + 12) % 24 - 12)
    if apart_h <= _MOST_APART_H:
        return []
    what = (
        f"longitude_deg {location.longitude_deg:g} is {apart_h:.0f} hours of sun from the clock of {location.tz}"
    )
    return [f"location: {what}; east is positive, west negative"]


def _unreachable(weather: Weather) -> list[str]:
    """A mean index that the regime's clouds cannot have."""
    if not isinstance(weather, CloudyWeather):
        return []
    try:
        thresholds(REGIMES[weather.regime], weather.mean_index)
    except UsageError as error:
        return [f"weather.{error.what}; {error.fix}"]
    return []


def _has_seasons(weather: Weather) -> bool:
    """Whether winters are colder, or a file may say so, which reading it shows."""
    return isinstance(weather, FileWeather) or isinstance(weather.temp_air_c, tuple)


def _impossible(battery: Battery) -> list[str]:
    try:
        battery_of(battery)
    except UsageError as error:
        return [f"{error.what}; {error.fix}"]
    return []


def _zones(data: dict[str, Any]) -> list[str]:
    """The zones that the file names, whatever else is wrong with it."""
    found = []
    for name in ("location", "weather", *(f"tariff.{series}_series" for series in _SERIES), "co2.series"):
        table: Any = data
        for part in name.split("."):
            table = table.get(part) if isinstance(table, dict) else None
        if isinstance(table, dict) and isinstance(table.get("tz"), str):
            found += _zone(f"{name}.tz", table["tz"])
    return found


def _zone(path: str, name: str) -> list[str]:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from zoneinfo import available_timezones  # noqa: PLC0415 - reads a directory tree

        near = get_close_matches(name, sorted(available_timezones()), n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else "use an IANA name, for example Europe/Berlin"
        return [f"{path}: {name!r} is not a time zone; {hint}"]
    return []


def _horizon(path: str, horizon: tuple[HorizonPoint, ...]) -> list[str]:
    around = [point.azimuth_deg % 360.0 for point in horizon]
    if len(set(around)) < len(around):
        return [f"{path}: two points have the same azimuth (0 and 360 are both north)"]
    return []


def _ac_kw(plant: Plant) -> float:
    return plant.peak_kw if plant.inverter_kw is None else plant.inverter_kw


def _placed(site: Site, folder: Path) -> Site:
    """The site with absolute paths of its files."""

    def placed(file: Struct, name: str) -> Any:
        return replace(file, **{name: str((folder / getattr(file, name)).absolute())})

    changed: dict[str, Any] = {}
    if isinstance(site.weather, FileWeather):
        changed["weather"] = placed(site.weather, "path")
    if site.rules is not msgspec.UNSET and Path(site.rules).suffix.lower() == ".toml":
        changed["rules"] = str((folder / site.rules).absolute())
    if site.homes_file is not msgspec.UNSET:
        changed["homes_file"] = str((folder / site.homes_file).absolute())
    if site.grid.dimming_file is not msgspec.UNSET:
        changed["grid"] = placed(site.grid, "dimming_file")
    for setting, series in series_of(site.tariff, site.co2).items():
        table, name = setting.split(".")
        changed[table] = replace(changed.get(table, getattr(site, table)), **{name: placed(series, "path")})
    return replace(site, **changed) if changed else site
