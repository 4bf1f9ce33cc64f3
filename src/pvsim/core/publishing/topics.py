"""Under which names the values of a service are published: routing key and stream of its samples, MQTT topics.

    pv.<service>.<meter>              each sample, at the exchange `pvsim`
    pvsim.<service>.samples           the stream of all samples
    pvsim/<service>/status            online or offline (last will)
    pvsim/<service>/state             all meters together, JSON
    pvsim/<service>/<meter>/state     one meter, JSON: values of one period in one message
    pvsim/<service>/<meter>/<value>   the same as one bare number a topic: pv_w, grid_w, soc, import_wh, …

RabbitMQ makes a routing key of a topic, `/` becomes `.`: names of services and meters have no dots.
"""

import msgspec

from pvsim.core.publishing.contract import ServiceState, State, body_of

__all__ = [
    "Publication",
    "availability_topic",
    "meter_topic",
    "publications",
    "routing_key",
    "sample_stream",
    "state_topic",
]

ROOT = "pvsim"
POWERS = ("meter_w", "pv_w", "net_w", "grid_w", "battery_w", "soc")


class Publication(msgspec.Struct, frozen=True):
    """A payload for a topic; the broker keeps the last one of each topic for whoever subscribes later."""

    topic: str
    payload: bytes


def routing_key(service: str, meter: str) -> str:
    """The key under which the exchange `pvsim` gets the samples of a meter."""
    return f"pv.{service}.{meter}"


def sample_stream(service: str) -> str:
    """The stream that has all samples of a service."""
    return f"pvsim.{service}.samples"


def availability_topic(service: str) -> str:
    """Where the service says whether it runs."""
    return f"{ROOT}/{service}/status"


def state_topic(service: str, meter: str | None = None) -> str:
    """Where the values of one period come together, of one meter or of all."""
    return f"{ROOT}/{service}/state" if meter is None else f"{ROOT}/{service}/{meter}/state"


def meter_topic(service: str, meter: str, value: str) -> str:
    """Where one value of a meter comes alone."""
    return f"{ROOT}/{service}/{meter}/{value}"


def publications(state: State | ServiceState) -> tuple[Publication, ...]:
    """What is published of a state: the whole first, then of a meter each value by itself."""
    if isinstance(state, ServiceState):
        return (Publication(state_topic(state.service), body_of(state)),)
    values = {name: getattr(state, name) for name in POWERS}
    values |= {name: getattr(state.counters, name) for name in state.counters.__struct_fields__}
    whole = Publication(state_topic(state.service, state.meter), body_of(state))
    alone = (
        Publication(meter_topic(state.service, state.meter, name), msgspec.json.encode(value))
        for name, value in values.items()
        if value is not msgspec.UNSET
    )
    return (whole, *alone)
