"""The RabbitMQ that comes with pvsim: a private node from Debian's files, as the caller, on loopback."""

from pvsim.adapters.node.accounts import VIEWER, carry_out, password, password_file, remove_account
from pvsim.adapters.node.control import control
from pvsim.adapters.node.doctor import Finding, doctor, machine
from pvsim.adapters.node.layout import default_home
from pvsim.adapters.node.node import NodeStatus, destroy, down, running, status, up
from pvsim.adapters.node.stored_streams import Stored, forget, in_use, note_run, queue_names, require_room, stored

__all__ = [
    "VIEWER",
    "Finding",
    "NodeStatus",
    "Stored",
    "carry_out",
    "control",
    "default_home",
    "destroy",
    "doctor",
    "down",
    "forget",
    "in_use",
    "machine",
    "note_run",
    "password",
    "password_file",
    "queue_names",
    "remove_account",
    "require_room",
    "running",
    "status",
    "stored",
    "up",
]
