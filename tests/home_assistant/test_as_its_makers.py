"""Each entity as Home Assistant itself has it: class, unit, category, options, name; triggers of its device."""

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

pytest.importorskip(
    "pytest_homeassistant_custom_component", reason="needs Home Assistant: make test-home-assistant"
)

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.device_automation import DeviceAutomationType, async_get_device_automations
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_mock_service

from edgeclassify.config.home_assistant import BinarySensorClass
from edgeclassify.contract import outgoing
from edgeclassify.contract.layout import ViewLayout
from edgeclassify.publish.home_assistant.device import Device, Presentation
from edgeclassify.publish.home_assistant.discovery import Announcement, discovery_topics, platforms
from edgeclassify.publish.home_assistant.published_topics import PublishedTopics
from edgeclassify.types import EventType
from edgeclassify.types.tallies import LabelToday
from tests.home_assistant.node import TOPICS, announce, deliver, device, entities_of, now
from tests.publish import records

pytestmark = [pytest.mark.home_assistant, pytest.mark.usefixtures("mqtt_mock")]

GATE = Presentation(
    ("closed", "open"), name="Garage", icon="mdi:garage", device_class="garage_door", on=("open",), off=("closed",)
)
GATES = (ViewLayout("gate", ("open",)),)
PAGE = Path(__file__).parents[2] / "docs" / "home_assistant.md"
PLATFORMS = ("binary_sensor", "event", "image", "number", "select", "sensor", "switch")


def gate(**changes: Any) -> Device:
    """A node with one view, of a garage door."""
    return device(GATES, presentations={"gate": changes.pop("shown", GATE)}, **changes)


def row(hass: HomeAssistant, entity: er.RegistryEntry) -> tuple[str, ...]:
    """An entity as a row of the page's table: platform, name, class, category, unit and state class, options."""
    found = hass.states.get(entity.entity_id)
    assert found is not None
    shown = found.attributes
    unit = [shown[key] for key in ("unit_of_measurement", "state_class") if key in shown]
    options = [*shown.get("options", ()), *shown.get("event_types", ())]
    name = str(shown["friendly_name"]).removeprefix("porch ")
    kinds = (entity.original_device_class or "", str(entity.entity_category or ""))
    return entity.domain, name, *kinds, ", ".join(unit), ", ".join(options)


def documented() -> set[tuple[str, ...]]:
    lines = (line.strip().strip("|").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines())
    rows = (tuple(cell.strip().strip("`") for cell in line) for line in lines)
    return {cells for cells in rows if cells[0] in PLATFORMS}


async def test_every_entity_is_as_the_page_has_it(hass: HomeAssistant) -> None:
    """Its class, category, unit, options and name."""
    found = gate()
    await announce(hass, found)
    await deliver(hass, now_of_the_gate("open"))

    entities = er.async_get(hass).entities.values()
    assert {row(hass, entity) for entity in entities} == documented()
    assert len(entities) == len(entities_of(found)) == len(documented())


def now_of_the_gate(label: str, **changes: Any) -> list[Any]:
    """What the broker keeps of it while it shows this label."""
    shown = records.state(label, view="gate", **changes)
    return [
        *(message for message in now() if "/feeder/" not in message.topic and "/front_door/" not in message.topic),
        outgoing.availability_message(TOPICS, "gate", True),
        outgoing.state_message(TOPICS, shown),
        *outgoing.label_messages(TOPICS, shown, GATES[0].slugs),
    ]


def shows(hass: HomeAssistant, entity_id: str) -> str:
    found = hass.states.get(entity_id)
    assert found is not None, f"no {entity_id} among {sorted(hass.states.async_entity_ids())}"
    return str(found.state)


def test_the_classes_are_home_assistants() -> None:
    assert set(get_args(BinarySensorClass)) == {str(kind) for kind in BinarySensorDeviceClass}


