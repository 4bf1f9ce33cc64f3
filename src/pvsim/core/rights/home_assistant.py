"""What Home Assistant asks of an MQTT broker, whatever it shows: without it, RabbitMQ ends the connection."""

__all__ = ["BIRTH_TOPIC", "FILTERS"]

BIRTH_TOPIC = "homeassistant/status"

FILTERS = (
    "drop_connect/discovery/#",
    "dsmr/#",
    "esphome/discover/#",
    "fully/deviceInfo/+",
    "/greencell/broadcast/device",
    "inels/status/#",
    "pglab/discovery/#",
    "cloudapp/QBUSMQTTGW/state",
    "cloudapp/QBUSMQTTGW/config",
    "cloudapp/QBUSMQTTGW/+/state",
    "prism/hello",
    "tasmota/discovery/#",
)
"""Where it looks for devices of other makers as soon as it has a broker, used or not (2026.11.0,
homeassistant/generated/mqtt.py)."""
