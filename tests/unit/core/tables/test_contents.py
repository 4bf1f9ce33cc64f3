import io
import zipfile

import pytest

from pvsim.core.tables.contents import refuse_binary
from pvsim.errors import BadInputError


def packed(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("first", "what", "fix"),
    [
        (packed("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx)", "save it as CSV"),
        (packed("[Content_Types].xml", "word/x.xml"), "an Excel workbook (.xlsx) or another", "save it as CSV"),
        (
            b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "an OpenDocument spreadsheet (.ods)",
            "save it as CSV",
        ),
        (packed("house.csv"), "a ZIP archive", "unpack it first"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", "save it as CSV"),
        (b"%PDF-1.7", "a PDF document", "CSV"),
        (b"PAR1\x15", "a Parquet file", "to_csv"),
        (b"SQLite format 3\0", "an SQLite database", "sqlite3"),
        (b"BZh91AY&SY", "bzip2 data", "bunzip2"),
        (b"\x1f\x8b\x08", "gzip data packed twice", "gunzip"),
        (b"\xff\xfe\0\0t\0\0\0", "UTF-32 text", "iconv -f utf-32"),
        (b"\n <!DOCTYPE html><html>", "a web page (HTML)", "login"),
        ("time,kw\n1,2\n".encode("utf-16-le"), "UTF-16-LE text without a byte order mark", "iconv -f utf-16-le"),
        ("time,kw\n1,2\n".encode("utf-16-be"), "UTF-16-BE text without a byte order mark", "iconv -f utf-16-be"),
    ],
)
def test_what_is_no_text_is_named(first, what, fix):
    with pytest.raises(BadInputError) as caught:
        refuse_binary(first, "f.csv")
    assert caught.value.what.startswith(what)
    assert caught.value.what.endswith(", not a CSV file")
    assert caught.value.where == "f.csv"
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    "first",
    [b"", b"t", b"time,kw\n", "time,kw\n".encode("utf-16"), b"PARIS,kw\n", b"BZh,x\n", b"\0" * 50, b"a\0b,c\n"],
)
def test_texts_and_what_others_refuse(first):
    refuse_binary(first, "f.csv")
