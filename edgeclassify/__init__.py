"""edgeclassify: a Raspberry Pi with a camera as a trustworthy MQTT sensor."""

__version__ = "0.1.0"
