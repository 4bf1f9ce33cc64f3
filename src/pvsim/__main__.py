"""`python -m pvsim` and the `pvsim` command."""

import os
import sys

# numpy starts a thread for each core for linear algebra that pvsim does not use: 70 ms of CPU at every start
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C while Python still imports ends without a traceback."""
    try:
        from pvsim.cli import main as command_line  # noqa: PLC0415 - after the setting, and within the `try`
    except KeyboardInterrupt:
        sys.exit(130)
    command_line()


if __name__ == "__main__":
    main()
