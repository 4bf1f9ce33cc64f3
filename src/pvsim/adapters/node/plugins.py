"""The plugins that a private node runs on request, MQTT and the management page, each on its own port. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

__all__ = ["PLUGINS", "WORDS", "Extras", "changed", "plugin_settings"]

PLUGINS = {"mqtt": "rabbitmq_mqtt", "management": "rabbitmq_management"}
"""RabbitMQ's name of each."""

WORDS = {"mqtt": "MQTT", "management": "the management page"}


@dataclass(frozen=True, slots=True)
class Extras:
    """The ports of the plugins that were asked for; None is a plugin that is off."""

    mqtt: int | None = None
    management: int | None = None

    @property
    def ports(self) -> dict[str, int]:
        """Of those that are on."""
        return {name: port for name, port in asdict(self).items() if port is not None}

    @property
    def plugins(self) -> tuple[str, ...]:
        """RabbitMQ's names of those that are on."""
        return tuple(PLUGINS[name] for name in self.ports)

    def moved(self, ports: Mapping[str, int | None]) -> "Extras":
        """The same with other ports, or None, for those named."""
        return replace(self, **ports)


def changed(running: tuple[str, ...], wanted: Mapping[str, bool]) -> dict[str, bool]:
    """What is to be turned on or off in a node, of what is wanted.

    Args:
        running: The names of the extras that it runs.
        wanted: Whether each is to run; what is not named stays as it is.
    """
    return {name: on for name, on in wanted.items() if on != (name in running)}


def plugin_settings(extras: Extras, host: str) -> tuple[str, ...]:
    """The lines of `rabbitmq.conf` about the plugins: left alone, each listens on all interfaces.

    They are only understood where the plugin is on.
    """
    lines: list[str] = []
    if extras.mqtt is not None:
        lines += (
            f"mqtt.listeners.tcp.1 = {host}:{extras.mqtt}",
            "mqtt.num_acceptors.tcp = 2",
            "mqtt.allow_anonymous = false",
            "mqtt.vhost = /",
            "mqtt.exchange = amq.topic",
        )
    if extras.management is not None:
        lines += (f"management.tcp.ip = {host}", f"management.tcp.port = {extras.management}")
    return tuple(lines)
