"""A package that is not what was installed is called that, and `./run` makes its environment anew."""

import base64
import hashlib
import subprocess
import sys

import pytest

from pvsim.adapters import environment
from pvsim.adapters.environment import STAMP, damaged, explain


@pytest.fixture
def packages(tmp_path):
    """Two packages with their lists of files, as pip and uv write them."""
    for name in ("numbers_x", "words"):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}-1.0.dist-info").mkdir()
        rows = []
        for file in ("__init__.py", "fast.so"):
            content = f"{name} {file}".encode() * 99
            (tmp_path / name / file).write_bytes(content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.append(f"{name}/{file},sha256={digest},{len(content)}")
        rows += [f"{name}-1.0.dist-info/RECORD,,", f"{name}/__pycache__/__init__.pyc,,"]
        (tmp_path / f"{name}-1.0.dist-info" / "RECORD").write_text("\n".join(rows))
    return tmp_path


def found(packages):
    return [(each.package, each.path.name) for each in damaged(packages)]


def test_what_was_installed_is_not_damaged(packages):
    assert found(packages) == []
    assert explain(ImportError("x"), packages, packages) is None
    assert not list(damaged())


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:100]),
        lambda path: path.write_bytes(b"\0" + path.read_bytes()[1:]),
        lambda path: path.unlink(),
    ],
    ids=["cut", "changed", "removed"],
)
@pytest.mark.parametrize("name", ["__init__.py", "fast.so"])
def test_a_damaged_file_is_found(packages, name, damage):
    damage(packages / "words" / name)
    assert found(packages) == [("words", name)]


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b'"unfinished'])
def test_a_damaged_list_is_damage_too(packages, content):
    record = packages / "words-1.0.dist-info" / "RECORD"
    if content is None:
        record.unlink()
        record.mkdir()
    else:
        record.write_bytes(content)
    assert found(packages) == ([] if content == b'"unfinished' else [("words", "RECORD")])


def stamped(packages, root="/home/me/pvsim"):
    (packages / STAMP).write_text(f"2\nphysics\n1 2\nPython 3.11.2\n\n{root}\n3 4\n")


def test_an_environment_of_a_repository_is_made_anew(packages):
    (packages / "words" / "fast.so").write_bytes(b"")
    stamped(packages)
    what, where, fix = explain(ImportError("x"), packages, packages)
    assert what == "the environment is damaged: words (fast.so) differs from what was installed"
    assert where == str(packages)
    assert fix == "call /home/me/pvsim/run again: it rebuilds the environment"
    assert not (packages / STAMP).exists()


def test_an_environment_of_somebody_else_is_named(packages, monkeypatch):
    (packages / "words" / "fast.so").write_bytes(b"")
    stamped(packages)

    def refuse(_):
        raise PermissionError

    monkeypatch.setattr(environment.Path, "unlink", refuse)
    fix = explain(ImportError("x"), packages, packages)[2]
    assert fix.startswith(f"as its owner: rm {packages / STAMP}")


def test_an_environment_of_another_make_is_mended_by_pip(packages):
    for name in ("words", "numbers_x"):
        (packages / name / "__init__.py").unlink()
    what, _, fix = explain(ImportError("x"), packages, packages)
    assert "numbers_x (__init__.py), words (__init__.py) differ from" in what
    assert fix == f"{sys.executable} -m pip install --force-reinstall --no-cache-dir numbers_x words"


@pytest.mark.parametrize(
    "error", [EOFError("marshal data too short"), ValueError("bad marshal data (unknown type code)")]
)
def test_a_damaged_compiled_file_has_no_digest_but_its_error(packages, error):
    stamped(packages)
    what, _, fix = explain(error, packages, packages)
    assert "a compiled file cannot be read" in what
    assert "/home/me/pvsim/run" in fix


def test_as_a_program_it_prints_the_names_of_the_damaged():
    done = subprocess.run(
        [sys.executable, "-I", environment.__file__], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == ""
