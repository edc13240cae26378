"""The usual loop that `tests.bench.ingest` measures beside ours: PORT URL. One INSERT, one commit per message."""

import json
import sys
from typing import Any

import paho.mqtt.client as paho
import psycopg
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.support.broker import HOST

_TABLE = """
CREATE TABLE IF NOT EXISTS plain (
    node text, seq bigint, view text, label text, ts timestamptz, body jsonb, PRIMARY KEY (node, seq)
)
"""
_INSERT = "INSERT INTO plain VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"


def main(port: int, url: str) -> None:
    """Until it is ended."""
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(_TABLE)
    client = paho.Client(
        CallbackAPIVersion.VERSION2, "plain", clean_session=False, protocol=MQTTProtocolVersion.MQTTv311
    )

    def take(_client: object, _data: object, message: paho.MQTTMessage) -> None:
        node, view = message.topic.split("/")[1:3]
        body: dict[str, Any] = json.loads(message.payload)
        values = (node, body["seq"], view, body["label"], body["ts"], message.payload.decode())
        connection.execute(_INSERT, values)

    client.on_message = take
    client.on_connect = lambda client, *_: client.subscribe(
        [("edgeclassify/+/+/event", 1), ("edgeclassify/+/+/history", 1)]
    )
    client.connect(HOST, port)
    client.loop_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
