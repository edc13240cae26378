"""How Home Assistant is told of the node and of its views."""

import re
from typing import Annotated, Literal

from edgeclassify.config.base import Section, Text, about, topic_levels
from edgeclassify.late_model import Field, field_validator

BinarySensorClass = Literal[
    "battery", "battery_charging", "carbon_monoxide", "cold", "connectivity", "door", "garage_door", "gas",
    "heat", "light", "lock", "moisture", "motion", "moving", "occupancy", "opening", "plug", "power", "presence",
    "problem", "running", "safety", "smoke", "sound", "tamper", "update", "vibration", "window",
]  # fmt: skip
"""https://www.home-assistant.io/integrations/binary_sensor/#device-class"""

_Labels = Annotated[tuple[Text, ...], Field(strict=False)]
_ICON = re.compile(r"[a-z0-9]+:[a-z0-9-]+")


class HomeAssistantConfig(Section):
    """[home_assistant]: the node as a device of Home Assistant, without a line of YAML there."""

    discovery: bool = about(True, "Announce this node to Home Assistant's MQTT integration.")
    prefix: str = about("homeassistant", "Home Assistant's discovery prefix.")
    device_name: Text | None = about(None, "Name of the device in Home Assistant; default: the node's name.")

    @field_validator("prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        return topic_levels(value)


class ViewHomeAssistantConfig(Section):
    """[view.home_assistant]: how Home Assistant shows a view."""

    name: Text | None = about(None, "What it is called there; default: the view's name.")
    icon: Text | None = about(None, 'Its icon, as in "mdi:gate"; default: Home Assistant\'s own.')
    on: _Labels = about((), "Labels at which a binary sensor of the view is on; none: it has no such sensor.")
    off: _Labels = about(
        (),
        'Labels at which it is off, and unknown at all others; none: it is off wherever it is not on. "unknown" '
        "is the state without a label.",
    )
    device_class: BinarySensorClass | None = about(
        None, "What that sensor tells: door, garage_door, window, occupancy, presence, problem or another class."
    )
    suggested_area: Text | None = about(
        None, "The room or place of what it looks at: the view is a device of its own then, in that area."
    )

    @field_validator("icon")
    @classmethod
    def _icon(cls, value: str | None) -> str | None:
        if value is not None and not _ICON.fullmatch(value):
            raise ValueError('an icon such as "mdi:gate"')
        return value


SHOWN_PLAINLY = ViewHomeAssistantConfig.usual()
"""Of a view that says nothing of Home Assistant."""
