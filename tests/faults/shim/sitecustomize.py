"""Faults inside the simulator's own process; Python imports this module at its start from PYTHONPATH.

The roles are forked from `pvsim run`; only the simulator has a sample file and calls fdatasync.
PVSIM_TEST_FAULT is `kill:POINT:N` (SIGKILL when the sample file reaches the crash point for the N-th time) or
`eio:fdatasync:N` (the N-th fdatasync fails). So the product carries no code for its tests.
"""

import errno
import functools
import os
import signal
import sys
from itertools import count

if "PVSIM_TEST_FAULT" in os.environ and "pvsim" in sys.orig_argv:
    from pvsim.adapters import csvfile

    kind, name, nth = os.environ["PVSIM_TEST_FAULT"].split(":")
    calls = count(1)

    def due() -> bool:
        return next(calls) == int(nth)

    def at(point: str) -> None:
        if point == name and due():
            os.kill(os.getpid(), signal.SIGKILL)

    def failing_fdatasync(descriptor: int, sync=os.fdatasync) -> None:
        if due():
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        sync(descriptor)

    if kind == "kill":
        csvfile.CsvSampleFile.__init__ = functools.partialmethod(csvfile.CsvSampleFile.__init__, at=at)
    else:
        os.fdatasync = failing_fdatasync
