"""Where no bare Debian can be made, the script says why and ends with 77, which .ci/run takes for "not tried"."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "bare-debian.sh"


@pytest.mark.parametrize(
    ("tool", "does", "why"),
    [
        ("id", "echo 1000", "only root may make a chroot"),
        ("unshare", "exit 1", "this machine does not allow namespaces"),
        ("git", "exit 1", "this is no git repository"),
        ("debootstrap", "exit 1", "debootstrap could not make trixie from"),
    ],
)
def test_what_a_machine_cannot_do_is_said(tmp_path, tool, does, why):
    tools = {"id": "echo 0", "unshare": 'while [ "$1" != true ] && [ "$1" != timeout ]; do shift; done; exec "$@"'}
    tools |= {"git": "exit 0", "debootstrap": "exit 1", tool: does}
    for name, text in tools.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [SCRIPT, "trixie", "true"],
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (77, "")
    assert done.stderr.startswith("bare-debian: ")
    assert why in done.stderr
    assert list(temporary.iterdir()) == []
