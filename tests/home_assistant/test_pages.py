"""The automations of the README and of docs/home_assistant.md run in Home Assistant, on what the node sends."""

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
from edgeclassify.contract.layout import ViewLayout
from edgeclassify.types import EventType
from tests.home_assistant.node import TOPICS, announce, deliver, device, now
from tests.publish import records

pytestmark = [pytest.mark.home_assistant, pytest.mark.usefixtures("mqtt_mock")]
README = Path(__file__).parents[2] / "README.md"
PAGE = README.with_name("docs") / "home_assistant.md"


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


async def test_an_automation_by_hand_of_the_page_goes_by_the_event(hass: HomeAssistant) -> None:
    by_hand, _, _ = (yaml.safe_load(text) for text in blocks(PAGE))
    calls = await runs(hass, by_hand, "gate")
    gate = ViewLayout("gate", ())

    for kind, label in ((EventType.START, "closed"), (EventType.END, "open"), (EventType.START, "open")):
        assert not calls
        event = records.event(1, view=gate.name, event_type=kind, label=label)
        await deliver(hass, [outgoing.event_message(TOPICS, event)])
    for online in (False, True):
        await deliver(hass, [outgoing.status_message(TOPICS, online=online)])
    assert len(calls) == 1


async def test_what_takes_the_place_of_a_count_of_image_processing(hass: HomeAssistant) -> None:
    _, _, after = (yaml.safe_load(text) for text in blocks(PAGE))
    calls = await runs(hass, {"triggers": [after]}, "front")

    for label in ("dog", "cat"):
        assert not calls
        await deliver(hass, [outgoing.state_message(TOPICS, records.state(label, view="front"))])
    assert len(calls) == 1


def blocks(page: Path) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


async def runs(hass: HomeAssistant, part: dict[str, Any], view: str) -> list[Any]:
    """An automation with these triggers and conditions, on a node that has this view; what it has done."""
    calls: list[Any] = async_mock_service(hass, "notify", "notify")
    await announce(hass, device((ViewLayout(view, ()),)))
    await deliver(hass, [*now()[:1], outgoing.availability_message(TOPICS, view, online=True)])
    automation = (
        {"alias": "of the page"} | part | {"actions": [{"action": "notify.notify", "data": {"message": "!"}}]}
    )
    assert await async_setup_component(hass, "automation", {"automation": [automation]})
    await hass.async_block_till_done()
    return calls
