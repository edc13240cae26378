"""The proxy's view of the wire, against what paho itself writes."""

import json

import pytest

from tests.faults.packets import PUBACK, PUBLISH, Splitter, kind_of, read_puback, read_publish

TOPIC = b"edgeclassify/porch/gate/event"


def publish(seq: int, packet_id: int = 7, properties: bytes | None = b"", filler: int = 0) -> bytes:
    payload = json.dumps({"seq": seq, "filler": "x" * filler}).encode()
    body = len(TOPIC).to_bytes(2) + TOPIC + packet_id.to_bytes(2)
    if properties is not None:
        body += bytes([len(properties)]) + properties
    body += payload
    length, size = b"", len(body)
    while True:
        size, digit = size >> 7, size & 127
        length += bytes([digit | (128 if size else 0)])
        if not size:
            return bytes([0x32]) + length + body


@pytest.mark.parametrize("filler", [0, 200, 20_000])
@pytest.mark.parametrize("piece", [1, 3, 1_000_000])
def test_packets_are_found_in_any_pieces(filler: int, piece: int) -> None:
    wanted = [publish(1, filler=filler), bytes([0x40, 2, 0, 7]), publish(2)]
    stream, splitter = b"".join(wanted), Splitter()
    found = [packet for at in range(0, len(stream), piece) for packet in splitter.feed(stream[at : at + piece])]
    assert found == wanted
    assert [kind_of(packet) for packet in found] == [PUBLISH, PUBACK, PUBLISH]


def test_both_versions_of_publish_are_read() -> None:
    new, old = (
        read_publish(publish(5, properties=b"\x03\x00\x01x"), 5),
        read_publish(publish(6, properties=None), 4),
    )
    assert (new.seq, new.packet_id, new.topic) == (5, 7, TOPIC.decode())
    assert (old.seq, old.packet_id) == (6, 7)


def test_other_topics_are_no_events() -> None:
    topic = b"edgeclassify/porch/status"
    body = len(topic).to_bytes(2) + topic + (9).to_bytes(2) + b"\x00" + b"online"
    assert read_publish(bytes([0x33, len(body)]) + body, 5).seq is None


def test_puback_with_and_without_reason() -> None:
    assert read_puback(bytes([0x40, 2, 1, 2])) == 258
    assert read_puback(bytes([0x40, 4, 1, 3, 0x10, 0])) == 259
