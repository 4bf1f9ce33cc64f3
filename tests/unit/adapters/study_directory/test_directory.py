"""A study's directory has one worker at a time, and what is written into it is whole."""

import os

import pytest

from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.shared.locks import HeldError
from pvsim.adapters.shared.manifests import FileFacts
from pvsim.adapters.study_directory import MANIFEST, StudyCounts, StudyDirectory, StudyManifest, StudyStatus
from pvsim.errors import BadInputError, CannotWriteError, PvsimError

BEGUN = StudyManifest(
    name="roof", versions={"pvsim": "0.2.0"}, study_sha256="00", created_utc="2024-06-21T00:00:00Z"
)


def directory(path):
    return StudyDirectory(path, FileSystem())


def test_a_manifest_comes_back(tmp_path):
    study = directory(tmp_path / "studies/roof")
    with study.lock():
        assert study.manifest() is None
        study.save(BEGUN)
        assert study.manifest() == BEGUN
        study.write("cases.csv", b"number\n0\n")
        facts = {"cases.csv": study.facts("cases.csv")}
        assert facts["cases.csv"] == FileFacts(9, facts["cases.csv"].sha256)
        assert study.facts("study.html") is None
    assert study.manifest().status is StudyStatus.OPEN
    assert StudyCounts(3, 2, 1).elsewhere == 0


def test_a_file_that_is_there_already_is_not_written_again(tmp_path):
    study = directory(tmp_path)
    study.write("cases.csv", b"number\n")
    before = (tmp_path / "cases.csv").stat()
    study.write("cases.csv", b"number\n")
    assert (tmp_path / "cases.csv").stat().st_ino == before.st_ino
    study.write("cases.csv", b"number\n1\n")
    assert (tmp_path / "cases.csv").read_bytes() == b"number\n1\n"
    assert [path.name for path in tmp_path.iterdir()] == ["cases.csv"]


def test_two_processes_cannot_work_on_one_study(tmp_path):
    study, pid = directory(tmp_path), os.getpid()
    with study.lock():
        study.save(BEGUN)
        with pytest.raises(HeldError) as caught, directory(tmp_path).lock():
            pass
    assert caught.value.what == f"another process works on this study (process {pid})"
    assert caught.value.fix == f"wait for it, stop it: kill {pid}, or give another --out"
    with directory(tmp_path).lock():
        pass


def test_a_directory_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "letters.txt").write_text("Dear")
    with (
        pytest.raises(CannotWriteError, match=r"something else than a study: letters\.txt"),
        directory(tmp_path).lock(),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_file_in_place_of_the_directory(tmp_path):
    (tmp_path / "roof").write_text("")
    with pytest.raises(CannotWriteError) as caught, directory(tmp_path / "roof").lock():
        pass
    assert caught.value.fix == "it is a file: give another --out"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"{", "the manifest is damaged"),
        (b'{"name": 3}', "the manifest is damaged"),
        (b'{"study":2,"name":"a","versions":{},"study_sha256":"","created_utc":""}', "a manifest of version 2"),
    ],
)
def test_a_damaged_manifest(tmp_path, content, what):
    (tmp_path / MANIFEST).write_bytes(content)
    with pytest.raises(BadInputError, match=what):
        directory(tmp_path).manifest()


def test_what_cannot_be_read(tmp_path):
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(PvsimError, match="cannot read"):
        directory(tmp_path).manifest()
    with pytest.raises(PvsimError, match="cannot read"):
        directory(tmp_path).facts(MANIFEST)
    (tmp_path / "cases.csv").mkdir()
    with pytest.raises(CannotWriteError, match="cannot write"):
        directory(tmp_path).write("cases.csv", b"")
    assert not (tmp_path / ".cases.csv.new").exists()
