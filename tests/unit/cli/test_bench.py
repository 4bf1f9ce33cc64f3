"""What commands take, measured as they are typed."""

import os

import pytest

from pvsim.cli.bench import _time_command
from pvsim.errors import PvsimError


def test_a_command_takes_time_and_the_processor():
    seconds, cpu_s = _time_command(["--version"], dict(os.environ), "streams")
    assert seconds > 0
    assert cpu_s > 0


def test_a_command_that_fails_has_no_time():
    with pytest.raises(PvsimError, match="pvsim run --days 0 ended with exit code 2") as caught:
        _time_command(["run", "--days", "0"], dict(os.environ), "streams")
    assert caught.value.fix == "see what it says: pvsim run --days 0"
