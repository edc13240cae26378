"""A node as it speaks to Home Assistant: the messages that edgeclassify itself makes, and who receives them."""

from collections.abc import Iterable
from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_fire_mqtt_message

from edgeclassify.contract import outgoing
from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import discovery_messages, platforms
from edgeclassify.types import Condition, Option
from tests.publish import records

TOPICS = Topics("edgeclassify", "porch")
VIEWS = (ViewLayout("feeder", ("Egyptian cat", "Schön")), ViewLayout("front_door", ("open",)))


def device(views: tuple[ViewLayout, ...] = VIEWS, topics: Topics = TOPICS, **changes: Any) -> Device:
    """A node with everything switched on."""
    of_device = {key: changes.pop(key) for key in ("presentations", "page") if key in changes}
    values: dict[str, Any] = {"options": True, "snapshots": True}
    layout = Layout(topics, views, **(values | changes))
    return Device(layout, "homeassistant", topics.node, "1.2.3", **of_device)


def health(**changes: Any) -> Message:
    """A health message of a Raspberry Pi."""
    values: dict[str, Any] = {
        "bytes_written_day": 9_000_000, "spool_on_disk": True, "events": 3, "temperature_c": 51.5,
        "throttled": False, "rss_bytes": 81_000_000, "clock_synchronised": True,
    }  # fmt: skip
    return outgoing.health_message(TOPICS, records.health(**(values | changes)))


def now(view: str = "feeder", label: str = "Egyptian cat") -> list[Message]:
    """What the broker keeps of a node that runs: everything but the discovery message."""
    layout = device().layout
    messages = [outgoing.status_message(TOPICS, online=True), health()]
    for name in (found.name for found in layout.views):
        state = records.state(label if name == view else "unknown", view=name)
        messages.append(outgoing.availability_message(TOPICS, name, online=True))
        messages.append(outgoing.condition_message(TOPICS, name, Condition()))
        messages.append(outgoing.state_message(TOPICS, state))
        messages += outgoing.label_messages(TOPICS, state, layout.slugs(name))
        messages.append(outgoing.option_message(TOPICS, name, Option.ENABLED, True))
        messages.append(outgoing.option_message(TOPICS, name, Option.THRESHOLD, 0.6))
        messages.append(outgoing.option_message(TOPICS, name, Option.INTERVAL, 0.5))
    return messages


def entities_of(found: Device) -> set[str]:
    """The components that become entities."""
    return {name for name, kind in platforms(found).items() if kind != "device_automation"}


async def deliver(hass: HomeAssistant, messages: Iterable[Message], *, replayed: bool = False) -> None:
    """Home Assistant receives the messages. `replayed`: from the broker's memory, not as they are published."""
    for message in messages:
        async_fire_mqtt_message(hass, message.topic, message.payload, message.qos, replayed and message.retain)
    await hass.async_block_till_done()


async def announce(hass: HomeAssistant, found: Device | None = None, **gone: str) -> None:
    """The discovery message arrives; `gone`: component → platform."""
    removed = {name.replace("__", "."): kind for name, kind in gone.items()}
    await deliver(hass, discovery_messages(found or device(), removed))
