"""The directory of a run: its manifest, its lock files, and the link to the latest one."""

from pvsim.adapters.rundir.directory import MANIFEST, SUMMARY, RunDirectory
from pvsim.adapters.rundir.manifest import Manifest, Status

__all__ = ["MANIFEST", "SUMMARY", "Manifest", "RunDirectory", "Status"]
