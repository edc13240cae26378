"""How large a message is as an MQTT packet."""

from edgeclassify.contract.outgoing import Message

_QOS_ID, _TOPIC_LENGTH = 2, 2
_CONTENT_TYPE, _EXPIRY = 3, 5


def packet_bytes(message: Message, *, mqtt5: bool) -> int:
    """Bytes of the PUBLISH packet: fixed header, topic, message id, properties (MQTT 5 only) and payload."""
    rest = _TOPIC_LENGTH + len(message.topic.encode()) + (_QOS_ID if message.qos else 0) + len(message.payload)
    if mqtt5:
        properties = (_CONTENT_TYPE + len(message.content_type) if message.payload else 0) + (
            _EXPIRY if message.expiry_s is not None else 0
        )
        rest += _length_bytes(properties) + properties
    return 1 + _length_bytes(rest) + rest


def _length_bytes(length: int) -> int:
    """A variable byte integer has 7 bits in each byte."""
    return max(1, -(-length.bit_length() // 7))
