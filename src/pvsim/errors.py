"""Every error that pvsim raises on purpose, and the exit code that each one ends a command with.

PvsimError ........................ 1   the run failed
├── UsageError .................... 2   the command line or a setting is wrong
├── BadInputError ................. 65  a file or a message has wrong content
├── BrokerError ................... 69  the broker cannot be reached, or was lost: it may be back soon
│   ├── BrokerLostError ........... 69  the broker took a connection, which then ended: it is tried again
│   └── BrokerRefusedError ........ 69  the broker says no: trying again changes nothing
├── InternalError ................. 70  a broken invariant: a defect of pvsim
├── CannotWriteError .............. 73  an output cannot be created or written
├── PartialResultError ............ 75  finished, but not every second has a row
└── InterruptedRunError ........... 130 stopped by the user; can be resumed

An error says what happened, where, and what to type next. Foreign exceptions become one of these in the
adapter that met them, with the cause chained.
"""

__all__ = [
    "BadInputError",
    "BrokerError",
    "BrokerLostError",
    "BrokerRefusedError",
    "CannotWriteError",
    "InternalError",
    "InterruptedRunError",
    "PartialResultError",
    "PvsimError",
    "UsageError",
]


class PvsimError(Exception):
    """An error with its facts.

    Args:
        what: What happened, one sentence without a full stop.
        where: The file, line, address or option that it happened at.
        fix: What the user can do, if possible a command to type.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.fix))


def _rebuild(kind: type[PvsimError], what: str, where: str, fix: str) -> PvsimError:
    return kind(what, where=where, fix=fix)


class UsageError(PvsimError):
    """The command line or a setting is wrong."""

    exit_code = 2


class BadInputError(PvsimError):
    """A file or a message has wrong content."""

    exit_code = 65


class BrokerError(PvsimError):
    """The broker cannot be reached, or refuses what we ask for."""

    exit_code = 69


class BrokerLostError(BrokerError):
    """A connection that the broker had taken ended, perhaps while it was signing in."""


class BrokerRefusedError(BrokerError):
    """The broker answers, and refuses: a wrong password, a missing permission, something else on that port."""


class InternalError(PvsimError):
    """An invariant does not hold: a defect of pvsim, never the user's mistake."""

    exit_code = 70


class CannotWriteError(PvsimError):
    """An output cannot be created or written."""

    exit_code = 73


class PartialResultError(PvsimError):
    """The run ended, but not every second of every meter has a row."""

    exit_code = 75


class InterruptedRunError(PvsimError):
    """The user stopped the run; what is written is whole and the run can be resumed."""

    exit_code = 130
