"""Files and sites for the many cases of a study: each is read once, and relative paths start at the study file."""

from collections.abc import Callable, Hashable
from datetime import tzinfo
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pvsim.core.rules.schema import Rules
from pvsim.core.site.schema import DimmingWindow, Site
from pvsim.errors import BadInputError
from pvsim.wiring.configure import Disk

__all__ = ["StudyDisk"]

_SITES = 1024
T = TypeVar("T")


class StudyDisk(Disk):
    """See `pvsim.config.ports.StudyOutside`.

    Args:
        folder: Where relative paths start.
        where: What messages about sites that were changed name.
    """

    def __init__(self, folder: Path, where: Path) -> None:
        self._folder, self._where = folder, where
        self._known: dict[Hashable, Any] = {}
        self._checked = lru_cache(_SITES)(self._site_of)

    def read_site(self, name: str) -> Site:
        """See `Outside`; a site is read once."""
        return self._once(("site", name), lambda: super(StudyDisk, self).read_site(self._name(name)))

    def check_site(self, site: Site) -> Site:
        """See `Outside`; `site_of` has checked it."""
        return site

    def site_data(self, name: str) -> dict[str, Any]:
        """See `StudyOutside`."""
        from pvsim.adapters.site_file import site_data  # noqa: PLC0415 - many studies change no site

        return self._once(("data", name), lambda: dict(site_data(self.read_site(name))))

    def site_of(self, data: Any) -> Site:
        """See `StudyOutside`; the last thousand are remembered."""
        return self._checked(msgspec.json.encode(data))

    def read_rules(self, name: str) -> Rules:
        """See `Outside`; rules are read once."""
        return self._once(("rules", name), lambda: super(StudyDisk, self).read_rules(name))

    def read_dimming(self, path: str, zone: tzinfo) -> tuple[DimmingWindow, ...]:
        """See `Outside`; a file is read once for a zone."""
        return self._once(("dimming", path, str(zone)), lambda: super(StudyDisk, self).read_dimming(path, zone))

    def exists(self, path: str) -> bool:
        """See `Outside`."""
        return self._once(("exists", path), lambda: super(StudyDisk, self).exists(self._path(path)))

    def absolute(self, path: str) -> str:
        """See `Outside`: from the folder of the study."""
        return super().absolute(self._path(path))

    def sha256(self, path: str) -> str:
        """See `Outside`; a file is read once, and must be there.

        Raises:
            BadInputError: if it is not.
        """
        found = self._once(("sha256", path), lambda: super(StudyDisk, self).sha256(self._path(path)))
        if not found:
            what = "there is no such file" if not self.exists(path) else "the file cannot be read"
            fix = f"check the path; relative paths start in {self._folder}"
            raise BadInputError(what, where=self._path(path), fix=fix)
        return found

    def _site_of(self, encoded: bytes) -> Site:
        from pvsim.adapters.site_file import site_of_data  # noqa: PLC0415 - as above

        return site_of_data(msgspec.json.decode(encoded), self._where, self._folder)

    def _name(self, name: str) -> str:
        """The path of a site file; examples have names of their own."""
        from pvsim.adapters.site_file import EXAMPLES  # noqa: PLC0415 - as above

        return name if name in EXAMPLES else self._path(name)

    def _path(self, path: str) -> str:
        return str(self._folder / path)

    def _once(self, key: Hashable, find: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = find()
        found: T = self._known[key]
        return found
