"""The example dashboard shows what the node that it describes has, with cards that Home Assistant brings along."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "pytest_homeassistant_custom_component", reason="needs Home Assistant: make test-home-assistant"
)

import yaml
from homeassistant.core import HomeAssistant

from edgeclassify.contract.layout import ViewLayout
from edgeclassify.publish.home_assistant.device import Presentation
from tests.home_assistant.node import announce, device

pytestmark = [pytest.mark.home_assistant, pytest.mark.usefixtures("mqtt_mock")]
DASHBOARD = Path(__file__).parents[2] / "config" / "home_assistant" / "dashboard.yaml"
BUILT_IN = {"sections", "grid", "picture-entity", "tile", "entities", "history-graph"}


def values(part: Any, key: str) -> Iterator[str]:
    """What stands at a key, however deep."""
    if isinstance(part, dict):
        if isinstance(part.get(key), str):
            yield part[key]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from values(one, key)


async def test_each_of_its_entities_is_there(hass: HomeAssistant) -> None:
    dashboard = yaml.safe_load(DASHBOARD.read_text(encoding="utf-8"))
    shown = Presentation(("bird", "cat", "dog"), device_class="occupancy", on=("cat",))
    await announce(hass, device((ViewLayout("feeder", ("cat",)),), presentations={"feeder": shown}))

    entities = set(values(dashboard, "entity"))
    assert len(entities) == 9
    assert entities <= set(hass.states.async_entity_ids())
    assert set(values(dashboard, "type")) <= BUILT_IN
