"""What a process gets from whoever starts it, made such that commands can rely on it.

Standard streams may be closed, child processes unwaited for, the directory removed, and names of files need not be
text.
"""

import codecs
import os
import signal
import sys
from pathlib import Path

from pvsim.errors import UsageError

__all__ = ["make_sound", "require_directory"]

_SURROGATES = range(0xDC80, 0xDD00)
"""What Python makes of the bytes 0x80 to 0xFF where they are not text."""


def make_sound() -> None:
    """Open what is closed, and let every text be printed; call it before anything else is opened."""
    _open_standard_streams()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, the kernel forgets how child processes ended
    codecs.register_error("pvsim", _as_bytes)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not where a test has put its own
            stream.reconfigure(errors="pvsim")


def require_directory() -> None:
    """Refuse to work in a directory that has been removed.

    Raises:
        UsageError: if it has been.
    """
    try:
        Path.cwd()
    except OSError as error:
        what = f"the current directory cannot be used: {error.strerror}"
        raise UsageError(what, where=os.environ.get("PWD", ""), fix="cd to a directory that exists") from error


def _open_standard_streams() -> None:
    """A stream that the caller has closed reads nothing and writes nowhere; else its number is the next file's."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
            setattr(sys, name, os.fdopen(number, mode, closefd=False))


def _as_bytes(error: UnicodeError) -> tuple[bytes, int]:
    """The bytes of a file's name that is not text as they are, and `?` for what the terminal does not have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    codes = map(ord, error.object[error.start : error.end])
    return bytes(code - 0xDC00 if code in _SURROGATES else ord("?") for code in codes), error.end
