"""What the last row of a stream means, as a table."""

import pytest

from pvsim.core.publishing.resuming import lacking
from pvsim.errors import BadInputError


@pytest.mark.parametrize(
    ("next_row", "confirmed_to", "safe_rows", "lost"),
    [
        (0, 0, 0, range(0)),  # a new service
        (0, 0, 500, range(0)),  # that had published nothing before
        (100, 100, 500, range(0)),
        (150, 100, 500, range(0)),  # confirmed, and it was not told
        (500, 100, 500, range(0)),
        (40, 100, 500, range(40, 100)),
        (0, 100, 100, range(100)),
    ],
)
def test_a_stream_that_has_no_more_than_the_service_can_be_gone_on_with(next_row, confirmed_to, safe_rows, lost):
    found = lacking("pvsim.home.samples", next_row, confirmed_to, safe_rows)
    assert list(found) == list(lost)


def test_a_stream_that_has_more_stops_the_service_and_says_what_to_do():
    with pytest.raises(BadInputError, match="up to row 500, and the service has 500 rows") as raised:
        lacking("pvsim.home.samples", 501, 100, 500)
    assert "another --name, or the --out of the files" in raised.value.fix
    assert "on a RabbitMQ of your own" in raised.value.fix  # pvsim's has no rabbitmqctl that a user could call
    assert "rabbitmqctl delete_queue pvsim.home.samples" in raised.value.fix
