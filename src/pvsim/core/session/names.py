"""Which meter a message is of: names from the wire, none of which becomes a path that it should not be."""

import re

from pvsim.core.metering.observed import Refused
from pvsim.core.run.plan import NAME, NAME_RULE
from pvsim.core.session.plan import SessionPlan

__all__ = ["METER_NAME_RULE", "NO_NAME", "NO_PHASE", "is_name", "meter_of"]

NO_NAME = "no name of a meter"
NO_PHASE = "of no phase of its meter"

METER_NAME_RULE = (
    f"{NAME_RULE}; not what Windows keeps for devices, such as con, nul and com1, nor lock or checkpoint"
)

_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
"""Names that Windows keeps for devices: a directory of that name could not be copied there."""

_SERVICE_FILE = re.compile(r"lock|checkpoint", re.IGNORECASE)
"""Files of a service's directory whose names a meter could have: its own directory could not stand beside them."""

_SHOWN = 80


def is_name(text: str) -> bool:
    """Whether a text can be the name of a meter, and so of a directory on any system."""
    taken = _DEVICE.fullmatch(text) or _SERVICE_FILE.fullmatch(text)
    return NAME.fullmatch(text) is not None and taken is None


def meter_of(routing_key: str, plan: SessionPlan) -> str | Refused:
    """The meter's name: what the plan calls a topic, or NAME of `meter.SERVICE.NAME`.

    A meter whose phases come apart has no messages but theirs: another one would be a phase that is not known, or
    all of them once more.
    """
    own = f"meter.{plan.service}."
    name = plan.topics.get(routing_key, routing_key.removeprefix(own))
    if is_name(name) and (name != routing_key or routing_key in plan.topics):
        if name not in plan.phases or routing_key in plan.phase_topics:
            return name
        phases = ", ".join(plan.phases[name])
        what = (
            f"{name} is the sum of {phases}, which have topics of their own in listen.toml; this is none of them"
        )
        return Refused(NO_PHASE, what)
    shown = routing_key if len(routing_key) <= _SHOWN else routing_key[:_SHOWN] + "…"
    named = f"[[meters]] topic = {shown.replace('.', '/')!r} name = 'm1'"
    what = f"{shown!r} is not {own}NAME, where NAME is a name: {METER_NAME_RULE}"
    return Refused(NO_NAME, f"{what}; or name it in listen.toml: {named}")
