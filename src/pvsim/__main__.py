"""`python -m pvsim` and the `pvsim` command."""

import os

# numpy starts a thread for each core for linear algebra that pvsim does not use: 70 ms of CPU at every start
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pvsim.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
