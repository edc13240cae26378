"""Home Assistant's device-based MQTT discovery (2024.11 and later): one retained message announces a device
with all its entities.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload. What Home Assistant's code asks for, and
what therefore holds here:

* A component that is merely left out of the message stays in Home Assistant. It goes when it is announced with
  its platform alone, so the message carries such a stub for each that the node has no more. Where a component is
  not known (Home Assistant has just started) its stub does nothing.
* New components and stubs stand in one message: of two that come close together Home Assistant may skip parts.
* A view with an area is a device of its own, behind the node's, with a message of its own.
* Entity ids are left to Home Assistant, which makes them of the names; `unique_id` keeps an entity's identity.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from edgeclassify.contract.layout import ViewLayout
from edgeclassify.contract.outgoing import Message
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.entities import ComponentConfig
from edgeclassify.publish.home_assistant.node_components import node_components
from edgeclassify.publish.home_assistant.view_components import ViewComponents

ORIGIN = "edgeclassify"
_NO_ENTITY = ("device_automation",)
"""Platforms that make no entity: they have no unique_id."""


@dataclass(frozen=True)
class Announcement:
    """What Home Assistant is told. `gone`: component id → platform of what was announced once, and is no more."""

    device: Device
    gone: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The discovery messages, the node's first: the others refer to it."""
        return discovery_messages(self.device, self.gone)

    @property
    def birth_topics(self) -> tuple[str, ...]:
        """Where Home Assistant says that it has started."""
        return birth_topics(self.device.ha_prefix)


def birth_topics(ha_prefix: str) -> tuple[str, ...]:
    """Where Home Assistant says `online` when it has started: below its discovery prefix where somebody thought of
    that, else at the default, which does not follow the prefix.
    """
    return tuple(dict.fromkeys((f"{ha_prefix}/status", "homeassistant/status")))


def discovery_topic(ha_prefix: str, node: str, view: str | None = None) -> str:
    """Where a node announces itself, or a view that is a device of its own."""
    return f"{ha_prefix}/device/{node}/config" if view is None else f"{ha_prefix}/device/{node}/{view}/config"


def discovery_topics(device: Device) -> tuple[str, ...]:
    """Where all of it is announced."""
    node, prefix = device.layout.topics.node, device.ha_prefix
    return (
        discovery_topic(prefix, node),
        *(discovery_topic(prefix, node, one.name) for one in _own_devices(device)),
    )


def discovery_messages(device: Device, gone: Mapping[str, str] | None = None) -> tuple[Message, ...]:
    """The retained messages that announce all components, and remove those that are `gone` (id → platform)."""
    node, gone = device.layout.topics.node, gone or {}
    identifier = f"{ORIGIN}_{node}"
    shared = {"manufacturer": ORIGIN, "sw_version": device.version}
    page = {} if device.page is None else {"configuration_url": device.page}
    about = {"identifiers": [identifier], "name": device.name, "model": device.model} | shared | page
    messages = [_message(device, None, about, gone)]
    for view in _own_devices(device):
        about = {"identifiers": [f"{identifier}/{view.name}"], "name": _called(device, view), "model": "View"}
        place = {"via_device": identifier, "suggested_area": device.shown_as(view.name).area}
        messages.append(_message(device, view, about | shared | place, gone))
    return tuple(messages)


def platforms(device: Device) -> dict[str, str]:
    """Component id → platform of all that is announced: what must be remembered to remove it one day."""
    return {name: config["platform"] for name, config in components(device).items()}


def components(device: Device) -> dict[str, ComponentConfig]:
    """Component id → its config. Ids are unique in the node: a view's name holds no dot. In one of a view that is
    a device of its own a slash stands in place of the first dot.
    """
    found = dict(_of_node(device))
    for view in _own_devices(device):
        found |= dict(_of_own_device(device, view))
    return found


def _message(
    device: Device, view: ViewLayout | None, about: Mapping[str, Any], gone: Mapping[str, str]
) -> Message:
    """One device: the node (None), or a view."""
    announced = dict(_of_node(device) if view is None else _of_own_device(device, view))
    mine = {name: kind for name, kind in gone.items() if name not in announced and _is_of(name, view)}
    body = {
        "device": about,
        "origin": {"name": ORIGIN, "sw_version": device.version},
        "components": announced | {name: {"platform": platform} for name, platform in mine.items()},
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    topic = discovery_topic(device.ha_prefix, device.layout.topics.node, None if view is None else view.name)
    return Message(topic, text.encode("utf-8", "replace"), qos=1, retain=True)


def _is_of(component: str, view: ViewLayout | None) -> bool:
    return "/" not in component if view is None else component.startswith(f"{view.name}/")


def _of_node(device: Device) -> Iterator[tuple[str, ComponentConfig]]:
    for name, config in node_components(device):
        yield name, _identified(device, name, config)
    for view in device.layout.views:
        if device.shown_as(view.name).area is None:
            called = _called(device, view)
            # A view named as the device adds nothing to its name.
            is_alike = device.name.lower() in (called.lower(), view.name.lower())
            for key, config in _view(device, view, "" if is_alike else called):
                yield f"{view.name}.{key}", _identified(device, f"{view.name}.{key}", config)


def _of_own_device(device: Device, view: ViewLayout) -> Iterator[tuple[str, ComponentConfig]]:
    for key, config in _view(device, view, ""):
        yield f"{view.name}/{key}", _identified(device, f"{view.name}/{key}", config)


def _view(device: Device, view: ViewLayout, called: str) -> Iterator[tuple[str, ComponentConfig]]:
    return ViewComponents(device.layout, view, device.shown_as(view.name), called).all()


def _identified(device: Device, name: str, config: ComponentConfig) -> ComponentConfig:
    """With what keeps its identity in Home Assistant, whatever it is called there."""
    if config["platform"] in _NO_ENTITY:
        return config
    return config | {"unique_id": f"{ORIGIN}_{device.layout.topics.node}.{name}"}


def _own_devices(device: Device) -> Iterator[ViewLayout]:
    return (view for view in device.layout.views if device.shown_as(view.name).area is not None)


def _called(device: Device, view: ViewLayout) -> str:
    """A view's name for people: as the config has it, else made of its topic level."""
    named = device.shown_as(view.name).name or view.name.replace("_", " ").strip() or view.name
    return named[:1].upper() + named[1:]
