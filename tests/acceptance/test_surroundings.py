"""Closed streams, a removed directory, no home, names that are no text: never a traceback, never exit code 70."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pvsim.adapters import processes
from pvsim.app.role_messages import Begin, Failed
from pvsim.cli.ending import error_of
from pvsim.cli.surroundings import make_sound
from pvsim.core.messages.address import BrokerAddress
from pvsim.errors import BadInputError

NO_TEXT = b"r\xffns"
BEGIN = Begin(BrokerAddress("h", 1, 2, "u", "p"), "streams", 1.0)
PVSIM = [sys.executable, "-m", "pvsim"]


def shell(script, *arguments, cwd, **env):
    """Run a script in which `$@` is pvsim with arguments."""
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *PVSIM, *arguments],
        cwd=cwd, env={**os.environ, **env}, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=240
    )  # fmt: skip
    assert b"Traceback" not in done.stderr
    return done


@pytest.mark.broker
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_take_nothing_from_a_run(here, broker, closed):
    done = shell(f'"$@" {closed}', "run", "--every", "1h", cwd=here, PVSIM_BROKER_URL=broker.amqp_url)
    assert done.returncode == 0, done.stderr
    assert json.loads((here / "runs/latest/manifest.json").read_bytes())["status"] == "complete"
    assert shell(f'"$@" {closed}', "verify", "runs/latest", cwd=here).returncode == 0


@pytest.mark.parametrize("arguments", ["--help", "schema", "run --help"])
def test_a_full_standard_output_is_an_error(here, arguments):
    done = shell('"$@" >/dev/full', *arguments.split(), cwd=here)
    assert done.returncode == 73
    assert b"cannot write: No space left on device" in done.stderr
    assert shell('"$@" >/dev/full 2>/dev/full', *arguments.split(), cwd=here).returncode == 73


@pytest.mark.broker
def test_a_parent_that_ignores_its_children_changes_nothing(here, broker):
    script = f"{sys.executable} -c 'import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
    script += 'os.execv(sys.argv[1], sys.argv[1:])\' "$@"'
    done = shell(script, "run", "--every", "1h", "--quiet", cwd=here, PVSIM_BROKER_URL=broker.amqp_url)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("arguments", ["run", "verify x", "broker status", "simulate --dir x"])
def test_a_removed_directory_is_said(here, arguments):
    done = shell('mkdir gone; cd gone; rmdir ../gone; "$@"', *arguments.split(), cwd=here)
    assert done.returncode == 2
    assert b"the current directory cannot be used: No such file" in done.stderr
    assert b"cd to a directory that exists" in done.stderr


def test_a_removed_directory_does_not_matter_to_help(here):
    assert shell('mkdir gone; cd gone; rmdir ../gone; "$@"', "--help", cwd=here).returncode == 0


@pytest.mark.broker
def test_a_directory_whose_name_is_no_text(here, broker):
    out = Path(os.fsdecode(bytes(here) + b"/" + NO_TEXT))
    url = {"PVSIM_BROKER_URL": broker.amqp_url}
    done = shell('"$@"', "run", "--every", "1h", "--out", str(out), cwd=here, **url)
    assert done.returncode == 0, done.stderr
    assert NO_TEXT + b"/" in done.stdout
    assert shell('"$@"', "verify", str(out / "latest"), cwd=here).returncode == 0
    directory = (out / "latest").resolve()
    (directory / "samples.csv").unlink()
    done = shell('"$@"', "verify", str(directory), cwd=here)
    assert done.returncode == 65
    assert NO_TEXT in done.stderr
    manifest = json.loads((directory / "manifest.json").read_bytes())
    (directory / "manifest.json").write_text(json.dumps(manifest | {"status": "failed"}))
    done = shell('"$@"', "run", "--resume", str(directory), cwd=here, **url)  # its error is written down
    assert done.returncode == 65
    assert "ahead of the samples file" in json.loads((directory / "manifest.json").read_bytes())["error"]
    for line in (directory / "log.jsonl").read_bytes().splitlines():
        json.loads(line)


@pytest.mark.parametrize("option", ["--meter", "--pv", "--site", "--tz", "--every"])
def test_other_values_that_are_no_text_are_refused(inside, option):
    done = inside("run", option, os.fsdecode(NO_TEXT + b".csv"))
    assert done.code == 2
    assert "is not UTF-8" in done.field("error")
    assert done.field("at") == option
    assert "ln -s" in done.field("fix")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"[run]\ndays = {'1' * 5_000}", "not TOML"),
        (f"[run]\ndays = 0x{'f' * 5_000}", "the number is too long"),
        (f"[run]\ndays = {'[' * 9_000}", "not TOML"),
        ("[run]\ntz = '\udcff'", "the settings file is not UTF-8 text"),
    ],
)
def test_settings_that_cannot_be_read(inside, here, text, what):
    (here / "pvsim.toml").write_text(text, errors="surrogateescape")
    done = inside("run")
    assert (done.code, what in done.field("error")) == (2, True), done.err
    assert "pvsim.toml" in done.field("at")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.broker
def test_a_user_without_home_and_name(here, broker):
    """As containers have them; the run of another user is read, and not written."""
    for above in (here, *here.parents):
        if above != Path("/tmp") and above.owner() == "root" and len(above.parts) > 2:  # noqa: S108
            above.chmod(0o755)
    if shutil.which("setpriv") is None:
        pytest.fail("setpriv is missing: apt-get install util-linux")
    stranger = 'exec env -i PATH="$PATH" PYTHONPATH="$PYTHONPATH" URL setpriv --reuid 4242 --regid 4242 '
    stranger += '--clear-groups "$@"'
    done = shell('"$@"', "run", "--every", "1h", cwd=here, PVSIM_BROKER_URL=broker.amqp_url)
    assert done.returncode == 0
    directory = (here / "runs" / "latest").resolve()

    def as_stranger(*arguments, url=""):
        return shell(stranger.replace("URL", url), *arguments, cwd=here)

    if as_stranger("--version").returncode != 0:
        pytest.skip("another user cannot read this environment")
    assert as_stranger("verify", str(directory)).returncode == 0
    done = as_stranger("run")
    assert (done.returncode, b"this user has no home directory" in done.stderr) == (2, True), done.stderr
    done = as_stranger("run", url="PVSIM_BROKER_URL=amqp://127.0.0.1:9")
    assert (done.returncode, b"Permission denied" in done.stderr) == (73, True), done.stderr
    manifest = (directory / "manifest.json").read_bytes()
    (directory / "manifest.json").write_bytes(manifest.replace(b'"complete"', b'"failed"'))
    for command in ("run --resume", "simulate --dir"):
        done = as_stranger(*command.split(), str(directory), url="PVSIM_BROKER_URL=amqp://127.0.0.1:9")
        assert (done.returncode, b"as the run's owner" in done.stderr) == (73, True), done.stderr
    directory.chmod(0o700)
    for command in ("run --resume", "simulate --dir", "verify", "meter --dir"):
        done = as_stranger(*command.split(), str(directory))
        assert (done.returncode, b"Permission denied" in done.stderr) == (73, True), done.stderr


def test_a_defect_in_a_role_is_not_silent(capfd):
    def broken(*_):
        raise ZeroDivisionError

    role = processes.fork_role("broken", broken, error_of)
    role.tell(BEGIN)
    said, code = asyncio.run(ending(role))
    assert (said, code) == (
        [Failed(70, "a defect of pvsim: ZeroDivisionError()", "", "", "report it with the lines above")],
        70,
    )
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_names_that_are_no_text_reach_a_role_and_come_back():
    def wrong(begin, _):
        raise BadInputError("not a run", where=begin.broker.user)

    role = processes.fork_role("wrong", wrong, error_of)
    role.tell(Begin(BrokerAddress("h", 1, 2, os.fsdecode(NO_TEXT), "p"), "streams", 1.0))
    said, code = asyncio.run(ending(role))
    assert (said, code) == ([Failed(65, "not a run", os.fsdecode(NO_TEXT), "", "")], 65)


def test_a_role_that_the_system_refuses_something_says_so():
    def refused(*_):
        Path("/proc/1/nothing").read_bytes()

    role = processes.fork_role("refused", refused, error_of)
    role.tell(BEGIN)
    said, code = asyncio.run(ending(role))
    assert (said[0].what, said[0].where, code) == (
        "the operating system refuses: No such file or directory",
        "/proc/1/nothing",
        1,
    )


async def ending(role):
    return [said async for said in role.reports()], await role.wait()


def test_what_the_terminal_does_not_have_is_a_question_mark(here):
    done = shell('"$@"', "run", "--tz", "Łódź", cwd=here, PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert done.returncode == 2
    assert b"?\xf3d?" in done.stderr


def test_children_are_waited_for_again():
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        make_sound()
        assert signal.getsignal(signal.SIGCHLD) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGCHLD, before)