@pytest.mark.parametrize(
    ("label", "off", "expected"),
    [
        ("open", ("closed",), "on"),
        ("closed", ("closed",), "off"),
        ("unknown", ("closed",), "unknown"),
        ("ajar", ("closed",), "unknown"),
        ("unknown", ("closed", "unknown"), "off"),
        ("open", (), "on"),
        ("closed", (), "off"),
        ("unknown", (), "off"),
    ],
)
async def test_a_two_state_view_is_one_binary_sensor(
    hass: HomeAssistant, label: str, off: tuple[str, ...], expected: str
) -> None:
    await announce(hass, gate(shown=replace(GATE, off=off, can_show=("ajar", "closed", "open"))))
    event_id = None if label == "unknown" else "id-7"
    await deliver(hass, now_of_the_gate(label, event_id=event_id))

    assert shows(hass, "binary_sensor.porch_garage") == expected
    assert shows(hass, "sensor.porch_garage") == label
    assert hass.states.get("binary_sensor.porch_garage").attributes["device_class"] == "garage_door"
    assert "icon" not in hass.states.get("binary_sensor.porch_garage").attributes, "the class has its own two"
    assert hass.states.get("sensor.porch_garage").attributes["icon"] == "mdi:garage"


async def test_where_nobody_can_tell_it_is_unknown(hass: HomeAssistant) -> None:
    await announce(hass, gate(shown=replace(GATE, off=())))
    await deliver(hass, now_of_the_gate("unknown", event_id=None, top=(), known=False))

    assert shows(hass, "binary_sensor.porch_garage") == "unknown"


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (None, ("unknown", "unknown")),
        ((), ("0", "0")),
        ((LabelToday("closed", 9, 50.0, records.T0),), ("0", "0")),
        ((LabelToday("open", 3, 1200.5, records.T0),), ("3", "1200.5")),
        (tuple(LabelToday(f"label {i}", 1, 1.0, records.T0) for i in range(50)), ("unknown", "unknown")),
    ],
)
async def test_counts_of_the_day(
    hass: HomeAssistant, today: tuple[LabelToday, ...] | None, expected: tuple[str, str]
) -> None:
    await announce(hass, gate())
    day = None if today is None else "2026-11-29"
    await deliver(hass, now_of_the_gate("open", today=today, day=day))

    names = ("sensor.porch_garage_open_today", "sensor.porch_garage_open_time_today")
    assert tuple(shows(hass, name) for name in names) == expected
    assert shows(hass, "sensor.porch_garage_since") == "2026-11-18T11:06:40+00:00"


async def test_of_many_labels_there_is_no_list(hass: HomeAssistant) -> None:
    many = tuple(f"label {i}" for i in range(21))
    for labels, kind in ((many, None), (many[:20], "enum"), (("x" * 256,), None)):
        await announce(hass, gate(shown=Presentation(labels)))
        await deliver(hass, now_of_the_gate(labels[0]))
        assert hass.states.get("sensor.porch_gate").attributes.get("device_class") == kind
        assert shows(hass, "sensor.porch_gate") == labels[0][:255]


ODD = ("猫 😀", '"quoted" {{ 1 }} %}', "back\\slash \\u0041", "it's\ttwo")


@pytest.mark.parametrize("label", ODD)
async def test_labels_of_any_script_are_options_and_triggers(hass: HomeAssistant, label: str) -> None:
    shown = Presentation(("other", label), on=(label,))
    await announce(hass, gate(shown=shown))
    calls = await automation_by(hass, "starts", label)
    for text, expected in ((label, "on"), ("other", "off")):
        await deliver(hass, now_of_the_gate(text))
        assert shows(hass, "sensor.porch_gate") == text
        assert shows(hass, "binary_sensor.porch_gate") == expected
        await deliver(hass, [outgoing.event_message(TOPICS, records.event(1, view="gate", label=text))])
    assert len(calls) == 1


async def automation_by(hass: HomeAssistant, kind: str, label: str) -> list[Any]:
    """Calls of an automation with one of the device's triggers, as the editor offers it."""
    calls: list[Any] = async_mock_service(hass, "test", "happened")
    (found,) = dr.async_get(hass).devices.values()
    offered = await async_get_device_automations(hass, DeviceAutomationType.TRIGGER, [found.id])
    (trigger,) = [
        one for one in offered[found.id] if one.get("type") == kind and str(one["subtype"]).endswith(f" {label}")
    ]
    config = {"triggers": [trigger], "actions": [{"action": "test.happened"}]}
    assert await async_setup_component(hass, "automation", {"automation": [config]})
    await hass.async_block_till_done()
    return calls


