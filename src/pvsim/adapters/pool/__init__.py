"""Jobs carried out by several processes of this machine."""

from pvsim.adapters.pool.cores import cores
from pvsim.adapters.pool.local import LocalPool

__all__ = ["LocalPool", "cores"]
