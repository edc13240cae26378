"""As much of MQTT's wire format as a proxy needs: where packets begin, and which event a packet is about.

https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html, sections 2.1 and 3.3
"""

import json
from dataclasses import dataclass
from typing import Any

CONNECT, PUBLISH, PUBACK = 1, 3, 4
LEVEL_5 = 5
"""Protocol level in CONNECT of MQTT 5."""


class Splitter:
    """A byte stream → whole packets."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that these bytes complete."""
        self._buffer += data
        packets = []
        while (size := _packet_size(self._buffer)) is not None and size <= len(self._buffer):
            packets.append(bytes(self._buffer[:size]))
            del self._buffer[:size]
        return packets


def kind_of(packet: bytes) -> int:
    """The control packet type."""
    return packet[0] >> 4


def protocol_level(connect: bytes) -> int:
    """4 (3.1.1) or 5, from a CONNECT."""
    _, at = _number(connect, 1)
    name_length = int.from_bytes(connect[at : at + 2])
    return connect[at + 2 + name_length]


@dataclass(frozen=True)
class Publish:
    """A PUBLISH, taken apart. `packet_id` is None with QoS 0."""

    topic: str
    packet_id: int | None
    payload: bytes

    @property
    def seq(self) -> int | None:
        """The number of the event in it; None for any other message."""
        if not self.topic.endswith(("/event", "/history")):
            return None
        body: Any = json.loads(self.payload)
        return int(body["seq"])


def read_publish(packet: bytes, level: int) -> Publish:
    """Take a PUBLISH apart."""
    _, at = _number(packet, 1)
    length = int.from_bytes(packet[at : at + 2])
    topic = packet[at + 2 : at + 2 + length].decode()
    at += 2 + length
    packet_id = None
    if packet[0] & 0b110:
        packet_id = int.from_bytes(packet[at : at + 2])
        at += 2
    if level >= LEVEL_5:
        properties, at = _number(packet, at)
        at += properties
    return Publish(topic, packet_id, packet[at:])


def read_puback(packet: bytes) -> int:
    """The packet id that a PUBACK acknowledges."""
    _, at = _number(packet, 1)
    return int.from_bytes(packet[at : at + 2])


def _packet_size(buffer: bytearray) -> int | None:
    """The first packet's size in bytes; None while its length is not there yet."""
    if len(buffer) < 2:
        return None
    try:
        length, at = _number(buffer, 1)
    except IndexError:
        return None
    return at + length


def _number(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """A variable byte integer at `at`, and where it ends. Raises IndexError when it is not all there."""
    value = 0
    for i in range(4):
        byte = data[at + i]
        value |= (byte & 127) << 7 * i
        if byte < 128:
            return value, at + i + 1
    raise ValueError(f"no length: {bytes(data[at : at + 4]).hex()}")