@pytest.mark.parametrize(
    ("trigger", "kind"), [("starts", EventType.START), ("ends", EventType.END), ("stays", EventType.LASTING)]
)
async def test_a_device_trigger_fires_at_its_events_alone(
    hass: HomeAssistant, trigger: str, kind: EventType
) -> None:
    await announce(hass, gate(shown=replace(GATE, lasting=("open",))))
    calls = await automation_by(hass, trigger, "open")
    for label in ("closed", "open"):
        for one in EventType:
            event = records.event(1, view="gate", label=label, event_type=one)
            await deliver(hass, [outgoing.event_message(TOPICS, event)])
    assert len(calls) == 1, kind


async def test_triggers_are_offered_where_labels_are_listed_or_few(hass: HomeAssistant) -> None:
    async def offered(view: ViewLayout, shown: Presentation) -> list[str]:
        await announce(hass, device((view,), presentations={"gate": shown}))
        (found,) = dr.async_get(hass).devices.values()
        triggers = await async_get_device_automations(hass, DeviceAutomationType.TRIGGER, [found.id])
        return sorted(one["subtype"] for one in triggers[found.id] if one["domain"] == "mqtt")

    nine = tuple(f"label {i}" for i in range(9))
    assert await offered(ViewLayout("gate"), Presentation(nine)) == []
    assert len(await offered(ViewLayout("gate"), Presentation(nine[:8]))) == 16


async def test_a_view_with_an_area_is_a_device_of_its_own(hass: HomeAssistant) -> None:
    shown = replace(GATE, area="Drive")
    await announce(hass, device((*GATES, ViewLayout("yard")), presentations={"gate": shown}, page="http://porch"))
    await deliver(hass, now_of_the_gate("open"))

    registry = dr.async_get(hass)
    own = registry.async_get_device({("mqtt", "edgeclassify_porch/gate")})
    node = registry.async_get_device({("mqtt", "edgeclassify_porch")})
    assert own is not None
    assert node is not None
    assert (own.name, own.via_device_id, own.sw_version) == ("Garage", node.id, "1.2.3")
    assert ar.async_get(hass).async_get_area(own.area_id or "").name == "Drive"
    assert (node.configuration_url, node.area_id) == ("http://porch", None)
    assert shows(hass, "binary_sensor.garage") == "on"
    assert shows(hass, "sensor.garage_open_today") == "unknown"
    mine = {found.entity_id for found in er.async_entries_for_device(er.async_get(hass), own.id)}
    assert {"sensor.garage", "sensor.garage_score", "switch.garage_enabled", "event.garage_event"} <= mine
    assert not [found for found in hass.states.async_entity_ids() if "porch_garage" in found]
    assert "sensor.porch_yard" in hass.states.async_entity_ids()


async def test_a_view_moves_to_a_device_of_its_own_and_back(hass: HomeAssistant, tmp_path: Path) -> None:
    """In the order in which the node sends it, with nothing awaited between."""
    path = tmp_path / "published"
    area, plain = replace(GATE, area="Drive"), GATE
    topics: set[str] = set()
    for shown, entity_id in (
        (plain, "sensor.porch_garage"),
        (area, "sensor.garage"),
        (plain, "sensor.porch_garage"),
    ):
        found = gate(shown=shown)
        published = PublishedTopics(path)
        gone = topics - set(discovery_topics(found))
        published.update(discovery_topics(found), platforms(found))
        messages = [*Announcement(found, published.gone_components).messages, *map(outgoing.removed, gone)]
        topics = set(discovery_topics(found))
        await deliver(hass, messages)
        await deliver(hass, now_of_the_gate("open"))

        assert shows(hass, entity_id) == "open"
        assert len(er.async_get(hass).entities) == len(entities_of(found))
        assert len(dr.async_get(hass).devices) == len(topics)
