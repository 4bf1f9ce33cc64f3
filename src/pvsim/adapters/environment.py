"""Whether the packages that pvsim runs with are still what was installed; needs nothing but Python itself.

`python environment.py` prints the names of the damaged ones: the set-up calls it before there is a pvsim.
"""

import base64
import csv
import hashlib
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["STAMP", "Damage", "damaged", "explain"]

STAMP = ".pvsim-stamp"
"""Written last by the set-up of a repository; without it `./run` rebuilds the environment."""

_ROOT_LINE = 5
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is not what its package's list of files says."""

    package: str
    path: Path


def damaged(packages: Path | None = None) -> Iterator[Damage]:
    """The first damaged file of each installed package.

    Args:
        packages: Directory of the packages; this interpreter's by default.
    """
    directory = packages or Path(sysconfig.get_path("purelib"))
    for record in sorted(directory.glob("*.dist-info/RECORD")):
        name = record.parent.name.partition("-")[0]
        if (path := _first_damaged(record)) is not None:
            yield Damage(name, path)


def _first_damaged(record: Path) -> Path | None:
    try:
        rows = list(csv.reader(record.read_text("utf-8").splitlines()))
    except (OSError, ValueError, csv.Error):
        return record
    for name, digest, size in (row for row in rows if len(row) == 3):  # noqa: PLR2004 - the form of a RECORD
        algorithm, _, expected = digest.partition("=")
        if algorithm != "sha256":  # the list itself and compiled files have none
            continue
        path = record.parent.parent / name
        try:
            content = path.read_bytes()
        except OSError:
            return path
        found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        if str(len(content)) != (size or str(len(content))) or found != expected:
            return path
    return None


def explain(
    error: Exception, packages: Path | None = None, prefix: Path | None = None
) -> tuple[str, str, str] | None:
    """What to say of an unexpected error if it comes of damaged packages: what, where, fix; else None.

    An environment that `./run` has made is then rebuilt by the next `./run`.
    """
    found = [f"{each.package} ({each.path.name})" for each in damaged(packages)]
    if not found and not _of_compiled_code(error):
        return None
    home = prefix or Path(sys.prefix)
    what = f"the environment is damaged: {_few(found) if found else 'a compiled file cannot be read'}"
    root = _forget_stamp(home)
    if root is None:
        names = " ".join(dict.fromkeys(each.split()[0] for each in found)) or "pvsim"
        return what, str(home), f"{sys.executable} -m pip install --force-reinstall --no-cache-dir {names}"
    if (home / STAMP).exists():
        return (
            what,
            str(home),
            f"as its owner: rm {home / STAMP}, then {root}/run, which rebuilds it",
        )
    return what, str(home), f"call {root}/run again: it rebuilds the environment"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more packages" if len(names) > _SHOWN else ""
    verb = "differs" if len(names) == 1 else "differ"
    return f"{', '.join(names[:_SHOWN])}{more} {verb} from what was installed"


def _of_compiled_code(error: BaseException) -> bool:
    """Compiled files have no digest to be compared with."""
    return isinstance(error, EOFError | ValueError) and ("marshal data" in str(error))


def _forget_stamp(prefix: Path) -> Path | None:
    """Remove the stamp if that is possible; the repository that the environment belongs to, if it does to one."""
    try:
        root = Path((prefix / STAMP).read_text("utf-8").splitlines()[_ROOT_LINE])
    except (OSError, ValueError, IndexError):
        return None
    with suppress(OSError):
        (prefix / STAMP).unlink()
    return root


if __name__ == "__main__":
    for each in damaged():
        sys.stdout.write(f"{each.package}\n")
