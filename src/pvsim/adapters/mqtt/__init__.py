"""MQTT: the newest values for Home Assistant, evcc and whoever subscribes."""

from pvsim.adapters.mqtt.publisher import MqttPublisher

__all__ = ["MqttPublisher"]
