"""`python -m pvsim` and the `pvsim` command."""

from pvsim.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
