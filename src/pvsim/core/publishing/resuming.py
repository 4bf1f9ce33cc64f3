"""Whether a service can go on with the stream of its samples, after it or its connection was lost.

The stream says the publishing id of the last sample that it has, which is the `row` of the sample + 1. The broker
drops what it has already, whatever is sent.

    after the last row of the stream           what it means                            the service
    -----------------------------------------  ---------------------------------------  -----------------------
    confirmed before, up to safe on disk       some were confirmed, and it was not told goes on there
    less than was confirmed                    it was deleted, or lost its end          goes on, and says so
    more than is safe on disk                  another publisher, or older files        stops
"""

from pvsim.errors import BadInputError

__all__ = ["lacking"]


def lacking(stream: str, next_row: int, confirmed_to: int, safe_rows: int) -> range:
    """The rows whose samples a stream had once and lacks now; mostly none.

    Args:
        stream: Its name.
        next_row: The number after the last row that it has.
        confirmed_to: The number after the last row that was confirmed.
        safe_rows: How many rows the service has.

    Raises:
        BadInputError: if it has samples of rows that this service does not have.
    """
    if next_row > safe_rows:
        what = (
            f"the stream {stream} has samples up to row {next_row - 1:,}, and the service has {safe_rows:,} rows:"
            " another service of this name publishes to it, or the files were replaced by older ones"
        )
        fix = "give this service another --name, or the --out of the files that the samples are of; on a RabbitMQ"
        fix += f" of your own you may remove the stream, too: rabbitmqctl delete_queue {stream}"
        raise BadInputError(what, where=stream, fix=fix)
    return range(next_row, confirmed_to)
