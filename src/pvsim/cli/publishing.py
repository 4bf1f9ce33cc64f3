"""What `pvsim listen` is told of MQTT."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pvsim.cli.command import OUTPUT, section
from pvsim.errors import UsageError

if TYPE_CHECKING:
    from pvsim.core.messages.mqtt_address import MqttAddress

__all__ = ["discovery_of", "mqtt_of", "mqtt_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_URL, _URL_FILE = "PVSIM_MQTT_URL", "PVSIM_MQTT_URL_FILE"
_NOTHING = "none"


def mqtt_options(command: _Command) -> _Command:
    """Declare the options."""
    return section(
        OUTPUT,
        click.option(
            "--mqtt",
            metavar="URL",
            help="Show the newest values by MQTT: mqtt[s]://HOST[:PORT]. A URL with a password is a secret:"
            f" {_URL}, or {_URL_FILE}.",
        ),
        click.option(
            "--mqtt-discovery",
            metavar="PREFIX",
            default="homeassistant",
            show_default=True,
            help="Where Home Assistant looks for new values; none: it is told nothing.",
        ),
    )(command)


def mqtt_of(params: dict[str, Any]) -> "MqttAddress | None":
    """Where values are shown; None: nowhere.

    Raises:
        UsageError: if a URL cannot be read, has a password where others can see it, or nothing is published.
    """
    from pvsim.adapters.secrets import secret  # noqa: PLC0415 - `pvsim --help` needs none
    from pvsim.core.messages.mqtt_address import MqttAddress  # noqa: PLC0415 - as above

    typed = params["mqtt"]
    url = typed or secret(_URL)
    if not url:
        return None
    address = MqttAddress.parse(url, "--mqtt" if typed else _URL)
    if typed and address.password is not None:
        what = "--mqtt has a password, which other users of this machine can read"
        raise UsageError(what, where="--mqtt", fix=f"put the URL into {_URL}, or into a file: {_URL_FILE}")
    if params["no_publish"]:
        what = "--no-publish publishes nothing, and MQTT shows what is published"
        raise UsageError(what, where="--no-publish", fix=f"leave it out, or leave out --mqtt and {_URL}")
    return address


def discovery_of(params: dict[str, Any]) -> str | None:
    """What Home Assistant's discovery topics begin with; None: it is told nothing."""
    prefix: str = params["mqtt_discovery"]
    return None if prefix.casefold() == _NOTHING else prefix
