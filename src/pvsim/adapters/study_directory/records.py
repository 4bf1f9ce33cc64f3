"""`records.jsonl`: a line for each case that is done or has failed, appended in the order in which they came.

A case is done when its line is safe on the disk. What a crash has left of a last line is cut off. A case that has
failed and is carried out again has a further line, of which the last one counts; one that is done has no other.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import Any, BinaryIO

import msgspec

from pvsim.adapters.shared.disk import Disk, write_all
from pvsim.adapters.study_directory.disk import writing
from pvsim.adapters.study_directory.record_line import is_as_written, line_of
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.core.study.record import CaseRecord, misfit_of
from pvsim.errors import BadInputError

__all__ = ["RECORDS", "KeptRecords", "RecordFile"]

RECORDS = "records.jsonl"


class _Outcome(msgspec.Struct):
    """What must be known of each record: the rest of a million of them would not fit into memory."""

    id: str
    error: dict[str, Any] | None = None


class RecordFile:
    """The records of a study, opened by the one process that writes them.

    Args:
        directory: Of the study; its lock is held.
        disk: What it is on.
        again: Cases that have failed are open again.

    Attributes:
        cut: Bytes of an unfinished last line that were cut off.

    Raises:
        BadInputError: if a line is no record, was changed, or is of a case that is done by another one.
        CannotWriteError: if the file cannot be opened.
    """

    def __init__(self, directory: Path, disk: Disk, *, again: bool = False) -> None:
        self._path, self._disk, self._again = directory / RECORDS, disk, again
        self._done: set[bytes] = set()
        self._failed: set[bytes] = set()
        with writing(self._path):
            is_new = not self._path.exists()
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            if is_new:
                disk.sync_directory(directory)
        try:
            with writing(self._path), self._path.open("rb") as file:
                self._length = self._read(file)
                self.cut = os.fstat(self._descriptor).st_size - self._length
                if self.cut:
                    os.ftruncate(self._descriptor, self._length)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def has(self, case_id: str) -> bool:
        """See `app.study_ports.Records.has`."""
        key = _key(case_id)
        return key in self._done or (not self._again and key in self._failed)

    def has_failed(self, case_id: str) -> bool:
        """Whether a case has failed, and was not carried out again since."""
        return _key(case_id) in self._failed

    def __len__(self) -> int:
        """How many different cases have a record."""
        return len(self._done) + len(self._failed)

    async def append(self, records: Sequence[CaseRecord]) -> None:
        """See `app.study_ports.Records.append`; the disk is waited for in a thread."""
        lines = b"".join(map(line_of, records))
        await asyncio.to_thread(self._write, lines)
        for record in records:
            self._note(record.id, failed=record.error is not None)

    def _write(self, lines: bytes) -> None:
        with writing(self._path):
            try:
                write_all(self._descriptor, lines)
                self._disk.sync_data(self._descriptor)
            except OSError:
                with suppress(OSError):  # it is cut off when the study goes on, if not now
                    os.ftruncate(self._descriptor, self._length)
                raise
        self._length += len(lines)

    def _note(self, case_id: str, *, failed: bool) -> None:
        key = _key(case_id)
        (self._done if failed else self._failed).discard(key)
        (self._failed if failed else self._done).add(key)

    def _read(self, file: BinaryIO) -> int:
        """Take note of all records; the length of what is whole."""
        length, decoder = 0, msgspec.json.Decoder(_Outcome)
        for number, line in enumerate(file, start=1):
            try:
                found = decoder.decode(line)
            except NOT_DECODED as error:
                if file.read(1):
                    raise _damaged(self._path, number, str(error)) from error
                return length
            if not line.endswith(b"\n"):
                return length
            _require_as_written(self._path, number, line)
            if _key(found.id) in self._done:
                raise _second(self._path, number, found.id)
            self._note(found.id, failed=found.error is not None)
            length += len(line)
        return length


class KeptRecords:
    """The records of a study by the id of their case, read when they are asked for.

    Args:
        directory: Of the study.

    Raises:
        BadInputError: if there are none, or a line is no record, or was changed.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / RECORDS
        self._decoder = msgspec.json.Decoder(CaseRecord)
        self._places: dict[bytes, int] = {}
        outcomes = msgspec.json.Decoder(_Outcome)
        place = 0
        with self._opened() as file:
            for number, line in enumerate(file, start=1):
                self._places[_key(self._decoded(outcomes, line, number).id)] = place
                place += len(line)
        self._file = self._opened()

    def _opened(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except OSError as error:
            raise BadInputError(f"cannot read: {error.strerror or error}", where=str(self._path)) from error

    def __len__(self) -> int:
        """Of how many different cases there is a record."""
        return len(self._places)

    def get(self, case_id: str) -> CaseRecord | None:
        """The record of a case, None where it has none.

        Raises:
            BadInputError: if its line is no record beyond its id, or has what no record has.
        """
        if (place := self._places.get(_key(case_id))) is None:
            return None
        self._file.seek(place)
        try:
            record = self._decoder.decode(self._file.readline())
        except NOT_DECODED as error:
            raise _damaged(self._path, self._number_at(place), str(error)) from error
        if misfit := misfit_of(record):
            raise _damaged(self._path, self._number_at(place), misfit)
        return record

    def _number_at(self, place: int) -> int:
        """The number of the line that begins there."""
        self._file.seek(0)
        number = 1
        while self._file.tell() < place:
            self._file.readline()
            number += 1
        return number

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _decoded(self, decoder: "msgspec.json.Decoder[_Outcome]", line: bytes, number: int) -> _Outcome:
        try:
            found = decoder.decode(line)
        except NOT_DECODED as error:
            raise _damaged(self._path, number, str(error)) from error
        _require_as_written(self._path, number, line)
        return found


def _require_as_written(path: Path, number: int, line: bytes) -> None:
    """Refuse a record that somebody has changed: its figures would go into tables as those of its case."""
    if not is_as_written(line):
        raise _damaged(path, number, "it was changed after pvsim wrote it, and its crc32 does not fit")


def _damaged(path: Path, number: int, reason: str) -> BadInputError:
    fix = "restore it from a copy, or take the line out, whose case is carried out again:"
    what = f"the line is no record of a case: {reason}"
    return BadInputError(what, where=f"{path}:{number}", fix=f"{fix} {_take_out(path, number)}")


def _second(path: Path, number: int, case_id: str) -> BadInputError:
    """The error of a further record of a case that is done: pvsim writes none, and either may be the wrong one."""
    decoder = msgspec.json.Decoder(_Outcome)
    done = _Outcome(case_id)
    with path.open("rb") as file:
        first = next(n for n, line in enumerate(file, start=1) if decoder.decode(line) == done)
    what = f"the line is another record of the case {case_id}, which line {first} has the figures of"
    fix = f"take one of the two lines out, for example this one: {_take_out(path, number)}"
    return BadInputError(what, where=f"{path}:{number}", fix=fix)


def _take_out(path: Path, number: int) -> str:
    return f"sed -i {number}d {quote(str(path))}"


def _key(case_id: str) -> bytes:
    """An id in few bytes."""
    with suppress(ValueError):
        return bytes.fromhex(case_id)
    return case_id.encode()
