"""Files of measured data: .csv and .csv.gz, with commas, semicolons or tabs.

The file is read once, in blocks, into four numbers for each line (32 bytes): a file of 50 MB takes a few
seconds and tens of megabytes.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from pvsim.core.series import (
    Columns,
    MeasuredSeries,
    Quantity,
    Run,
    Samples,
    SeriesOptions,
    Style,
    choose_columns,
    parse_stamps,
    replay,
    style_of,
    to_watts,
)
from pvsim.core.series.timestamps import FORMATS
from pvsim.errors import BadInputError

if TYPE_CHECKING:
    import _csv

__all__ = ["read_samples", "read_series"]

_BLOCK_ROWS: Final = 16_384
_LONGEST_LINE: Final = 1 << 20
_GZIP_MAGIC: Final = b"\x1f\x8b"


def read_series(path: Path, options: SeriesOptions, *, quantity: Quantity, run: Run) -> MeasuredSeries:
    """Read a file and replay it on the days of a run.

    Raises:
        BadInputError: the file cannot be read or used; says where and what to do.
    """
    return replay(read_samples(path, options, quantity=quantity), options, run=run, quantity=quantity)


def read_samples(path: Path, options: SeriesOptions, *, quantity: Quantity) -> Samples:
    """Read the times and powers of a file, in its order.

    Raises:
        BadInputError: the file cannot be read, has no such column, or a line cannot be understood.
    """
    source = str(path)
    with _opened(path) as raw:
        lines = _lines(raw, source)
        first = next(lines, "")
        if not first.strip():
            fix = f"give a CSV file such as:\n  timestamp,{quantity}_kw\n  2024-06-21T00:00:00+02:00,0.35"
            what = "the first line is empty" if first else "the file is empty"
            raise BadInputError(what, where=source, fix=fix)
        mark = max(",;\t", key=first.count)
        reader = csv.reader(chain([first], lines), delimiter=mark, skipinitialspace=True)
        header = [name.strip() for name in next(reader)]
        columns = choose_columns(header, options, quantity=quantity, source=source)
        time_option = options.option("time_column", quantity)
        table = _Table(source, columns, quantity, time_option, decimal_comma=mark == ";")
        try:
            table.read(reader)
        except csv.Error as error:
            fix = "check the quotes of this line"
            raise BadInputError(f"not CSV: {error}", where=f"{source}:{reader.line_num}", fix=fix) from error
    return table.samples(options)


@contextmanager
def _opened(path: Path) -> Iterator[gzip.GzipFile | BufferedReader]:
    """The bytes of a file, unpacked if they are gzip; errors of the system and of gzip become ours."""
    try:
        with path.open("rb") as raw:
            if raw.peek(2)[:2] == _GZIP_MAGIC:
                with gzip.open(raw) as unpacked:
                    yield unpacked
            else:
                yield raw
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        what = f"the gzip data is damaged or cut off: {error}"
        raise BadInputError(what, where=str(path), fix="unpack it with gunzip, or get it again") from error
    except IsADirectoryError as error:
        raise BadInputError("a directory, not a file", where=str(path), fix="name the CSV file in it") from error
    except OSError as error:
        fix = "check the path and that you may read the file"
        raise BadInputError(f"cannot be read: {error.strerror or error}", where=str(path), fix=fix) from error


def _lines(raw: gzip.GzipFile | BufferedReader, source: str) -> Iterator[str]:
    coding = "utf-8-sig"
    for number, line in enumerate(iter(partial(raw.readline, _LONGEST_LINE), b""), 1):
        if len(line) == _LONGEST_LINE:
            fix = "give a CSV file with line ends"
            raise BadInputError("a line longer than 1 MiB: not a CSV file", where=f"{source}:{number}", fix=fix)
        try:
            yield line.decode(coding)
        except UnicodeDecodeError as error:
            fix = "save it as UTF-8, for example: iconv -f latin1 -t utf-8 OLD.csv > NEW.csv"
            raise BadInputError("not UTF-8 text", where=f"{source}:{number}", fix=fix) from error
        coding = "utf-8"


class _Table:
    """The two columns of a file that are wanted, block by block, as arrays."""

    def __init__(
        self, source: str, columns: Columns, quantity: Quantity, time_option: str, *, decimal_comma: bool
    ) -> None:
        self._source = source
        self._columns = columns
        self._quantity = quantity
        self._time_option = time_option
        self._decimal_comma = decimal_comma
        self._style: Style | None = None
        self._blocks: list[tuple[NDArray[np.int64], ...]] = []
        self._powers: list[NDArray[np.float64]] = []

    def read(self, reader: "_csv.Reader") -> None:
        """Take in all rows after the header."""
        time, power = self._columns.time, self._columns.power
        lines: list[int] = []
        stamps: list[str] = []
        cells: list[str] = []
        for row in reader:
            if not row:
                continue
            try:
                cell, stamp = row[power], row[time]
            except IndexError as error:
                what = f"{len(row)} cell(s) only, the header names more"
                fix = "complete the line or remove it"
                raise BadInputError(what, where=f"{self._source}:{reader.line_num}", fix=fix) from error
            lines.append(reader.line_num)
            stamps.append(stamp.strip())
            cells.append(cell)
            if len(lines) == _BLOCK_ROWS:
                self._take(lines, stamps, cells)
                lines, stamps, cells = [], [], []
        if lines:
            self._take(lines, stamps, cells)

    def samples(self, options: SeriesOptions) -> Samples:
        """What was read, in watts."""
        if self._style is None:
            fix = "give a file with at least one whole day of samples"
            raise BadInputError("only a header, no data", where=f"{self._source}:1", fix=fix)
        lines, wall, offset = (np.concatenate(parts) for parts in zip(*self._blocks, strict=True))
        power = np.concatenate(self._powers)
        most = lines[np.argmax(np.nan_to_num(power))]
        where = f"{self._source}:{most}"
        power_w = to_watts(power, self._columns, options=options, quantity=self._quantity, where=where)
        return Samples(
            self._source,
            self._columns.name,
            lines,
            wall,
            offset if self._style.offset == "written" else None,
            utc=self._style.offset == "utc",
            power_w=power_w,
            unit=self._columns.unit,
            unit_from=self._columns.unit_from,
            ignored=self._columns.ignored,
        )

    def _take(self, lines: list[int], stamps: list[str], cells: list[str]) -> None:
        if self._style is None:
            try:
                self._style = style_of(stamps[0])
            except ValueError as error:
                fix = f"write times as {FORMATS}, or name the column of times with {self._time_option} NAME"
                raise BadInputError(str(error), where=f"{self._source}:{lines[0]}", fix=fix) from error
        wall, offset = parse_stamps(stamps, self._style, lines=lines, source=self._source)
        self._blocks.append((np.array(lines, np.int64), wall, offset))
        self._powers.append(self._parse_powers(cells, lines))

    def _parse_powers(self, cells: Sequence[str], lines: Sequence[int]) -> NDArray[np.float64]:
        try:
            power = np.fromiter((float(cell or "nan") for cell in cells), np.float64, len(cells))
        except ValueError:
            return self._parse_one_by_one(cells, lines)
        if not np.isfinite(power).all() or "_" in "".join(cells):
            return self._parse_one_by_one(cells, lines)
        return power

    def _parse_one_by_one(self, cells: Sequence[str], lines: Sequence[int]) -> NDArray[np.float64]:
        """Blocks with something unusual in them: an empty cell, a decimal comma, or a fault to be named."""
        power = np.full(len(cells), np.nan)
        for index, cell in enumerate(cells):
            text = cell.strip()
            if text:
                power[index] = self._number(text, lines[index])
        return power

    def _number(self, text: str, line: int) -> float:
        try:
            value = float(text.replace(",", ".") if self._decimal_comma else text)
        except ValueError:
            value = float("nan")
        if not np.isfinite(value) or "_" in text:
            what = f"column {self._columns.name!r} has {text[:40]!r}, which is no number"
            fix = "put a number there, or leave the cell empty where the measurement is missing"
            raise BadInputError(what, where=f"{self._source}:{line}", fix=fix)
        return value
