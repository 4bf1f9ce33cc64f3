"""`./run` and `./test` set up a machine: tried on a copy of the scripts with a tiny product and a tiny lock.

No network: the locked packages are wheels made here, and uv is the repository's own. apt-get, sudo and a
machine without Python are played by small scripts.
"""

import base64
import hashlib
import os
import select
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
# Permissions do not hold root back, unless it gives up the capability to override them.
HELD_BACK = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override") if os.geteuid() == 0 else ()

COREUTILS = ("cat", "cksum", "date", "env", "mkdir", "mv", "readlink", "rm", "stat", "tail", "touch")
SMALL_TOOLS = (*COREUTILS, "flock", "grep", "sed", "sh")

PYPROJECT = """\
[build-system]
requires = ["uv_build>=0.13,<0.14"]
build-backend = "uv_build"
[project]
name = "pvsim"
version = "0"
requires-python = ">=3.11"
[project.scripts]
pvsim = "pvsim:main"
"""

PRODUCT = """\
import importlib.util, os, sys
def main():
    extras = [name for name in ("tinybase", "tinydev") if importlib.util.find_spec(name)]
    print(os.getcwd(), sys.argv[1:], extras, sep="|")
    return int(os.environ.get("EXIT", "0"))
"""


@dataclass
class Machine:
    """A copy of the scripts, and the environment that they are called in."""

    root: Path
    wheels: Path
    env: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()

    def command(self, script: str, *args: str) -> list[str]:
        return [*self.before, str(self.root / script), *args]

    def call(self, *args: str, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command("run", *args),
            cwd=cwd or self.root.parent,
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    @property
    def stamp(self) -> Path:
        return self.root / ".venv" / ".pvsim-stamp"

    def set_up_dev(self) -> subprocess.CompletedProcess[str]:
        script = f"set -eu; ROOT='{self.root}'; . '{self.root}/scripts/setup.sh'; ensure_environment dev"
        return subprocess.run(
            ["/bin/sh", "-c", script], env=self.env, capture_output=True, text=True, timeout=240, check=True
        )


def make_wheel(folder: Path, name: str, files: dict[str, str], version: str = "1") -> str:
    """Write a wheel and return its line for a lock."""
    info = f"{name}-{version}.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = []
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record.append(f"{path},sha256={digest},{len(text.encode())}")
        archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,", ""]))
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def find_uv() -> Path:
    for candidate in (str(REPOSITORY / ".tools" / "bin" / "uv"), shutil.which("uv")):
        if candidate and Path(candidate).exists():
            return Path(candidate)
    raise FileNotFoundError("uv: call ./test once, which brings it")


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """A clone, in a path with spaces, where nothing is set up."""
    root = tmp_path / "a clone of it"
    (root / "scripts").mkdir(parents=True)
    for name in ("run", "test", "scripts/setup.sh"):
        shutil.copy2(REPOSITORY / name, root / name)
    (root / "src" / "pvsim").mkdir(parents=True)
    (root / "src" / "pvsim" / "__init__.py").write_text(PRODUCT)
    (root / "src" / "pvsim" / "adapters").mkdir()
    shutil.copy2(REPOSITORY / "src/pvsim/adapters/environment.py", root / "src/pvsim/adapters/environment.py")
    (root / "pyproject.toml").write_text(PYPROJECT)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    base = make_wheel(wheels, "tinybase", {"tinybase.py": "x = 1\n", "tiny.so": "y" * 999})
    (root / "requirements").mkdir()
    (root / "requirements" / "all.txt").write_text(base)
    (root / "requirements" / "dev.txt").write_text(base + make_wheel(wheels, "tinydev", {"tinydev.py": ""}))
    uv = f'#!/bin/sh\nexec "{find_uv()}" "$@"\n'
    tools = make_wheel(wheels, "uv", {"uv-1.data/scripts/uv": uv})
    (root / "requirements" / "tools.txt").write_text(tools)
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    env = {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "HOME": str(tmp_path / "home"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "UV_OFFLINE": "1",
        "UV_FIND_LINKS": str(wheels),
    }
    return Machine(root, wheels, env)


@pytest.fixture
def machine(bare: Machine) -> Machine:
    """The same with uv in place, which spares each test the seconds that a venv with pip costs."""
    tool = bare.root / ".tools" / "bin" / "uv"
    tool.parent.mkdir(parents=True)
    tool.symlink_to(find_uv())
    lock = (bare.root / "requirements" / "tools.txt").read_bytes()
    total = subprocess.run(["/usr/bin/cksum"], input=lock, capture_output=True, check=True).stdout
    (bare.root / ".tools" / ".pvsim-stamp").write_bytes(total)
    return bare


@pytest.fixture
def no_python(bare: Machine, tmp_path: Path) -> Machine:
    """A machine with the usual small tools but no Python, sudo or apt-get; its user is not root."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in SMALL_TOOLS:
        (tools / name).symlink_to(shutil.which(name) or name)
    script(tools / "id", "echo 1000")
    bare.env["PATH"] = str(tools)
    return bare


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def steps(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in done.stderr.splitlines() if line.startswith("setup: ")]


@pytest.mark.parametrize("name", ["run", "test", "scripts/setup.sh"])
def test_the_scripts_are_posix_shell(name: str) -> None:
    done = subprocess.run(["/bin/dash", "-n", str(REPOSITORY / name)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_from_nothing_to_the_first_result(bare: Machine) -> None:
    done = bare.call()
    assert done.stdout == f"{bare.root.parent}|['run']|['tinybase']\n", done.stderr
    assert steps(done) == [
        "setup: fetching uv into .tools",
        "setup: installing the locked packages into .venv (all)",
    ]


@pytest.mark.slow
def test_a_tool_that_differs_from_the_lock_is_refused(bare: Machine) -> None:
    make_wheel(bare.wheels, "uv", {"uv-1.data/scripts/uv": "#!/bin/sh\necho evil\n"})
    done = bare.call()
    assert done.returncode == 69
    assert "error: refused uv: a package differs from the one that requirements/*.txt names" in done.stderr
    assert not (bare.root / ".tools" / "bin" / "uv").exists()


def test_a_package_that_differs_from_the_lock_is_refused(machine: Machine) -> None:
    make_wheel(machine.wheels, "tinybase", {"tinybase.py": "evil = True"})
    done = machine.call()
    assert done.returncode == 69
    assert "error: refused the locked packages" in done.stderr
    assert not machine.stamp.exists()


def test_arguments_exit_code_and_current_directory_are_the_products(machine: Machine, tmp_path: Path) -> None:
    here = tmp_path / "somewhere else"
    here.mkdir()
    done = machine.call("meter", "two words", "", cwd=here, EXIT="75")
    assert done.returncode == 75
    assert done.stdout == f"{here}|['meter', 'two words', '']|['tinybase']\n"


def test_a_second_call_is_silent(machine: Machine) -> None:
    assert steps(machine.call()) != []
    assert machine.call().stderr == ""


def test_it_runs_through_a_symlink_and_from_its_own_directory(machine: Machine, tmp_path: Path) -> None:
    machine.call()
    link = tmp_path / "pv"
    link.symlink_to(machine.root / "run")
    for command in ([str(link), "x"], ["sh", "run", "x"], ["./run", "x"]):
        done = subprocess.run(
            command,
            cwd=machine.root,
            env=machine.env | {"CDPATH": "/"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == (f"{machine.root}|['x']|['tinybase']\n", "")


def test_the_dev_environment_serves_run_and_is_not_taken_apart(machine: Machine) -> None:
    machine.call()
    machine.set_up_dev()
    done = machine.call()
    assert (done.stdout.rpartition("|")[2], done.stderr) == ("['tinybase', 'tinydev']\n", "")
    lock = machine.root / "requirements" / "all.txt"
    lock.write_text(lock.read_text() + "# changed\n")
    done = machine.call()
    assert steps(done) == ["setup: installing the locked packages into .venv (dev)"]
    assert done.stdout.endswith("|['tinybase', 'tinydev']\n")


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.call()
    lock = machine.root / "requirements" / "all.txt"
    lock.write_text((machine.root / "requirements" / "dev.txt").read_text())
    assert machine.call().stdout.endswith("|['tinybase', 'tinydev']\n")


def test_a_moved_clone_is_set_up_again(machine: Machine) -> None:
    machine.call()
    machine.root = machine.root.rename(machine.root.with_name("moved"))
    done = machine.call()
    assert (done.returncode, len(steps(done))) == (0, 1)
    assert str(machine.root) in (machine.root / ".venv" / "bin" / "pvsim").read_text()


def test_a_half_made_environment_is_made_again(machine: Machine) -> None:
    machine.call()
    machine.stamp.unlink()
    (machine.root / ".venv" / "bin" / "python").unlink()
    done = machine.call()
    assert (done.returncode, len(steps(done))) == (0, 1)
    assert machine.stamp.exists()


def installed(machine: Machine, name: str) -> Path:
    return next((machine.root / ".venv" / "lib").glob(f"python3*/site-packages/{name}"))


def test_bytecode_is_there_from_the_first_call_on(machine: Machine) -> None:
    machine.call(PYTHONDONTWRITEBYTECODE="1")
    assert list(installed(machine, "tinybase.py").parent.glob("__pycache__/tinybase.*.pyc"))
    assert list((machine.root / "src" / "pvsim" / "__pycache__").glob("__init__.*.pyc"))


@pytest.mark.parametrize("content", ["", "y" * 998, None])
def test_a_library_that_was_cut_short_is_noticed_and_mended(machine: Machine, content: str | None) -> None:
    machine.call()
    library = installed(machine, "tiny.so")
    library.unlink() if content is None else library.write_text(content)
    done = machine.call()
    assert (done.returncode, len(steps(done))) == (0, 1), done.stderr
    assert library.read_text() == "y" * 999
    assert machine.call().stderr == ""


def test_a_damaged_cache_harms_no_clone_and_is_fetched_anew(machine: Machine) -> None:
    machine.call()
    cached = list((Path(machine.env["HOME"]) / ".cache" / "uv").rglob("tinybase.py"))
    assert cached
    for path in cached:
        path.write_text("x = 2\n")
    assert installed(machine, "tinybase.py").read_text() == "x = 1\n"
    machine.stamp.unlink()  # pvsim does that when it finds a package damaged
    done = machine.call()
    assert done.returncode == 0, done.stderr
    assert steps(done)[1] == "setup: damaged in the cache, fetching anew: tinybase"
    assert installed(machine, "tinybase.py").read_text() == "x = 1\n"
    machine.stamp.unlink()
    assert len(steps(machine.call())) == 1  # the cache is whole again


def test_a_failed_set_up_leaves_no_stamp_and_the_next_one_heals_it(machine: Machine) -> None:
    machine.call()
    lock = machine.root / "requirements" / "all.txt"
    good = lock.read_text()
    lock.write_text(good + "nowhere==1 --hash=sha256:" + "0" * 64 + "\n")
    done = machine.call()
    assert done.returncode == 69
    assert "error: could not fetch the locked packages from the package index" in done.stderr
    assert "  | " in done.stderr
    assert "nowhere" in done.stderr
    assert f"log: {machine.env['HOME']}/.local/state/pvsim/setup.log" in done.stderr
    assert "fix: check the network" in done.stderr
    assert not machine.stamp.exists()
    lock.write_text(good)
    assert machine.call().returncode == 0


def test_an_interrupted_set_up_is_done_again(machine: Machine, tmp_path: Path) -> None:
    started, forever = tmp_path / "started", tmp_path / "forever"
    os.mkfifo(started)
    os.mkfifo(forever)
    tool = machine.root / ".tools" / "bin" / "uv"
    tool.unlink()
    hang = f'case "$*" in *"pip sync"*) echo >"{started}"; read -r _ <>"{forever}" ;; esac'
    script(tool, f'{hang}\nexec "{find_uv()}" "$@"')
    reader = os.open(started, os.O_RDWR | os.O_NONBLOCK)
    with subprocess.Popen(
        machine.command("run"), env=machine.env, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as call:
        assert select.select([reader], [], [], 240)[0]
        os.killpg(call.pid, signal.SIGINT)
        _, said = call.communicate(timeout=240)
    os.close(reader)
    assert call.returncode in {130, -signal.SIGINT}
    assert said.splitlines()[1:] == ["setup: interrupted; the next call goes on from here"]
    assert not machine.stamp.exists()
    script(tool, f'exec "{find_uv()}" "$@"')
    assert (machine.call().returncode, machine.stamp.exists()) == (0, True)


def test_two_at_once_set_up_once(machine: Machine) -> None:
    calls = [
        subprocess.Popen(
            machine.command("run"), env=machine.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    ended = [call.communicate(timeout=240) for call in calls]
    assert [call.returncode for call in calls] == [0, 0, 0]
    assert [out.endswith("|['run']|['tinybase']\n") for out, _ in ended] == [True] * 3
    assert "".join(err for _, err in ended).count("installing the locked packages") == 1


def test_without_a_home_directory(machine: Machine) -> None:
    machine.env["HOME"] = "/proc/nowhere"
    assert machine.call().returncode == 0
    assert (machine.root / ".setup" / "setup.log").exists()


def test_without_python_it_names_the_command(no_python: Machine) -> None:
    done = no_python.call()
    assert done.returncode == 69
    assert done.stderr == (
        "error: Python 3.11 or newer is missing\n"
        "  fix: install it, or name one: PVSIM_PYTHON=/path/to/python3 ./run\n"
    )


def test_without_python_and_without_root_it_does_not_call_apt(no_python: Machine, tmp_path: Path) -> None:
    script(tmp_path / "tools" / "apt-get", "echo called >>called")
    done = no_python.call()
    assert done.returncode == 69
    assert "as root: apt-get install python3-venv" in done.stderr
    assert not (no_python.root.parent / "called").exists()


def test_root_installs_python_with_apt_and_says_why_it_failed(no_python: Machine, tmp_path: Path) -> None:
    script(tmp_path / "tools" / "id", "echo 0")
    script(tmp_path / "tools" / "apt-get", 'echo "$DEBIAN_FRONTEND: $*"; echo "E: no such package" >&2; exit 100')
    done = no_python.call()
    assert done.returncode == 69
    assert "setup: installing python3-venv and ca-certificates (apt-get)" in done.stderr
    assert "could not install it" in done.stderr
    assert "noninteractive: -o DPkg::Lock::Timeout=120 update" in done.stderr
    assert "E: no such package" in done.stderr


def test_sudo_is_used_where_it_asks_nothing_and_only_there(no_python: Machine, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    script(tools / "apt-get", "echo apt-get as $RANK; exit 100")
    script(tools / "sudo", '[ "$1" = -n ] || { echo asked >>asked; exit 1; }\nshift; RANK=root exec "$@"')
    (tools / "true").symlink_to(shutil.which("true") or "true")
    assert "apt-get as root" in no_python.call().stderr
    assert "as root: apt-get install" in no_python.call(PVSIM_NO_SUDO="1").stderr
    script(tools / "sudo", "echo asked >>asked; exit 1")
    (no_python.root.parent / "asked").unlink(missing_ok=True)
    done = no_python.call()
    assert done.returncode == 69
    assert "as root: apt-get install python3-venv" in done.stderr
    assert (no_python.root.parent / "asked").read_text() == "asked\n"  # `sudo -n true`, and no more


def test_python_without_ensurepip(no_python: Machine, tmp_path: Path) -> None:
    script(
        tmp_path / "tools" / "python3",
        f'case "$*" in *ensurepip*) exit 1 ;; esac\n{sys.executable} "$@" >/dev/null && echo "$0"',
    )
    script(tmp_path / "tools" / "apt-get", "exit 100")
    done = no_python.call()
    assert done.returncode == 69
    assert f"the module venv or ensurepip of {tmp_path}/tools/python3 is missing" in done.stderr
    assert "as root: apt-get install python3-venv" in done.stderr


@pytest.mark.parametrize("wrong", ["/nowhere/python3", "/bin/true", "/bin/false"])
def test_a_wrong_pvsim_python(machine: Machine, wrong: str) -> None:
    done = machine.call(PVSIM_PYTHON=wrong)
    assert done.returncode == 2
    assert f"error: PVSIM_PYTHON={wrong} is not a CPython 3.11 or newer" in done.stderr


def test_pvsim_python_is_taken_and_kept(machine: Machine) -> None:
    machine.env["PATH"] = "/usr/bin:/bin"
    assert len(steps(machine.call(PVSIM_PYTHON=sys.executable))) == 1
    assert machine.call(PVSIM_PYTHON=sys.executable).stderr == ""
    assert machine.call().stderr == ""


def test_a_clone_that_cannot_be_written(machine: Machine) -> None:
    machine.call()
    machine.before = HELD_BACK
    machine.root.chmod(0o555)
    try:
        ready = machine.call(PYTHONDONTWRITEBYTECODE="1")
        machine.stamp.unlink()
        not_ready = machine.call()
    finally:
        machine.root.chmod(0o755)
    assert (ready.returncode, ready.stderr) == (0, "")
    assert not_ready.returncode == 73
    assert not_ready.stderr.startswith(f"error: cannot write to {machine.root}, and its Python environment is not")
    assert "fix: run ./run once as the owner" in not_ready.stderr
