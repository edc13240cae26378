"""The entities of the node itself: its connection, and its figures."""

from collections.abc import Iterator

from edgeclassify.contract.outgoing import OFFLINE, ONLINE
from edgeclassify.contract.topics import Topics
from edgeclassify.health.figures import ENTITIES
from edgeclassify.publish.home_assistant.entities import DIAGNOSTIC, ComponentConfig, available_while, entity


def node_components(topics: Topics) -> Iterator[tuple[str, ComponentConfig]]:
    """Component id → its config."""
    connected = entity("binary_sensor", "Connected", state_topic=topics.status, device_class="connectivity")
    # It says whether the daemon can be reached, so it is never unavailable itself.
    yield "connected", connected | DIAGNOSTIC | {"payload_on": ONLINE.decode(), "payload_off": OFFLINE.decode()}
    shared = {"state_topic": topics.health} | available_while(topics.status) | DIAGNOSTIC
    for key, shown in ENTITIES.items():
        # A figure that the machine can't tell is null, which the template writes as "None": unknown.
        template = {"value_template": f"{{{{ value_json.{key} }}}}"}
        yield f"health.{key}", template | entity(shown.platform, shown.name) | shown.config | shared
