"""The command line. Modules here import nothing heavy at their top: `pvsim --help` takes 0.1 s."""

from pvsim.cli.main import main

__all__ = ["main"]
