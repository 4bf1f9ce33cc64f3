"""`pvsim bench`: how fast, against the broker's own limit in the same run."""

import click

__all__ = ["COMMANDS"]

COMMANDS: tuple[click.Command, ...] = ()
