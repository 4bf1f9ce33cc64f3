"""The files of an open-ended service: daily files of meters, their checkpoint, index, and rejected messages."""

from pvsim.adapters.session_files.files import SessionFiles
from pvsim.adapters.session_files.index import Index, IndexedDay
from pvsim.adapters.session_files.jobs import Figures, Job, Listed, Sealed

__all__ = ["Figures", "Index", "IndexedDay", "Job", "Listed", "Sealed", "SessionFiles"]
