"""Files that are no text tables, known by their first bytes and named for what they are."""

from typing import Final

from pvsim.errors import BadInputError

__all__ = ["refuse_binary"]

_SAVE_AS_CSV: Final = "save it as CSV (in Excel or LibreOffice: Save As, CSV UTF-8)"
_UNPACK: Final = "unpack it first, and give the CSV file in it"
_PARQUET: Final = "write it as CSV, for example with pandas: read_parquet(FILE).to_csv(NEW)"
_KINDS: Final = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls) or another Office file", _SAVE_AS_CSV),
    (b"%PDF-", "a PDF document", "get the data as CSV"),
    (b"PAR1", "a Parquet file", _PARQUET),
    (b"ARROW1", "an Arrow or Feather file", _PARQUET.replace("parquet", "feather")),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 or NetCDF file", "write it as CSV"),
    (b"CDF\x01", "a NetCDF file", "write it as CSV"),
    (b"SQLite format 3\0", "an SQLite database", "write the table as CSV: sqlite3 -csv -header FILE 'SELECT ...'"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"BZh91AY&SY", "bzip2 data", "unpack it first: bunzip2 FILE"),
    (b"\xfd7zXZ\0", "xz data", "unpack it first: unxz FILE"),
    (b"\x28\xb5\x2f\xfd", "zstd data", "unpack it first: unzstd FILE"),
    (b"\x1f\x8b", "gzip data packed twice", "unpack it first: gunzip FILE"),
    (b"\x89PNG", "a PNG picture", "get the data as CSV"),
    (b"\xff\xd8\xff", "a JPEG picture", "get the data as CSV"),
    (b"\xff\xfe\0\0", "UTF-32 text", "save it as UTF-8, for example: iconv -f utf-32 -t utf-8 OLD.csv > NEW.csv"),
    (b"\0\0\xfe\xff", "UTF-32 text", "save it as UTF-8, for example: iconv -f utf-32 -t utf-8 OLD.csv > NEW.csv"),
)
_ZIP: Final = b"PK\x03\x04"
_IN_ZIP: Final = (
    (b"xl/", "an Excel workbook (.xlsx)", _SAVE_AS_CSV),
    (b"[Content_Types].xml", "an Excel workbook (.xlsx) or another Office file", _SAVE_AS_CSV),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (.ods)", _SAVE_AS_CSV),
)
_PAGE: Final = (b"<!doctype html", b"<html")
_UTF16: Final = (("utf-16-le", slice(1, None, 2)), ("utf-16-be", slice(0, None, 2)))
_MARKED: Final = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE: Final = 400


def refuse_binary(first: bytes, source: str) -> None:
    """Refuse a file by its first bytes, unpacked from gzip; a page of the web and UTF-16 without its mark too.

    Raises:
        BadInputError: naming what the file is.
    """
    found = next(((what, fix) for magic, what, fix in _KINDS if first.startswith(magic)), None)
    if first.startswith(_ZIP):
        inside = ((what, fix) for name, what, fix in _IN_ZIP if name in first)
        found = next(inside, ("a ZIP archive", _UNPACK))
    elif first[:_SAMPLE].lstrip().lower().startswith(_PAGE):
        found = ("a web page (HTML)", "get the data as CSV; servers often send a page where a login is needed")
    elif not found and not first.startswith(_MARKED):
        found = _utf16_without_mark(first[:_SAMPLE])
    if found:
        what, fix = found
        raise BadInputError(f"{what}, not a CSV file", where=source, fix=fix)


def _utf16_without_mark(first: bytes) -> tuple[str, str] | None:
    """Most bytes at every other place are zero in such a text."""
    for coding, zeros in _UTF16:
        half = first[zeros]
        if len(half) > 1 and 2 * half.count(0) > len(half) and 10 * first.count(0) < 6 * len(first):
            fix = f"save it as UTF-8, for example: iconv -f {coding} -t utf-8 OLD.csv > NEW.csv"
            return f"{coding.upper()} text without a byte order mark", fix
    return None
