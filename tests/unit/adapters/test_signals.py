"""The user's signals stop what runs, and what a parent process writes reaches a role line by line."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from pvsim.adapters.signals import _meaning, _Means, run_with_stop

SCRIPT = """
import asyncio, atexit, signal
from pvsim.adapters.signals import run_with_stop

times = iter({times})

def send(numbers):
    for number in numbers:
        signal.raise_signal(number)

async def use(stop):
    send({while_running})
    await stop.wait()
    print("stopped in order", flush=True)

atexit.register(send, {at_exit})
run_with_stop(use, told=lambda number: print("told", number, flush=True), now=lambda: next(times))
send({afterwards})
print("the end", flush=True)
"""
"""A process that gets signals at times that it makes up itself."""

INT, TERM = signal.SIGINT.value, signal.SIGTERM.value


def ended(*, times, while_running, afterwards=(), at_exit=()):
    """How the process ends, and what it has said until then."""
    script = SCRIPT.format(times=times, while_running=while_running, afterwards=afterwards, at_exit=at_exit)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr


@pytest.mark.parametrize(
    ("first_s", "now_s", "meaning"),
    [
        (None, 5.0, _Means.STOP),
        (5.0, 5.0, _Means.THE_SAME),
        (5.0, 5.999, _Means.THE_SAME),
        (5.0, 6.0, _Means.NOW),
        (5.0, 60.0, _Means.NOW),
    ],
)
def test_what_a_signal_says(first_s, now_s, meaning):
    assert _meaning(first_s, now_s) is meaning


@pytest.mark.parametrize("numbers", [(TERM,), (TERM, TERM), (INT, INT), (INT, TERM, INT)])
def test_signals_close_to_the_first_are_one_wish(numbers):
    said = [f"told {numbers[0]}", "stopped in order", "the end"]
    assert ended(times=(0.0, 0.1, 0.9), while_running=numbers) == (0, said, "")


@pytest.mark.parametrize("number", [INT, TERM])
def test_one_that_comes_when_all_is_done_does_not_cut_the_last_words(number):
    said = [f"told {number}", "stopped in order", "the end"]
    numbers = {"while_running": (number,), "afterwards": (number,), "at_exit": (number,)}
    assert ended(times=(0.0, 0.2), **numbers) == (0, said, "")


@pytest.mark.parametrize(
    ("while_running", "afterwards", "words"),
    [((INT, TERM), (), [f"told {INT}"]), ((INT,), (INT,), [f"told {INT}", "stopped in order"])],
)
def test_a_later_one_ends_at_once(while_running, afterwards, words):
    said = ended(times=(0.0, 1.5), while_running=while_running, afterwards=afterwards)
    assert said == (130, words, "")


def test_signals_are_handed_back_where_none_came():
    before = [signal.getsignal(number) for number in (INT, TERM)]

    async def use(_):
        return "done"

    assert run_with_stop(use) == "done"
    assert [signal.getsignal(number) for number in (INT, TERM)] == before


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
