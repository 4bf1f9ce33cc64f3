"""Every error that pvsim raises on purpose, and the exit code that each one ends a command with.

PvsimError ........................ 1   the run failed
├── UsageError .................... 2   what was asked for is wrong: an option, a setting, a field of a request
│   └── ConfigurationError ........ 2   several things at once
├── BadInputError ................. 65  a file or a message has wrong content
├── BrokerError ................... 69  the broker cannot be reached, or was lost: it may be back soon
│   ├── BrokerLostError ........... 69  the broker took a connection, which then ended: it is tried again
│   └── BrokerRefusedError ........ 69  the broker says no: trying again changes nothing
├── ClusterError .................. 69  the Dask scheduler cannot be reached, was lost, or has no workers
├── InternalError ................. 70  a broken invariant: a defect of pvsim
├── CannotWriteError .............. 73  an output cannot be created or written
├── PartialResultError ............ 75  finished, but not every second has a row
└── InterruptedRunError ........... 130 stopped by the user; can be resumed

An error says what happened, where, and what to type next. Foreign exceptions become one of these in the
adapter that met them, with the cause chained.

What is wrong with a request names the field, as in `pv.peak_kw`: in `field`, and in backquotes in the texts. The
command line puts the option in its place.
"""

from collections.abc import Sequence

__all__ = [
    "BadInputError",
    "BrokerError",
    "BrokerLostError",
    "BrokerRefusedError",
    "CannotWriteError",
    "ClusterError",
    "ConfigurationError",
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
        field: What of a request is wrong, by its path: `pv.peak_kw`.
        fix: What the user can do, if possible a command to type.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", field: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.field = field
        self.fix = fix

    @property
    def problems(self) -> "tuple[PvsimError, ...]":
        """Each thing that is wrong: this one, of most errors."""
        return (self,)

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.field, self.fix))


def _rebuild(kind: type[PvsimError], what: str, where: str, field: str, fix: str) -> PvsimError:
    return kind(what, where=where, field=field, fix=fix)


class UsageError(PvsimError):
    """What was asked for is wrong: an option, a setting, a field of a request."""

    exit_code = 2


class ConfigurationError(UsageError):
    """Several things that were asked for are wrong.

    Args:
        what: A sentence that says how many.
        where: The place, such as a file and its line, if any.
        field: The configuration field that it is about, such as `pv.peak_kw`, if any.
        fix: The next command to type, or what to change, if any.
        problems: Each of them.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        field: str = "",
        fix: str = "",
        problems: Sequence[PvsimError] = (),
    ) -> None:
        super().__init__(what, where=where, field=field, fix=fix)
        self._problems = tuple(problems)

    @property
    def problems(self) -> tuple[PvsimError, ...]:
        """Each thing that is wrong."""
        return self._problems

    def __str__(self) -> str:
        lines = (f"\n  {problem}" + (f"; {problem.fix}" if problem.fix else "") for problem in self._problems)
        return super().__str__() + "".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_several, (self.what, self.where, self.field, self.fix, self._problems))


def _rebuild_several(
    what: str, where: str, field: str, fix: str, problems: Sequence[PvsimError]
) -> ConfigurationError:
    return ConfigurationError(what, where=where, field=field, fix=fix, problems=problems)


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


class ClusterError(PvsimError):
    """The Dask scheduler cannot be reached, was lost, or has no workers."""

    exit_code = 69


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
