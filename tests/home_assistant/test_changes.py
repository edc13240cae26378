"""What Home Assistant keeps and drops when the node's config changes, and when either side starts again."""

from pathlib import Path

import pytest

pytest.importorskip(
    "pytest_homeassistant_custom_component", reason="needs Home Assistant: make test-home-assistant"
)

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from edgeclassify.contract import outgoing
from edgeclassify.contract.layout import ViewLayout
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import Announcement, discovery_topic, platforms
from edgeclassify.publish.home_assistant.published_topics import PublishedTopics
from tests.home_assistant.node import VIEWS, announce, deliver, device, entities_of, now

pytestmark = [pytest.mark.home_assistant, pytest.mark.usefixtures("mqtt_mock")]


async def start(hass: HomeAssistant, published: PublishedTopics, found: Device) -> None:
    """The node starts with a config: it announces itself, by what it remembers."""
    published.update((), platforms(found))
    await deliver(hass, Announcement(found, published.gone_components).messages)


def entities(hass: HomeAssistant) -> set[str]:
    return {found.unique_id.removeprefix("edgeclassify_porch.") for found in er.async_get(hass).entities.values()}


async def test_a_label_that_is_gone_takes_its_entity_along(hass: HomeAssistant, tmp_path: Path) -> None:
    path = tmp_path / "published"
    await start(hass, PublishedTopics(path), device())
    await deliver(hass, now())
    before = entities(hass)

    await start(hass, PublishedTopics(path), device((ViewLayout("feeder", ("Schön",)), VIEWS[1])))

    of_the_label = {"label.egyptian_cat", "today.egyptian_cat", "seconds_today.egyptian_cat"}
    assert before - entities(hass) == {f"feeder.{name}" for name in of_the_label}
    assert hass.states.get("binary_sensor.porch_feeder_egyptian_cat") is None
    assert hass.states.get("sensor.porch_feeder").state == "Egyptian cat", "what stays is not touched"


async def test_a_view_that_is_gone_takes_its_entities_along(hass: HomeAssistant, tmp_path: Path) -> None:
    path = tmp_path / "published"
    await start(hass, PublishedTopics(path), device())
    before = entities(hass)

    await start(hass, PublishedTopics(path), device(VIEWS[:1]))

    assert {name for name in before if name.startswith("front_door.")} == before - entities(hass)
    assert entities(hass) == entities_of(device(VIEWS[:1]))


async def test_left_out_without_a_stub_it_stays(hass: HomeAssistant) -> None:
    """Why it must be remembered: Home Assistant drops nothing by itself."""
    await announce(hass)
    await announce(hass, device(VIEWS[:1]))

    assert entities(hass) == entities_of(device())


async def test_what_comes_back_is_there_again(hass: HomeAssistant, tmp_path: Path) -> None:
    path = tmp_path / "published"
    for views in (VIEWS, VIEWS[:1], VIEWS):
        await start(hass, PublishedTopics(path), device(views))

    assert entities(hass) == entities_of(device())
    await deliver(hass, now())
    assert hass.states.get("sensor.porch_feeder").state == "Egyptian cat"


async def test_announced_again_nothing_changes(hass: HomeAssistant) -> None:
    await announce(hass)
    await deliver(hass, now())
    before = {found.entity_id: found.state for found in hass.states.async_all()}

    await announce(hass)

    assert {found.entity_id: found.state for found in hass.states.async_all()} == before


async def test_discovery_switched_off_removes_the_device(hass: HomeAssistant) -> None:
    await announce(hass)
    assert len(dr.async_get(hass).devices) == 1

    await deliver(hass, [outgoing.removed(discovery_topic("homeassistant", "porch"))])

    assert entities(hass) == set()
    assert not dr.async_get(hass).devices


async def test_a_home_assistant_that_starts_later_understands_the_stubs(hass: HomeAssistant) -> None:
    """It has only the retained messages; it never knew what the stubs are about."""
    gone = {"front_door.label": "sensor", "front_door.event": "event"}
    await deliver(hass, Announcement(device(VIEWS[:1]), gone).messages, replayed=True)
    await deliver(hass, now(), replayed=True)

    assert entities(hass) == entities_of(device(VIEWS[:1]))
    assert hass.states.get("sensor.porch_feeder").state == "Egyptian cat"


async def test_what_went_while_home_assistant_was_off_stays_listed_until_it_is_deleted(
    hass: HomeAssistant,
) -> None:
    """A limit of Home Assistant's: a stub removes what this run has seen, and no older registry entry."""
    (entry,) = hass.config_entries.async_entries("mqtt")
    old = er.async_get(hass).async_get_or_create(
        "sensor", "mqtt", "edgeclassify_porch.yard.label", config_entry=entry
    )

    await announce(hass, yard__label="sensor")

    assert er.async_get(hass).async_get(old.entity_id) is not None
    assert hass.states.get(old.entity_id) is None
