"""Jobs carried out by a Dask cluster: one that is there already, or processes of this machine.

Whatever imports the library is imported when a cluster is asked for.
"""

from pvsim.adapters.dask.address import LOCAL, parse_scheduler
from pvsim.adapters.dask.cluster import open_cluster

__all__ = ["LOCAL", "open_cluster", "parse_scheduler"]
