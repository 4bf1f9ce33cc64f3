"""A worker: `python -m pvsim.adapters.pool.worker MODULE:FUNCTION`, which is given jobs by its parent.

Jobs come on standard input, results go to standard output. The end of its input is the end of the parent, and then
of the worker, whatever it is at.
"""

import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from pvsim.adapters.pool.frames import READY, framed, read_frame
from pvsim.adapters.shared.memory import memory_short

__all__ = ["main"]


def main() -> None:
    """Carry out jobs one after the other; where memory is short, end with a line that says so."""
    try:
        _work()
    except Exception as error:
        if (short := memory_short(error)) is None:
            raise
        sys.exit(f"a worker process ends: {short}")


def _work() -> None:
    module, _, name = sys.argv[1].partition(":")
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no result
    with suppress(OSError):  # where memory is short, the kernel ends a worker, which is replaced, not the parent
        Path("/proc/self/oom_score_adj").write_text("500")
    jobs: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(jobs,), daemon=True).start()
    carry_out = getattr(import_module(module), name)
    answer = READY
    while True:
        try:
            results.write(framed(answer))
            results.flush()
        except BrokenPipeError:  # the parent has gone, or does not want it any more
            os._exit(1)
        answer = carry_out(jobs.get())


def _listen(jobs: "SimpleQueue[bytes]") -> None:
    with os.fdopen(0, "rb", closefd=False) as orders:
        while (job := read_frame(orders)) is not None:
            jobs.put(job)
    os._exit(1)


if __name__ == "__main__":
    main()
