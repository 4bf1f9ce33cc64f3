import pytest

from pvsim.adapters.dask.address import parse_scheduler
from pvsim.errors import UsageError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("local", "local"),
        (" tcp://127.0.0.1:8786 ", "tcp://127.0.0.1:8786"),
        ("tcp://cluster", "tcp://cluster:8786"),
        ("tls://head.example:443", "tls://head.example:443"),
        ("tcp://[::1]:8786", "tcp://[::1]:8786"),
        ("tcp://[::1]", "tcp://[::1]:8786"),
    ],
)
def test_an_address_is_taken_as_dask_writes_it(text, address):
    assert parse_scheduler(text, "--scheduler") == address


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "127.0.0.1:8786", "http://cluster:8787", "tcp://", "tcp://a:0", "tcp://a:65536", "Local"],
)
def test_what_is_none_is_refused_with_an_example(text):
    with pytest.raises(UsageError) as refused:
        parse_scheduler(text, "--scheduler")
    assert refused.value.fix == "for example --scheduler tcp://cluster:8786, or --scheduler local"
