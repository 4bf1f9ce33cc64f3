"""What the checks of a request need from outside."""

from datetime import tzinfo
from typing import Any, Protocol

from pvsim.core.rules.schema import Rules
from pvsim.core.site.schema import DimmingWindow, Site

__all__ = ["Outside", "StudyOutside"]


class Outside(Protocol):
    """Files and sites, as something with a disk sees them."""

    def read_site(self, name: str) -> Site:
        """The site of a file, or an example by its name.

        Raises:
            BadInputError: if there is none, or it is wrong.
        """

    def check_site(self, site: Site) -> Site:
        """The site with the paths in it made absolute.

        Raises:
            BadInputError: if it contradicts itself.
        """

    def read_rules(self, name: str) -> Rules:
        """The rules of a country, or of a file.

        Raises:
            BadInputError: if there are none, or they are wrong.
        """

    def read_dimming(self, path: str, zone: tzinfo) -> tuple[DimmingWindow, ...]:
        """The windows of a file in which devices are dimmed, by the clock of a zone.

        Raises:
            BadInputError: if it cannot be read, or is wrong.
        """

    def read_homes(self, site: Site) -> tuple[Site, tuple[str, ...]]:
        """The site with the homes of its `homes_file`, and their names; () where they have none.

        Raises:
            BadInputError: if the file cannot be read, or is wrong.
        """

    def exists(self, path: str) -> bool:
        """Whether there is such a file or directory."""

    def absolute(self, path: str) -> str:
        """The absolute path."""

    def sha256(self, path: str) -> str:
        """Digest of a file; that of nothing where it cannot be read."""


class StudyOutside(Outside, Protocol):
    """The same for the many runs of a study, whose files and sites are read once."""

    def site_data(self, name: str) -> dict[str, Any]:
        """The site of a file, or an example by its name, as plain data with absolute paths.

        Raises:
            BadInputError: if there is none, or it is wrong.
        """

    def site_of(self, data: Any) -> Site:
        """The site of plain data in which settings were changed, checked; the paths in it are made absolute.

        Raises:
            BadInputError: if it is wrong.
        """
