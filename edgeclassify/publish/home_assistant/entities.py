"""What the components of a discovery message share."""

from typing import Any

from edgeclassify.contract.outgoing import OFF, ON

ComponentConfig = dict[str, Any]
"""One component, in Home Assistant's own words: https://www.home-assistant.io/integrations/mqtt/"""

DIAGNOSTIC: ComponentConfig = {"entity_category": "diagnostic"}
SETTING: ComponentConfig = {"entity_category": "config"}
MEASURED: ComponentConfig = {"state_class": "measurement"}
COUNTED: ComponentConfig = {"state_class": "total_increasing"}
SWITCHED: ComponentConfig = {"payload_on": ON.decode(), "payload_off": OFF.decode()}
SECONDS: ComponentConfig = {
    "device_class": "duration",
    "unit_of_measurement": "s",
    "suggested_display_precision": 0,
}


def entity(platform: str, name: str | None, **config: Any) -> ComponentConfig:
    """An entity. `name`: None: it is called as its device."""
    return {"platform": platform, "name": name} | config


def available_while(*topics: str) -> ComponentConfig:
    """Available while all of these say `online`, which are Home Assistant's own words by default."""
    return {"availability": [{"topic": topic} for topic in topics], "availability_mode": "all"}
