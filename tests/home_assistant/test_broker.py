"""Home Assistant with its real MQTT client at a real mosquitto: what the broker keeps is enough for a start."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "pytest_homeassistant_custom_component", reason="needs Home Assistant: make test-home-assistant"
)

import paho.mqtt.client as paho
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from paho.mqtt.enums import CallbackAPIVersion
from pytest_homeassistant_custom_component.common import MockConfigEntry

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.home_assistant.discovery import discovery_messages, platforms
from edgeclassify.types import Option
from tests.home_assistant.node import TOPICS, VIEWS, device, entities_of, now
from tests.publish import records
from tests.support.broker import HOST, Mosquitto, mosquitto_path

pytestmark = [
    pytest.mark.home_assistant,
    pytest.mark.usefixtures("socket_enabled", "mock_hass_config"),
    pytest.mark.skipif(mosquitto_path() is None, reason="needs mosquitto: apt install mosquitto"),
]


class Node:
    """The node's end of the wire, as bare as can be: it sends messages and keeps what it is asked for."""

    def __init__(self, port: int) -> None:
        self.requests: list[tuple[str, bytes]] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("edgeclassify/porch/+/+/set", 1)
        self._client.on_message = self._on_message
        self._client.connect(HOST, port)
        self._client.loop_start()

    def _on_message(self, _client: paho.Client, _data: object, found: paho.MQTTMessage) -> None:
        self.requests.append((found.topic, bytes(found.payload)))

    def send(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self._client.publish(message.topic, message.payload, message.qos, message.retain).wait_for_publish(5)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def broker(socket_enabled: None, tmp_path: Path) -> Iterator[Mosquitto]:
    found = Mosquitto(tmp_path).start()
    yield found
    found.stop()


@pytest.fixture
def node(broker: Mosquitto) -> Iterator[Node]:
    found = Node(broker.port)
    yield found
    found.stop()


async def connected(hass: HomeAssistant, broker: Mosquitto, protocol: str) -> ConfigEntry:
    """Home Assistant's MQTT integration is set up with this broker."""
    data = {"broker": HOST, "port": broker.port, "protocol": protocol}
    entry = MockConfigEntry(domain="mqtt", title="MQTT", data=data, version=1, minor_version=2)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


async def soon(hass: HomeAssistant, condition: Callable[[], Any]) -> None:
    """Wait for the condition; AssertionError after 15 s."""
    for _ in range(300):
        await hass.async_block_till_done()
        if condition():
            return
        await asyncio.sleep(0.05)
    found = {state.entity_id: state.state for state in hass.states.async_all()}
    raise AssertionError(f"not within 15 s; {found}")


def shows(hass: HomeAssistant, entity_id: str, expected: str) -> Callable[[], bool]:
    return lambda: (found := hass.states.get(entity_id)) is not None and found.state == expected


@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
async def test_a_home_assistant_that_comes_later_finds_everything(
    hass: HomeAssistant, broker: Mosquitto, node: Node, protocol: str
) -> None:
    picture = outgoing.snapshot_message(TOPICS, "feeder", b"\xff\xd8\xff\xe0\x00\xff\xd9")
    node.send([*discovery_messages(device()), *now(), picture])

    entry = await connected(hass, broker, protocol)

    await soon(hass, shows(hass, "sensor.porch_feeder", "Egyptian cat"))
    await soon(hass, shows(hass, "binary_sensor.porch_feeder_egyptian_cat", "on"))
    await soon(hass, shows(hass, "sensor.porch_temperature", "51.5"))
    await soon(hass, shows(hass, "number.porch_front_door_threshold", "0.6"))
    await soon(
        hass, lambda: hass.states.get("image.porch_feeder_snapshot").state not in ("unknown", "unavailable")
    )
    assert hass.states.get("event.porch_feeder_event").state == "unknown"

    node.send([outgoing.event_message(TOPICS, records.event(12, view="feeder"))])
    await soon(hass, lambda: hass.states.get("event.porch_feeder_event").attributes.get("seq") == 12)

    target = {"entity_id": "number.porch_feeder_threshold", "value": 0.8}
    await hass.services.async_call("number", "set_value", target, blocking=True)
    await soon(hass, lambda: node.requests)
    assert node.requests == [(TOPICS.option_set("feeder", Option.THRESHOLD), b"0.8")]

    node.send([outgoing.status_message(TOPICS, online=False)])
    await soon(hass, shows(hass, "sensor.porch_feeder", "unavailable"))
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_view_that_goes_while_it_is_connected_is_removed(
    hass: HomeAssistant, broker: Mosquitto, node: Node
) -> None:
    node.send([*discovery_messages(device()), *now()])
    entry = await connected(hass, broker, "5")
    await soon(hass, shows(hass, "sensor.porch_front_door", "unknown"))

    gone = {name: kind for name, kind in platforms(device()).items() if name.startswith("front_door.")}
    node.send(discovery_messages(device(VIEWS[:1]), gone))

    await soon(hass, lambda: not [name for name in hass.states.async_entity_ids() if "front_door" in name])
    assert len(er.async_get(hass).entities) == len(entities_of(device(VIEWS[:1])))
    assert await hass.config_entries.async_unload(entry.entry_id)
