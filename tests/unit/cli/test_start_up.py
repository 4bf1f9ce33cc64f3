"""What a help text does not need is not imported for it."""

import subprocess
import sys

import pytest

HEAVY = {
    "aio_pika",
    "asyncio",
    "difflib",
    "logging",
    "msgspec",
    "numpy",
    "pvlib",
    "pvsim.core",
    "ssl",
    "subprocess",
    "tempfile",
}


@pytest.mark.parametrize("line", ["--help", "--version", "bench --help", "run --help", "fit --help"])
def test_help_imports_nothing_heavy(line, tmp_path):
    code = (
        "import sys; from pvsim.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        f"sys.exit(' '.join({HEAVY} & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *line.split()], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
