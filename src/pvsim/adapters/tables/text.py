"""The text of people's files: opened, unpacked, decoded, and parted into lines, whatever program wrote it.

Streams in blocks, so that a file of 50 MB, or a gzip file that unpacks to gigabytes, takes no more memory
than a small one.
"""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from pvsim.core.tables import HEAD_LINES, Block, Layout, find_layout, read_rows
from pvsim.core.tables.contents import refuse_binary
from pvsim.errors import BadInputError

__all__ = ["Table", "opened_lines", "opened_table", "whole_text"]

_GZIP_MAGIC: Final = b"\x1f\x8b"
_BLOCK_BYTES: Final = 1 << 18
_LONGEST_LINE: Final = 1 << 20
_LONGEST_JSON: Final = 1 << 25
"""Of a lenient text: PVGIS writes a year as JSON in one line of 1.4 MB."""
_BIGGEST_TEXT: Final = 1 << 26
_LINE_BYTES: Final = 64  # of memory, beside its characters
_PATH: Final = "check the path and that you may read the file"
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")
_ESCAPED: Final = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first lines were read.

    Args:
        source: The file's name, for messages.
        layout: Delimiter, header, units.
        lines: The lines after the header, each with its end.
    """

    source: str
    layout: Layout
    lines: Iterator[str]

    def blocks(self, block_rows: int) -> Iterator[Block]:
        """The rows after the header; see `read_rows`."""
        return read_rows(self.lines, self.layout, source=self.source, block_rows=block_rows)


@contextmanager
def opened_table(path: Path, *, lenient: bool = False, fix: str = _PATH) -> Iterator[Table]:
    """A file's table, open for reading; the arguments are those of `opened_lines`.

    Raises:
        BadInputError: the file cannot be read or is no text; also while its rows are read.
    """
    with opened_lines(path, lenient=lenient, fix=fix) as lines:
        head = list(islice(lines, HEAD_LINES))
        layout = find_layout(head, str(path))
        rest = head[layout.data_line - 1 :]
        yield Table(str(path), layout, chain(rest, lines))


@contextmanager
def opened_lines(path: Path, *, lenient: bool = False, fix: str = _PATH) -> Iterator[Iterator[str]]:
    """A file's lines, each ending with a line feed, the last one too, open for reading.

    Args:
        path: The file; unpacked if it is gzip.
        lenient: Whether bytes that are not UTF-8 are taken as Latin-1, for formats whose words are not used.
        fix: What to do if it cannot be opened.

    Raises:
        BadInputError: the file cannot be read or is no text; also while its lines are read.
    """
    if "\0" in str(path):
        raise BadInputError("not a file path: a NUL character", where=repr(str(path)), fix="check the path")
    try:
        with path.open("rb") as raw:
            if raw.peek(2)[:2] == _GZIP_MAGIC:
                with gzip.open(raw) as unpacked:
                    yield _lines(unpacked, str(path), lenient=lenient)
            else:
                yield _lines(raw, str(path), lenient=lenient)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        what = f"the gzip data is damaged or cut off: {error}"
        raise BadInputError(what, where=str(path), fix="unpack it with gunzip, or get it again") from error
    except IsADirectoryError as error:
        raise BadInputError("a directory, not a file", where=str(path), fix="name the CSV file in it") from error
    except OSError as error:
        raise BadInputError(f"cannot be read: {error.strerror or error}", where=str(path), fix=fix) from error


def whole_text(path: Path, *, fix: str = _PATH) -> str:
    """All of a file's text, lines ending with a line feed; bytes that are not UTF-8 are taken as Latin-1.

    Raises:
        BadInputError: the file cannot be read, is no text, or is larger than any year of hours.
    """
    kept, size = [], 0
    with opened_lines(path, lenient=True, fix=fix) as lines:
        for line in lines:
            kept.append(line)
            size += len(line) + _LINE_BYTES
            if size > _BIGGEST_TEXT:
                what = f"the text is longer than {_BIGGEST_TEXT >> 20} MiB: not a typical year"
                raise BadInputError(what, where=str(path), fix="check format under [weather]")
    return "".join(kept)


def _lines(raw: io.BufferedIOBase, source: str, *, lenient: bool) -> Iterator[str]:
    first = raw.read(_BLOCK_BYTES)
    refuse_binary(first, source)
    mark, coding = next(((mark, coding) for mark, coding in _BOMS if first.startswith(mark)), (b"", "utf-8"))
    decoder = _decoder(coding)
    number, rest = 1, ""
    for data in chain([first[len(mark) :]], iter(lambda: raw.read(_BLOCK_BYTES), b"")):
        text = rest + decoder.decode(data)
        text = _checked(text, source, number, coding, lenient=lenient)
        lines = text.split("\n")
        rest = lines.pop()
        yield from [line + "\n" for line in lines]
        number += len(lines)
        longest = _LONGEST_JSON if lenient else _LONGEST_LINE
        if len(rest) >= longest:
            fix = "give a CSV file with line ends"
            raise BadInputError(
                f"a line longer than {longest >> 20} MiB: not a CSV file", where=f"{source}:{number}", fix=fix
            )
    try:
        rest += decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        what = f"the {coding[:6].upper()} text is cut off in the middle of a character"
        raise BadInputError(what, where=source, fix="get the file again") from error
    rest = _checked(rest, source, number, coding, lenient=lenient)
    if rest:
        yield from [line + "\n" for line in rest.removesuffix("\n").split("\n")]


def _decoder(coding: str) -> io.IncrementalNewlineDecoder:
    """A decoder that makes every end of a line a line feed; what it cannot decode becomes surrogates."""
    errors = "surrogateescape" if coding == "utf-8" else "surrogatepass"
    return io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(coding)(errors), translate=True)


def _checked(text: str, source: str, number: int, coding: str, *, lenient: bool) -> str:
    if lenient and not text.isascii():
        text = _ESCAPED.sub(lambda match: chr(ord(match[0]) - 0xDC00), text)
    if (text.isascii() and "\0" not in text) or not (found := _NO_TEXT.search(text)):
        return text
    where = f"{source}:{number + text.count(chr(10), 0, found.start())}"
    if found[0] == "\0":
        fix = "give a CSV file; if it is UTF-16, save it as UTF-8"
        raise BadInputError("a NUL byte: not a text file", where=where, fix=fix)
    what = "not UTF-8 text" if coding == "utf-8" else "not UTF-16 text"
    fix = "save it as UTF-8, for example: iconv -f latin1 -t utf-8 OLD.csv > NEW.csv"
    raise BadInputError(what, where=where, fix=fix)
