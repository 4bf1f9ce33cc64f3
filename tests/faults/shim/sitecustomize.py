"""Faults inside the roles' own processes; Python imports this module at its start from PYTHONPATH.

The roles are forked from `pvsim run`; only the simulator has a sample file and calls fdatasync, only the meter
publishes. PVSIM_TEST_FAULT is `kill:POINT:N` (SIGKILL when the role reaches the point for the N-th time: one of
the sample file's crash points, or `before-end-marker`, or `after-end-marker`, when the broker has confirmed it) or
`eio:fdatasync:N` (the N-th fdatasync fails). PVSIM_TEST_CLOCK is `JUMP@FILE`: the wall clock of all processes
jumps by so many seconds as soon as there is such a file. So the product carries no code for its tests.
"""

import errno
import functools
import os
import signal
import sys
import time
from datetime import UTC, datetime
from itertools import count

if "PVSIM_TEST_FAULT" in os.environ and "pvsim" in sys.orig_argv:
    from pvsim.adapters import amqp, csvfile, streams

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

    def watch_end_marker(publisher: type) -> None:
        publish = publisher.publish

        async def watched(self, first_id, bodies, batch=1) -> None:
            is_end = len(bodies) == 1 and b'"kind":"end"' in bodies.tobytes()
            if is_end:
                at("before-end-marker")
            await publish(self, first_id, bodies, batch)
            if is_end:
                await self.flush()
                at("after-end-marker")

        publisher.publish = watched

    if name.endswith("-end-marker"):
        watch_end_marker(streams.transport.StreamPublisher)
        watch_end_marker(amqp.publisher.AmqpPublisher)
    elif kind == "kill":
        csvfile.CsvSampleFile.__init__ = functools.partialmethod(csvfile.CsvSampleFile.__init__, at=at)
    else:
        os.fdatasync = failing_fdatasync

if "PVSIM_TEST_CLOCK" in os.environ and "pvsim" in sys.orig_argv:
    from pvsim.adapters import clocks

    jump_s, _, signal_file = os.environ["PVSIM_TEST_CLOCK"].partition("@")

    def jumping_time(now=time.time) -> float:
        return now() + (float(jump_s) if os.access(signal_file, os.F_OK) else 0.0)

    time.time = jumping_time
    time.time_ns = lambda: round(jumping_time() * 1e9)  # what logging asks from Python 3.13 on
    clocks.utc_now = lambda: datetime.fromtimestamp(jumping_time(), UTC)
