"""What is said where memory is short."""

import errno
import resource
import subprocess
import sys

import numpy as np
import pytest

from pvsim.adapters.shared.memory import memory_short
from pvsim.errors import BadInputError


def caught(work):
    with pytest.raises(BaseException) as found:  # noqa: PT011 - each of its own kind
        work()
    return found.value


def caused():
    try:
        bytearray(1 << 62)
    except MemoryError as error:
        raise BadInputError("no rows") from error


def several():
    raise ExceptionGroup("tasks", [ValueError("x"), caught(lambda: np.zeros(1 << 55))])


def failing(error):
    def work():
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: bytearray(1 << 62), ""),
        (lambda: np.zeros(1 << 55), ": Unable to allocate"),
        (caused, ""),
        (several, ": Unable to allocate"),
        (failing(OSError(errno.ENOMEM, "Cannot allocate memory")), ""),
        (failing(ImportError("x.so: failed to map segment from shared object")), ""),
        (failing(RuntimeError("can't start new thread")), ""),
    ],
)
def test_it_is_found_whatever_it_led_to(work, said):
    found = memory_short(caught(work))
    assert found.startswith("there is too little memory")
    assert said in found


@pytest.mark.parametrize(
    "error",
    [ValueError("cannot allocate memory"), ImportError("no module x"), OSError(errno.ENOSPC, "full"), KeyError()],
)
def test_other_errors_are_not_of_memory(error):
    assert memory_short(error) is None


@pytest.mark.parametrize("mib", [40, 64, 128])
def test_a_command_with_too_little_memory_says_so_and_is_no_defect(mib, tmp_path):
    """What is met first depends on the machine: an import, an array, a thread."""

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))

    nowhere = ["--broker", "amqp://127.0.0.1:1", "--patience", "0s"]
    command = [sys.executable, "-m", "pvsim", "run", "--meters", "1000", "--hours", "1", *nowhere]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, preexec_fn=limit, check=False)
    assert done.returncode in {1, 69}  # 69: there was enough to look for the broker
    assert "Traceback" not in done.stderr
    assert "is damaged" not in done.stderr
