"""The RabbitMQ that comes with pvsim: a private node from Debian's files, as the caller, on loopback."""

from pvsim.adapters.node.control import control
from pvsim.adapters.node.doctor import Finding, doctor, machine
from pvsim.adapters.node.layout import default_home
from pvsim.adapters.node.node import NodeStatus, destroy, down, status, up

__all__ = [
    "Finding",
    "NodeStatus",
    "control",
    "default_home",
    "destroy",
    "doctor",
    "down",
    "machine",
    "status",
    "up",
]
