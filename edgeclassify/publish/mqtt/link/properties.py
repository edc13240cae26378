"""The properties of MQTT 5 that go with our packets."""

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.link.client import LARGEST_PACKET


class _PackedProperties(Properties):
    """Properties that are packed once: paho does it for every message, at a tenth of the message's whole cost."""

    def pack(self) -> bytes:
        if "packed" not in self.__dict__:
            self.__dict__["packed"] = super().pack()  # type: ignore[no-untyped-call]
        packed: bytes = self.__dict__["packed"]
        return packed


class MessageProperties:
    """The same few combinations go out by the thousand: each is made once. None for all with MQTT 3.1.1."""

    def __init__(self, *, mqtt5: bool) -> None:
        self._mqtt5 = mqtt5
        self._made: dict[tuple[int, str | None, int | None], Properties] = {}

    def of_connect(self) -> Properties | None:
        """Those of CONNECT: how large a packet may be that comes."""
        if not self._mqtt5:
            return None
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize = LARGEST_PACKET
        return properties

    def of(self, message: Message, packet: int = PacketTypes.PUBLISH) -> Properties | None:
        """Those of a message."""
        if not self._mqtt5:
            return None
        key = (packet, message.content_type if message.payload else None, message.expiry_s)
        if key not in self._made:
            properties = _PackedProperties(packet)  # type: ignore[no-untyped-call]
            if message.payload:
                properties.ContentType = message.content_type
            if message.expiry_s is not None:
                properties.MessageExpiryInterval = message.expiry_s
            self._made[key] = properties
        return self._made[key]
