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
    except Exception as error:
        _say_if_damaged(error)
        raise
    command_line()


def _say_if_damaged(error: Exception) -> None:
    """Without its packages pvsim cannot even say so in its usual way."""
    from pvsim.adapters.environment import explain  # noqa: PLC0415 - only where something is wrong
    from pvsim.adapters.shared.memory import MORE_MEMORY, memory_short  # noqa: PLC0415 - as above

    if (short := memory_short(error)) is not None:
        sys.exit(f"error: {short}\n  fix: {MORE_MEMORY}")
    if (said := explain(error)) is not None:
        what, where, fix = said
        sys.exit(f"error: {what}\n   at: {where}\n  fix: {fix}")


if __name__ == "__main__":
    main()
