"""Home Assistant's device-based MQTT discovery (2024.11 and later): one retained message announces the whole node.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload. What Home Assistant's code asks for, and
what therefore holds here:

* A component that is merely left out of the message stays in Home Assistant. It goes when it is announced with
  its platform alone, so the message carries such a stub for each that the node has no more. Where a component is
  not known (Home Assistant has just started) its stub does nothing.
* New components and stubs stand in one message: of two that come close together Home Assistant may skip parts.
* Entity ids are left to Home Assistant, which makes them of the names; `unique_id` keeps an entity's identity.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.outgoing import JPEG, OFF, OFFLINE, ON, ONLINE, Message
from edgeclassify.health.figures import ENTITIES
from edgeclassify.types import EventType, Option
from edgeclassify.types.limits import MAX_VIEW_INTERVAL_S

ORIGIN = "edgeclassify"
LONGEST_STATE = 255
"""Characters: Home Assistant refuses a longer state."""
LONGEST_NAME = 64
"""Characters of a label in an entity's name, which becomes part of its id (255 characters at most)."""

_Config = dict[str, Any]
_DIAGNOSTIC: _Config = {"entity_category": "diagnostic"}
_MEASURED: _Config = {"state_class": "measurement"}
_SWITCHED: _Config = {"payload_on": ON.decode(), "payload_off": OFF.decode()}


@dataclass(frozen=True)
class Device:
    """A node as Home Assistant shows it. `ha_prefix`: the discovery prefix; `name`: the device's name."""

    layout: Layout
    ha_prefix: str
    name: str
    version: str
    model: str = "Image classifier"


@dataclass(frozen=True)
class Announcement:
    """What Home Assistant is told. `gone`: component id → platform of what was announced once, and is no more."""

    device: Device
    gone: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def message(self) -> Message:
        """The discovery message."""
        return device_message(self.device, self.gone)

    @property
    def birth_topics(self) -> tuple[str, ...]:
        """Where Home Assistant says that it has started."""
        return birth_topics(self.device.ha_prefix)


def birth_topics(ha_prefix: str) -> tuple[str, ...]:
    """Where Home Assistant says `online` when it has started: below its discovery prefix where somebody thought of
    that, else at the default, which does not follow the prefix.
    """
    return tuple(dict.fromkeys((f"{ha_prefix}/status", "homeassistant/status")))


def discovery_topic(ha_prefix: str, node: str) -> str:
    """Where a node announces itself."""
    return f"{ha_prefix}/device/{node}/config"


