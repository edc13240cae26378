"""An MQTT sink as the daemon has it: behind a fan-out, which spools the events."""

from typing import Any

from edgeclassify.publish.fanout import FanOut
from edgeclassify.publish.interface import Spool
from edgeclassify.publish.mqtt.sink import MqttSink


class SpooledMqtt(FanOut):
    """`settings`: those of MqttSink, which is made with a reader of the spool."""

    def __init__(self, spool: Spool, **settings: Any) -> None:
        self.mqtt = MqttSink(spool=spool.reader("mqtt"), **settings)
        super().__init__(spool, {"mqtt": self.mqtt})

    @property
    def connected(self) -> bool:
        return self.mqtt.connected
