"""What a run's `manifest.json` holds."""

from typing import Any, Literal

import msgspec

from pvsim.adapters.shared.manifests import FileFacts

__all__ = ["MANIFEST_VERSION", "Manifest", "Status"]

MANIFEST_VERSION = 1

Status = Literal["running", "complete", "partial", "interrupted", "failed"]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is and how it ended. A result is whole only where `status` is `complete`.

    Attributes:
        manifest: Version of this file's form.
        config: The resolved configuration.
        config_sha256: Its digest.
        versions: Of pvsim and what it ran with.
        created_utc: Wall-clock time.
        finished_utc: Wall-clock time, None while it runs.
        counts: received = written + duplicates + rejected (I4).
        confirmed: Readings that the broker confirmed to the run's own meter; None where that ran by itself, or is
            somebody else's.
        files: Facts of the finished files.
        error: Why it failed.
        inputs: What was read from files of measured data: days, gaps, clipped values.
        partitions: Where the meters are spread over several streams: by which hash with which seed, and of each
            partition its stream, its directory and how many meters it has.
        homes: Of each meter what there is at its home and what it has drawn; None where no meter is a building.
        not_promised: What the file system of the run's directory could not do, and what that costs; None where
            it can do everything.
        missing: Stretches of time without rows: how many `spans`, and the `first` of them.
        held: Stretches of rows that have the previous value for a missing one, with the same fields.
        command: What was typed to make it, as far as its rows depend on it; None where no command made it.
        clock: How fast the meter went, for example `60x`; None for as fast as possible. No row depends on it.
    """

    manifest: int = MANIFEST_VERSION
    status: Status
    run_id: str
    config: dict[str, Any]
    config_sha256: str
    seed: int
    versions: dict[str, str]
    created_utc: str
    finished_utc: str | None = None
    counts: dict[str, int] | None = None
    files: dict[str, FileFacts] | None = None
    error: str | None = None
    inputs: dict[str, Any] | None = None
    not_promised: tuple[str, ...] | None = None
    missing: dict[str, Any] | None = None
    held: dict[str, Any] | None = None
    clock: str | None = None
    command: str | None = None
    confirmed: int | None = None
    homes: dict[str, Any] | None = None
    partitions: dict[str, Any] | None = None
