"""What a study needs from outside, as protocols: who carries out jobs, where records are kept, who watches."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Protocol, TypeVar

from pvsim.errors import PvsimError

__all__ = ["Pool", "Record", "Records", "StudyObserver"]


class Record(Protocol):
    """What is kept of a case: its figures, or why it has none."""

    @property
    def id(self) -> str:
        """The case's id: the same case has the same one in every study."""
        ...

    @property
    def error(self) -> object | None:
        """Why the case has failed, None where it has not."""
        ...


Kept = TypeVar("Kept", bound=Record)
Kept_contra = TypeVar("Kept_contra", bound=Record, contravariant=True)


class Pool(Protocol):
    """Carries out jobs, several at once: processes of this machine, or a cluster.

    Attributes:
        size: How many jobs are carried out at once.
    """

    size: int

    def results(self, jobs: Iterable[bytes]) -> AsyncGenerator[tuple[int, bytes | PvsimError], None]:
        """Carry out all jobs. Closed before its end, this gives up what is being carried out, at once.

        Jobs are drawn as they are needed, at most twice `size` ahead of what was given back. A job whose worker
        dies is carried out again; if that happens three times, its result is an error.

        Args:
            jobs: Each is what `pvsim.wiring.study.work.carry_out` takes.

        Yields:
            The position of a job and its result, as they come.

        Raises:
            PvsimError: if no job can be carried out, such as by a cluster that has gone.
        """
        ...


class Records(Protocol[Kept_contra]):
    """The records of a study, which are never changed: of several records of a case the last one counts."""

    async def append(self, records: Sequence[Kept_contra]) -> None:
        """Write records and make them safe; a case is done when this has returned.

        Raises:
            CannotWriteError: if the disk is full or fails. What is on disk before stays.
        """
        ...


class StudyObserver(Protocol[Kept_contra]):
    """Is shown how a study goes on. It must not fail, nor take long."""

    def kept(self, records: Sequence[Kept_contra]) -> None:
        """These records are safely on disk."""
        ...
