"""What comes by one topic: all of a meter, or one of its phases."""

__all__ = ["channel_name", "meter_of_channel"]

_PHASE = " ("


def channel_name(meter: str, phase: str) -> str:
    """`house (L2)` of a phase, `house` of a meter that has none; no two are the same."""
    return f"{meter}{_PHASE}{phase})" if phase else meter


def meter_of_channel(channel: str) -> str:
    """The meter of a channel, by its name."""
    return channel.partition(_PHASE)[0]
