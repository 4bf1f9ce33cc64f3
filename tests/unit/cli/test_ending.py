"""What is said of an error at the end of a command."""

import click
import pytest

from pvsim.cli.ending import error_of, short_of_memory
from pvsim.cli.main import cli

MORE = "end what else is running, or allow more (ulimit -v unlimited)"


@pytest.mark.parametrize(
    ("command", "less"),
    [("run", ", or give fewer --meters"), ("study", ", or give fewer --jobs"), ("verify", "")],
)
def test_where_memory_is_short_the_command_says_what_it_needs_less_with(command, less):
    with click.Context(cli.commands[command]):
        assert error_of(MemoryError()).fix == MORE + less
    assert error_of(MemoryError()).fix == MORE


def test_other_errors_have_nothing_to_do_with_memory():
    assert short_of_memory(ValueError("x")) is None
