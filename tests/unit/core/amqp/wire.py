"""What a server sends, made by pamqp."""

from pamqp import commands, frame, heartbeat
from pamqp.header import ContentHeader

FRAME_MAX = 131_072
BASE = 2**33  # pamqp writes greater integers with 8 bytes, as RabbitMQ writes every offset


def method(one, channel=0):
    return frame.marshal(one, channel)


HEARTBEAT = heartbeat.Heartbeat().marshal()
START = method(
    commands.Connection.Start(
        server_properties={"product": "RabbitMQ", "version": "3.10.8"}, mechanisms="AMQPLAIN PLAIN"
    )
)
TUNE = method(commands.Connection.Tune(2_047, FRAME_MAX, 60))
OPENED = method(commands.Connection.OpenOk())
HANDSHAKE = [START, TUNE, OPENED]


def delivery(tag, offset, body, *, channel=1, pieces=1, headers=None, tag_name="pvsim", key="k", **properties):
    """The frames of a delivery, the body in so many of them; `offset` None for a message of a plain queue."""
    table = {**(headers or {}), **({} if offset is None else {"x-stream-offset": offset})}
    deliver = commands.Basic.Deliver(tag_name, tag, redelivered=False, exchange="pvsim", routing_key=key)
    return [method(deliver, channel), *content(body, table, channel, pieces, properties)]


def content(body, table, channel, pieces, properties):
    """The frames of a header and its body."""
    made = commands.Basic.Properties(headers=table or None, **properties)
    size = max(-(-len(body) // pieces), 1)
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    head = channel.to_bytes(2, "big")
    return [
        frame.marshal(ContentHeader(0, len(body), made), channel),
        *(b"\3" + head + len(part).to_bytes(4, "big") + part + b"\xce" for part in parts),
    ]
