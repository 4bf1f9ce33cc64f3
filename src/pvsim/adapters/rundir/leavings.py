"""Files that killed processes have left in a run's directory, told by their names alone."""

import os
import re
from contextlib import suppress
from pathlib import Path

from pvsim.adapters.rundir.daily import DAYS

__all__ = ["abandoned_links", "leavings"]

_HIDDEN = re.compile(r"\.(manifest\.json|summary\.json|report\.html)\.\d+|\.samples\.parquet\.\d+(\.\d+)?")
_HIDDEN_DAY = re.compile(r"\.\d{4}-\d\d-\d\d\.csv\.\d+")
_HIDDEN_LINK = re.compile(r"\.latest\.(\d+)")


def leavings(run: Path) -> list[Path]:
    """The unfinished hidden files of a run; they belong to nobody if its lock is free."""
    found = [path for path in run.glob(".*.*.*") if _HIDDEN.fullmatch(path.name)]
    found += [path for path in (run / DAYS).glob(".*.csv.*") if _HIDDEN_DAY.fullmatch(path.name)]
    return found


def abandoned_links(out: Path) -> list[Path]:
    """The unfinished links to the latest run beside a run; those of processes that have ended.

    One of another machine's process may be among them, for the instant that it exists: it then has no `latest`.
    """
    links = ((path, _HIDDEN_LINK.fullmatch(path.name)) for path in out.glob(".latest.*") if path.is_symlink())
    return [path for path, match in links if match and _has_ended(int(match[1]))]


def _has_ended(pid: int) -> bool:
    with suppress(PermissionError, OverflowError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
    return False
