"""Tells systemd how a service is (`Type=notify`, sd_notify(3)); without systemd nothing happens."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

__all__ = ["notify_manager"]

_MAX_STATUS = 200


def notify_manager(
    *, ready: bool = False, stopping: bool = False, status: str = "", environment: Mapping[str, str] = os.environ
) -> None:
    """Send what is the case to the socket that `NOTIFY_SOCKET` names.

    A manager that does not listen is not waited for, and is no reason to fail.

    Args:
        ready: The service does its work from now on.
        stopping: It is about to end.
        status: A sentence for `systemctl status`, in one line.
        environment: Where the socket is named.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return
    lines = ["READY=1"] * ready + ["STOPPING=1"] * stopping
    lines += [f"STATUS={' '.join(status.split())[:_MAX_STATUS]}"] if status else []
    # a name that begins with @ is an abstract socket
    target = f"\0{address[1:]}" if address.startswith("@") else address
    with (
        suppress(OSError, ValueError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to,
    ):
        to.setblocking(False)
        to.sendto("\n".join(lines).encode(), target)