def device_message(device: Device, gone: Mapping[str, str] | None = None) -> Message:
    """The retained message that announces all components, and removes those that are `gone` (id → platform)."""
    announced = components(device)
    stubs = {name: {"platform": platform} for name, platform in (gone or {}).items() if name not in announced}
    node = device.layout.topics.node
    body = {
        "device": {
            "identifiers": [f"{ORIGIN}_{node}"],
            "name": device.name,
            "manufacturer": ORIGIN,
            "model": device.model,
            "sw_version": device.version,
        },
        "origin": {"name": ORIGIN, "sw_version": device.version},
        "components": announced | stubs,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    topic = discovery_topic(device.ha_prefix, node)
    return Message(topic, text.encode("utf-8", "replace"), qos=1, retain=True)


def platforms(device: Device) -> dict[str, str]:
    """Component id → platform of all that the message announces: what must be remembered to remove it one day."""
    return {name: config["platform"] for name, config in components(device).items()}


def components(device: Device) -> dict[str, _Config]:
    """Component id → its config. Ids are unique in the node: a view's name holds no dot."""
    node = device.layout.topics.node
    found = dict(_node_components(device.layout))
    for view in device.layout.views:
        found.update(_view_components(device, view))
    return {name: config | {"unique_id": f"{ORIGIN}_{node}.{name}"} for name, config in found.items()}


# --- the node ------------------------------------------------------------------------------------------


def _node_components(layout: Layout) -> Iterator[tuple[str, _Config]]:
    topics = layout.topics
    connected = _component("binary_sensor", "Connected", state_topic=topics.status, device_class="connectivity")
    # It says whether the daemon can be reached, so it is never unavailable itself.
    yield "connected", connected | _DIAGNOSTIC | {"payload_on": ONLINE.decode(), "payload_off": OFFLINE.decode()}
    shared = {"state_topic": topics.health} | _availability(topics.status) | _DIAGNOSTIC
    for key, shown in ENTITIES.items():
        # A figure that the machine can't tell is null, which the template writes as "None": unknown.
        template = {"value_template": f"{{{{ value_json.{key} }}}}"}
        yield f"health.{key}", template | _component(shown.platform, shown.name) | shown.config | shared


# --- a view --------------------------------------------------------------------------------------------


def _view_components(device: Device, view: ViewLayout) -> Iterator[tuple[str, _Config]]:
    topics = device.layout.topics
    both = _availability(topics.status, topics.availability(view.name))
    for key, component in _shown(device, view):
        yield f"{view.name}.{key}", component | both
    if device.layout.options:
        # What sets a view must be within reach while the view is off or its camera gone: only the daemon counts.
        for option, component in _settable(device, view):
            own = {"state_topic": topics.option(view.name, option)}
            own |= {"command_topic": topics.option_set(view.name, option)}
            yield f"{view.name}.{option}", component | own | {"qos": 1} | _availability(topics.status)


def _shown(device: Device, view: ViewLayout) -> Iterator[tuple[str, _Config]]:
    """What a view shows: state, score, labels, events, snapshot."""
    topics = device.layout.topics
    state = {"state_topic": topics.state(view.name)}
    text = f"{{{{ value_json.label[:{LONGEST_STATE}] }}}}"
    attributes = {"json_attributes_topic": topics.state(view.name)}
    yield "label", _component("sensor", _name(device, view), value_template=text) | state | attributes
    percent: _Config = {"unit_of_measurement": "%", "suggested_display_precision": 0} | _MEASURED
    score = "{{ (value_json.score * 100) | round(2) }}"
    yield "score", _component("sensor", _name(device, view, "score"), value_template=score) | state | percent
    if view.checked:
        topic = {"state_topic": topics.problems(view.name), "json_attributes_topic": topics.problems(view.name)}
        problem = _component("binary_sensor", _name(device, view, "problem"), device_class="problem")
        found = {"value_template": "{{ 'ON' if value_json.problems else 'OFF' }}"}
        yield "problem", problem | topic | found | _SWITCHED | _DIAGNOSTIC
    for label, slug in view.slugs.items():
        topic = {"state_topic": topics.label(view.name, slug)}
        yield f"label.{slug}", _component("binary_sensor", _name(device, view, label)) | topic | _SWITCHED
    event = {"state_topic": topics.event(view.name), "event_types": [str(kind) for kind in EventType]}
    yield "event", _component("event", _name(device, view, "event")) | event
    if device.layout.snapshots:
        image = {"image_topic": topics.snapshot(view.name), "content_type": JPEG}
        yield "snapshot", _component("image", _name(device, view, "snapshot")) | image


def _settable(device: Device, view: ViewLayout) -> Iterator[tuple[Option, _Config]]:
    yield Option.ENABLED, _component("switch", _name(device, view, "enabled")) | _SWITCHED
    score: _Config = {"min": 0, "max": 1, "step": 0.01, "mode": "slider", "entity_category": "config"}
    yield Option.THRESHOLD, _component("number", _name(device, view, "threshold")) | score
    seconds = {"min": 0, "max": MAX_VIEW_INTERVAL_S, "step": 0.1, "mode": "box", "entity_category": "config"}
    interval = _component("number", _name(device, view, "interval"), unit_of_measurement="s")
    yield Option.INTERVAL, interval | seconds


def _name(device: Device, view: ViewLayout, what: str | None = None) -> str | None:
    """E.g. "Front door score". Home Assistant puts the device's name in front: a view named alike adds none."""
    words = [] if view.name.lower() == device.name.lower() else [view.name.replace("_", " ").strip() or view.name]
    words += [what[:LONGEST_NAME]] if what else []
    text = " ".join(words)
    return text[:1].upper() + text[1:] or None


def _component(platform: str, name: str | None, **config: Any) -> _Config:
    return {"platform": platform, "name": name} | config


def _availability(*topics: str) -> _Config:
    """Available while all of these say `online`, which are Home Assistant's own words by default."""
    return {"availability": [{"topic": topic} for topic in topics], "availability_mode": "all"}
