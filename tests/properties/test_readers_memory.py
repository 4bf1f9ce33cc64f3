"""Files that unpack to far more than they are: each reader refuses them within 500 MB."""

import gzip
import subprocess
import sys

import pytest

READ = """
import resource, sys
from pathlib import Path
from pvsim.adapters.tables.curves import read_curve
from pvsim.adapters.tables.series_csv import read_samples
from pvsim.adapters.tables.weather_files import read_weather
from pvsim.core.series import SeriesOptions
from pvsim.core.site.schema import FileWeather
from pvsim.errors import BadInputError
resource.setrlimit(resource.RLIMIT_DATA, (500 << 20, 500 << 20))
path = Path(sys.argv[1])
readers = (
    lambda: read_samples(path, SeriesOptions(), quantity="meter"),
    lambda: read_curve(path),
    lambda: read_weather(FileWeather(path=str(path))),
    lambda: read_weather(FileWeather(path=str(path), format="epw")),
    lambda: read_weather(FileWeather(path=str(path), format="pvgis")),
)
for read in readers:
    try:
        print("accepted" if read() else "not a curve")
    except BadInputError as error:
        print(error.what)
"""

MIB = 1 << 20
HEAD = b"time,kw\n2024-06-21 00:00,1\n"


@pytest.mark.parametrize(
    ("start", "repeated", "count"),
    [
        (b"", b"\0" * MIB, 600),
        (b"", b"x" * MIB, 600),
        (b"", b"[" * MIB, 4),
        (b"{", b'"a":{' * 1000, 200),
        (HEAD + b'"', b"2024-06-21 00:15,1\n" * 10_000, 100),
        (b'time,"', b"a,b\n" * 100_000, 100),
        (HEAD, b"a" * 900_000 + b"\n", 600),
    ],
    ids=["zeros", "a line", "brackets", "nested", "an open quote", "an open quote in the header", "long lines"],
)
def test_a_file_is_refused_within_500_mb(tmp_path, start, repeated, count):
    path = tmp_path / "f.csv"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(start)
        for _ in range(count):
            file.write(repeated)
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 5, done.stdout
    assert all(len(line) < 500 for line in lines)
    assert "accepted" not in lines
