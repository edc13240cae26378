"""The README's automation runs in Home Assistant, on the events that the node sends."""

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip(
    "pytest_homeassistant_custom_component", reason="needs Home Assistant: make test-home-assistant"
)

import yaml
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_mock_service

from edgeclassify.contract import outgoing
from edgeclassify.types import EventType
from tests.home_assistant.node import TOPICS, announce, deliver, now
from tests.publish import records

pytestmark = [pytest.mark.home_assistant, pytest.mark.usefixtures("mqtt_mock")]
README = Path(__file__).parents[2] / "README.md"


def automation() -> dict[str, Any]:
    (block,) = re.findall(r"```yaml\n( *automation:.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    found: dict[str, Any] = yaml.safe_load(block)
    return found


async def test_the_automation_of_the_readme_runs_once_for_a_cat(hass: HomeAssistant) -> None:
    calls = async_mock_service(hass, "notify", "notify")
    await announce(hass)
    await deliver(hass, now())
    assert await async_setup_component(hass, "automation", automation())
    await hass.async_block_till_done()

    async def happens(kind: EventType, label: str) -> None:
        event = records.event(1, view="feeder", event_type=kind, label=label, score=0.93)
        await deliver(hass, [outgoing.event_message(TOPICS, event)])

    await happens(EventType.START, "Schön")
    await happens(EventType.UPDATE, "cat")
    assert not calls

    await happens(EventType.START, "cat")
    assert [call.data["message"] for call in calls] == ["A cat, 93 %"]

    for online in (False, True):
        await deliver(hass, [outgoing.status_message(TOPICS, online=online)])
    assert len(calls) == 1, "coming back is no event"
