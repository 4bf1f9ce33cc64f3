"""What a parent process writes reaches a role line by line, and its end stops the role."""

import asyncio
import os
import sys

from pvsim.adapters.signals import run_with_stop


def test_the_parents_lines_are_heard_however_they_are_cut(monkeypatch):
    read, write = os.pipe()
    heard = []
    some = asyncio.Event()

    def hear(line):
        heard.append(line)
        some.set()

    async def use(stop):
        for piece in (b"one\ntw", b"o\n", b"\nthree\nlost"):
            os.write(write, piece)
            await some.wait()
            some.clear()
        os.close(write)
        await stop.wait()
        return "stopped"

    with os.fdopen(read, "rb") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert run_with_stop(use, parent=hear) == "stopped"
    assert heard == [b"one", b"two", b"", b"three"]
