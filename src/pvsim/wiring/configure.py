"""From a request to the configuration of a run, with the files that it names."""

from datetime import tzinfo
from hashlib import file_digest
from os import PathLike, fspath
from pathlib import Path

from msgspec import UNSET, UnsetType, convert, to_builtins
from msgspec.structs import replace

from pvsim.config import Request, RunConfig
from pvsim.config.configure import run_config
from pvsim.config.prices import prices_of_site
from pvsim.config.sizes import installed_at_homes, refuse_unknown_sizes
from pvsim.core.rules.schema import Rules
from pvsim.core.site.schema import DimmingWindow, Site
from pvsim.errors import BadInputError, UsageError

__all__ = ["Disk", "asked_path", "configure", "file_sha256", "refuse_changed", "refuse_other", "with_prices_of"]


def configure(request: Request) -> RunConfig:
    """The configuration that a request describes; its site is read, and its files are digested.

    Raises:
        ConfigurationError: if several things are wrong: all of them are in `problems`.
        UsageError: if one thing is wrong; `field` names it.
        BadInputError: if it is the site's file.
    """
    refuse_other(request, Request, "request", "for example pvsim.configure(pvsim.Request(site='home'))")
    return run_config(request, Disk())


def refuse_other(value: object, kind: type[Request | RunConfig], field: str, fix: str) -> None:
    """Refuse what is not of a public kind, for whoever gives it may not have asked a type checker.

    Raises:
        UsageError: if it is not.
    """
    if not isinstance(value, kind):
        raise UsageError(f"{_short(value)} is no pvsim.{kind.__name__}", field=field, fix=fix)


def asked_path(value: object, field: str, example: str) -> Path:
    """The path that a program gives.

    Args:
        value: A text or a path.
        field: What it is of; the subject of an error.
        example: A path of this kind.

    Raises:
        UsageError: if it is neither, or no path can be.
    """
    path = fspath(value) if isinstance(value, str | PathLike) else None
    if not isinstance(path, str) or "\0" in path:
        raise UsageError(f"{_short(value)} is no path", field=field, fix=f"give a text or a Path: {example!r}")
    return Path(path)


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"  # noqa: PLR2004 - what fits a line


def with_prices_of(config: RunConfig, site: str | Site) -> RunConfig:
    """A configuration with the tariff, cost and CO2 of another site: the same rows at other prices.

    Raises:
        BadInputError: if the site's file is wrong, or it says nothing of money and CO2.
        UsageError: if the site is in another zone.
    """
    disk = Disk()
    if isinstance(site, Site):
        found = disk.check_site(site)
    else:
        asked_path(site, "site", "my-site.toml")
        found = disk.read_site(str(site))  # as it was typed: ./home is no example
    if found.location.tz != config.tz:
        what = f"site {found.name} is in {found.location.tz}, the run in {config.tz}"
        raise UsageError(what, field="site", fix="give a site file with the run's location.tz")
    rules = None if isinstance(found.rules, UnsetType) else disk.read_rules(found.rules)
    said = prices_of_site(
        found, rules, config.first_date, config.days, disk, homes=installed_at_homes(config, found)
    )
    if not said.keys() & {"tariff", "co2"}:
        what, fix = "the site file has no [tariff] and no [co2]", "add one; home-tariff is an example"
        raise BadInputError(what, where=f"site {found.name}", fix=fix)
    none = dict.fromkeys(("tariff", "cost", "co2", "series_sha256", "unpaid"))
    changed = replace(config, **none | {"feed_in": UNSET} | said)
    return refuse_unknown_sizes(convert(to_builtins(changed), RunConfig))


class Disk:
    """What a request needs from outside, from the disk; see `pvsim.config.ports.Outside`."""

    def read_site(self, name: str) -> Site:
        """See `Outside`."""
        from pvsim.adapters.site_file import read_site  # noqa: PLC0415 - most runs have none

        return read_site(name)

    def check_site(self, site: Site) -> Site:
        """See `Outside`."""
        from pvsim.adapters.site_file import check_site  # noqa: PLC0415 - as above

        return check_site(site)

    def read_rules(self, name: str) -> Rules:
        """See `Outside`."""
        from pvsim.adapters.rules_file import read_rules  # noqa: PLC0415 - as above

        return read_rules(name)

    def read_dimming(self, path: str, zone: tzinfo) -> tuple[DimmingWindow, ...]:
        """See `Outside`."""
        from pvsim.adapters.tables.dimming_csv import read_dimming  # noqa: PLC0415 - as above

        return read_dimming(Path(path), zone)

    def read_homes(self, site: Site) -> tuple[Site, tuple[str, ...]]:
        """See `Outside`."""
        from pvsim.adapters.site_file import check_homes  # noqa: PLC0415 - as above
        from pvsim.adapters.tables.homes_csv import read_homes  # noqa: PLC0415 - as above

        path = Path(str(site.homes_file))
        rows = read_homes(path, site)
        with_homes = replace(site, homes=rows.homes, homes_file=UNSET)
        check_homes(with_homes, path, rows.lines)
        return with_homes, rows.names

    def exists(self, path: str) -> bool:
        """See `Outside`."""
        try:
            return Path(path).exists()
        except (OSError, ValueError):  # too long, or with the character 0: no name of a file
            return False

    def absolute(self, path: str) -> str:
        """See `Outside`."""
        return str(Path(path).absolute())

    def sha256(self, path: str) -> str:
        """See `Outside`."""
        return file_sha256(Path(path))


def file_sha256(path: Path) -> str:
    """Digest of a file; that of nothing where it cannot be read, which reading it reports better."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""


def refuse_changed(path: Path, sha256: str | None) -> None:
    """Refuse a file of which the configuration has another digest.

    Raises:
        BadInputError: it has changed, or is gone.
    """
    if file_sha256(path) != sha256:
        what = "the file has changed since the run was made" if path.exists() else "the file is not there any more"
        raise BadInputError(what, where=str(path), fix="restore the file, or start a new run")
