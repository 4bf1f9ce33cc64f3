"""Manifests: what the directory of a run or a study says of itself, as JSON, with the digests of its files."""

from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from typing import TypeVar

import msgspec

from pvsim.adapters.shared.disk import cannot_read
from pvsim.core.quantities.json_text import NOT_DECODED
from pvsim.errors import BadInputError

__all__ = ["FileFacts", "encode_manifest", "facts_of_file", "read_manifest"]

Form = TypeVar("Form", bound=msgspec.Struct)


class FileFacts(msgspec.Struct, frozen=True):
    """Length and digest of a file as it was when the manifest was written."""

    bytes: int
    sha256: str


def read_manifest(
    path: Path,
    form: type[Form],
    *,
    version_of: Callable[[Form], int],
    known: int,
    instead: str,
    check: Callable[[Form], None] = lambda _: None,
) -> Form | None:
    """A manifest; None where there is none.

    Args:
        path: Of the manifest.
        form: What it holds.
        version_of: Gives the version of its form.
        known: The version that is read.
        instead: What can be done without it.
        check: Raises `msgspec.ValidationError` where its parts are not what they are called.

    Raises:
        BadInputError: if it is damaged, or of another version.
        PvsimError: if it cannot be read.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise cannot_read(error, path) from error
    try:
        manifest = msgspec.json.decode(content, type=form)
        if version_of(manifest) == known:
            check(manifest)
    except NOT_DECODED as error:
        what, fix = f"the manifest is damaged: {error}", f"restore it from a copy, or {instead}"
        raise BadInputError(what, where=str(path), fix=fix) from error
    if (version := version_of(manifest)) != known:
        what = f"a manifest of version {version}; this pvsim reads version {known}"
        fix = f"use the version of pvsim that wrote it, or {instead}"
        raise BadInputError(what, where=str(path), fix=fix)
    return manifest


def encode_manifest(manifest: msgspec.Struct) -> bytes:
    """A manifest as it is written, for people too."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def facts_of_file(path: Path) -> FileFacts | None:
    """Length and digest of a file; None where there is none.

    Raises:
        PvsimError: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256")
            return FileFacts(file.tell(), digest.hexdigest())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise cannot_read(error, path) from error
