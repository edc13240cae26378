"""Prints a line for each thing that a node tells: `python notices_paho.py [BROKER [PORT]]`. Needs paho-mqtt 2.

The broker keeps what comes while this program is away (`clean_start=False` and a client id), the node what comes
while the broker is away. MQTT may deliver twice: a number that has been here is a repeat.
"""

import json
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

KEPT_BY_BROKER_S = 7 * 86_400
seen: dict[str, set[int]] = {}


def on_connect(client: mqtt.Client, *_: object) -> None:
    """Subscribe on every connect: also after the broker has forgotten us."""
    client.subscribe([("edgeclassify/+/+/event", 1), ("edgeclassify/+/+/history", 1)])


def on_message(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
    """One event, as it happens or late."""
    node, view = message.topic.split("/")[-3:-1]
    event = json.loads(message.payload)
    numbers = seen.setdefault(node, set())
    if event["seq"] in numbers:
        return
    numbers.add(event["seq"])
    late = " (late)" if event.get("historical") else ""
    why = event["why"]
    match event["event_type"]:
        case "start":
            print(f"{node} {view}: {event['label']}{late}", flush=True)
        case "lasting":
            print(f"{node} {view}: {event['label']} for {why['lasting_s'] / 60:.0f} minutes{late}", flush=True)
        case "end":
            print(f"{node} {view}: {event['label']} is gone after {why['duration_s']:.0f} s{late}", flush=True)
        case _:  # an update, or a type of a later version
            pass


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="notices", protocol=mqtt.MQTTv5)
client.on_connect, client.on_message = on_connect, on_message
lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
lasting.SessionExpiryInterval = KEPT_BY_BROKER_S
broker, port = sys.argv[1] if len(sys.argv) > 1 else "localhost", int(sys.argv[2]) if len(sys.argv) > 2 else 1883
client.connect(broker, port, clean_start=False, properties=lasting)
client.loop_forever()
