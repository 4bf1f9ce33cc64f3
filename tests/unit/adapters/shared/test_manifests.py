"""A manifest comes back as it was written, or is refused with what can be done."""

from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.shared.manifests import FileFacts, encode_manifest, facts_of_file, read_manifest
from pvsim.errors import BadInputError, PvsimError


class Tea(msgspec.Struct):
    leaves: int
    version: int = 3


def read(path):
    return read_manifest(path, Tea, version_of=lambda tea: tea.version, known=3, instead="boil another")


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_manifest_comes_back(tmp_path_factory, leaves):
    path = tmp_path_factory.getbasetemp() / "tea.json"
    path.write_bytes(encode_manifest(Tea(leaves)))
    assert read(path) == Tea(leaves)


def test_it_can_be_read_by_people():
    assert encode_manifest(Tea(4)) == b'{\n  "leaves": 4,\n  "version": 3\n}\n'


@pytest.mark.parametrize(
    ("content", "what", "fix"),
    [
        (b"{", "the manifest is damaged: ", "restore it from a copy, or boil another"),
        (b'{"leaves": "many"}', "the manifest is damaged: Expected `int`", "restore it from a copy"),
        (b'{"l\xff": 1}', "the manifest is damaged: ", "restore it from a copy"),
        (b"[" * 99_999, "the manifest is damaged: ", "restore it from a copy"),
        (
            b'{"leaves": 1, "version": 4}',
            "a manifest of version 4; this pvsim reads version 3",
            "use the version of pvsim that wrote it, or boil another",
        ),
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path, content, what, fix):
    path = tmp_path / "tea.json"
    path.write_bytes(content)
    with pytest.raises(BadInputError) as caught:
        read(path)
    assert caught.value.where == str(path)
    assert caught.value.what.startswith(what)
    assert caught.value.fix.startswith(fix)


@pytest.mark.parametrize("take", [read, facts_of_file])
def test_nothing_is_not_the_same_as_what_cannot_be_read(tmp_path, take):
    assert take(tmp_path / "tea.json") is None
    (tmp_path / "file").touch()
    assert take(tmp_path / "file" / "tea.json") is None
    with pytest.raises(PvsimError, match="cannot read: Is a directory"):
        take(tmp_path)


@given(st.binary())
def test_facts_of_a_file(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "tea"
    path.write_bytes(content)
    assert facts_of_file(path) == FileFacts(len(content), sha256(content).hexdigest())
