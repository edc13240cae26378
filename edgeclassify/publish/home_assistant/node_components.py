"""The entities of the node itself: its connection, and its figures."""

from collections.abc import Iterator

from edgeclassify.contract.layout import Layout
from edgeclassify.contract.outgoing import OFFLINE, ONLINE
from edgeclassify.health.figures import ENTITIES
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.entities import DIAGNOSTIC, ComponentConfig, available_while, entity
from edgeclassify.publish.home_assistant.templates import figure, part_of
from edgeclassify.types.limits import NO_PROFILE

_NO_PROFILE = "No profile"


def node_components(device: Device) -> Iterator[tuple[str, ComponentConfig]]:
    """Component id → its config."""
    layout = device.layout
    topics = layout.topics
    connected = entity("binary_sensor", "Connected", state_topic=topics.status, device_class="connectivity")
    # It says whether the daemon can be reached, so it is never unavailable itself.
    yield "connected", connected | DIAGNOSTIC | {"payload_on": ONLINE.decode(), "payload_off": OFFLINE.decode()}
    if layout.profiles and layout.sets_profile:
        yield "profile", _profile(layout) | available_while(topics.status)
    shared = {"state_topic": topics.health} | available_while(topics.status) | DIAGNOSTIC
    for key, shown in ENTITIES.items():
        if shown.feature is not None and shown.feature not in device.features:
            continue
        # A figure that the machine can't tell is null, which the template writes as "None": unknown.
        template = {"value_template": figure(key) if shown.part is None else part_of(key, shown.part)}
        yield f"health.{key}", template | entity(shown.platform, shown.name) | shown.config | shared


def _profile(layout: Layout) -> ComponentConfig:
    """Which profile is on. Home Assistant takes "none" for a state that is not known: it gets other words."""
    chosen = entity("select", "Profile", options=[*layout.profiles, _NO_PROFILE])
    shown = {
        "state_topic": layout.topics.profile,
        "value_template": f"{{{{ '{_NO_PROFILE}' if value == '{NO_PROFILE}' else value }}}}",
    }
    sent = {
        "command_topic": layout.topics.profile_set,
        "command_template": f"{{{{ '{NO_PROFILE}' if value == '{_NO_PROFILE}' else value }}}}",
        "qos": 1,
    }
    return chosen | shown | sent
