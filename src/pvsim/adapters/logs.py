"""The structured log of a run: one JSON object a line in `log.jsonl`, from all its processes."""

import json
import logging
import os
from datetime import UTC, datetime
from math import inf
from pathlib import Path

from pvsim.errors import CannotWriteError

__all__ = ["LOG", "MAX_BYTES", "OLD_LOG", "open_log"]

_LOGGERS = ("pvsim", "asyncio")

LOG, OLD_LOG = "log.jsonl", "log.1.jsonl"
MAX_BYTES = 10_000_000
"""Of the log of a service, which has no end."""


class _JsonLines(logging.Handler):
    """Appends each record with a single write, so that the lines of several processes do not mix."""

    def __init__(self, path: Path, role: str, most_bytes: float) -> None:
        super().__init__()
        self._path, self._role, self._most_bytes, self._descriptor = path, role, most_bytes, -1
        self._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record; a log that cannot be written never stops a run."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "role": self._role,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = repr(record.exc_info[1])
        try:
            text = json.dumps(line, default=str, ensure_ascii=False, separators=(",", ":")) + "\n"
            data = text.encode(errors="backslashreplace")  # names of files may be no UTF-8
            if self._bytes and self._bytes + len(data) > self._most_bytes:
                self._turn()
            self._bytes += os.write(self._descriptor, data)
        except OSError:
            self.handleError(record)

    def _open(self) -> None:
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._bytes = os.fstat(self._descriptor).st_size

    def _turn(self) -> None:
        """Go on in a new file; the full one replaces the full one before."""
        self._path.replace(self._path.with_name(OLD_LOG))
        os.close(self._descriptor)
        self._open()

    def close(self) -> None:
        """Take it from the loggers and close the file: its number may soon be a socket's."""
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(self)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        super().close()


def open_log(directory: Path, role: str, *, most_bytes: float = inf) -> logging.Handler:
    """Send what pvsim and asyncio log, from INFO on, to the log of the run; whoever calls closes it.

    Args:
        directory: Of the run, or of a service.
        role: Who logs.
        most_bytes: When a new file is begun; only for a log of one process.

    Raises:
        CannotWriteError: if it cannot be opened: the directory is read-only, or another user's.
    """
    try:
        handler = _JsonLines(directory / LOG, role, most_bytes)
    except OSError as error:
        fix = "work as the run's owner, or copy its directory and use the copy"
        what = f"cannot write the run's log: {error.strerror}"
        raise CannotWriteError(what, where=str(directory / LOG), fix=fix) from error
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        logger.addHandler(handler)
    return handler
