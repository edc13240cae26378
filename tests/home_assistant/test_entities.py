"""Home Assistant's own MQTT integration makes entities of the discovery message, and states of the others."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from unittest.mock import MagicMock

import pytest

pytest.importorskip(
    "pytest_homeassistant_custom_component", reason="needs Home Assistant: make test-home-assistant"
)

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from edgeclassify.config import CommandsConfig
from edgeclassify.contract import outgoing
from edgeclassify.contract.layout import ViewLayout
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.publish.mqtt.requests.inbox import Inbox
from edgeclassify.publish.mqtt.session.event_messages import spooled_message
from edgeclassify.types import Command, Condition, EventType, Option, Problem, Request, Shift
from tests.home_assistant.node import TOPICS, announce, deliver, device, entities_of, health, now
from tests.publish import records

pytestmark = [pytest.mark.home_assistant, pytest.mark.usefixtures("mqtt_mock")]

ENTITIES = {
    "binary_sensor.porch_connected": "connected",
    "sensor.porch_temperature": "health.temperature_c",
    "sensor.porch_frame_rate": "health.fps",
    "sensor.porch_inference_time": "health.inference_ms_p50",
    "sensor.porch_memory": "health.rss_bytes",
    "sensor.porch_events_waiting": "health.spool_depth",
    "sensor.porch_events_dropped": "health.spool_dropped",
    "sensor.porch_frames_dropped": "health.dropped",
    "sensor.porch_pictures_left_out": "health.skipped",
    "sensor.porch_snapshots_dropped": "health.snapshots_dropped",
    "sensor.porch_snapshots_left_out": "health.snapshots_skipped",
    "sensor.porch_written_in_24_hours": "health.bytes_written_day",
    "sensor.porch_frames_without_motion": "health.still_frames",
    "sensor.porch_state_folder": "health.state_folder",
    "binary_sensor.porch_throttled": "health.throttled",
    "binary_sensor.porch_clock_synchronised": "health.clock_synchronised",
    "sensor.porch_feeder": "feeder.label",
    "sensor.porch_feeder_score": "feeder.score",
    "binary_sensor.porch_feeder_egyptian_cat": "feeder.label.egyptian_cat",
    "binary_sensor.porch_feeder_schon": "feeder.label.schon",
    "binary_sensor.porch_feeder_problem": "feeder.problem",
    "sensor.porch_feeder_egyptian_cat_today": "feeder.today.egyptian_cat",
    "sensor.porch_feeder_egyptian_cat_time_today": "feeder.seconds_today.egyptian_cat",
    "sensor.porch_feeder_schon_today": "feeder.today.schon",
    "sensor.porch_feeder_schon_time_today": "feeder.seconds_today.schon",
    "sensor.porch_feeder_since": "feeder.since",
    "event.porch_feeder_event": "feeder.event",
    "image.porch_feeder_snapshot": "feeder.snapshot",
    "switch.porch_feeder_enabled": "feeder.enabled",
    "number.porch_feeder_threshold": "feeder.threshold",
    "number.porch_feeder_interval": "feeder.interval",
    "sensor.porch_feeder_snoozed_until": "feeder.snooze",
    "sensor.porch_front_door": "front_door.label",
    "sensor.porch_front_door_score": "front_door.score",
    "binary_sensor.porch_front_door_open": "front_door.label.open",
    "binary_sensor.porch_front_door_problem": "front_door.problem",
    "sensor.porch_front_door_open_today": "front_door.today.open",
    "sensor.porch_front_door_open_time_today": "front_door.seconds_today.open",
    "sensor.porch_front_door_since": "front_door.since",
    "event.porch_front_door_event": "front_door.event",
    "image.porch_front_door_snapshot": "front_door.snapshot",
    "switch.porch_front_door_enabled": "front_door.enabled",
    "number.porch_front_door_threshold": "front_door.threshold",
    "number.porch_front_door_interval": "front_door.interval",
    "sensor.porch_front_door_snoozed_until": "front_door.snooze",
}
NODE_LEVEL = [name for name, component in ENTITIES.items() if component.startswith("health.")]
OF_A_SETTING = ("enabled", "threshold", "interval", "snooze")


def state(hass: HomeAssistant, entity_id: str) -> str:
    found = hass.states.get(entity_id)
    assert found is not None, f"no {entity_id} among {sorted(hass.states.async_entity_ids())}"
    return str(found.state)


def unavailable(hass: HomeAssistant) -> set[str]:
    return {found.entity_id for found in hass.states.async_all() if found.state == "unavailable"}


async def test_each_component_becomes_one_entity_of_one_device(hass: HomeAssistant) -> None:
    await announce(hass)

    entities = er.async_get(hass).entities.values()
    assert {found.entity_id: found.unique_id for found in entities} == {
        name: f"edgeclassify_porch.{component}" for name, component in ENTITIES.items()
    }
    (found,) = dr.async_get(hass).devices.values()
    assert (found.name, found.manufacturer, found.sw_version) == ("porch", "edgeclassify", "1.2.3")
    assert found.identifiers == {("mqtt", "edgeclassify_porch")}
    assert {entity.device_id for entity in entities} == {found.id}


async def test_nothing_is_available_before_the_node_says_so(hass: HomeAssistant) -> None:
    await announce(hass)

    assert unavailable(hass) == set(ENTITIES) - {"binary_sensor.porch_connected"}


async def test_states_show_what_the_view_shows(hass: HomeAssistant) -> None:
    await announce(hass)
    await deliver(hass, now("feeder", "Egyptian cat"))

    assert unavailable(hass) == set()
    assert state(hass, "sensor.porch_feeder") == "Egyptian cat"
    assert state(hass, "sensor.porch_feeder_score") == "93.46"
    assert state(hass, "binary_sensor.porch_feeder_egyptian_cat") == "on"
    assert state(hass, "binary_sensor.porch_feeder_schon") == "off"
    assert state(hass, "sensor.porch_front_door") == "unknown"
    attributes = hass.states.get("sensor.porch_feeder").attributes
    assert attributes["friendly_name"] == "porch Feeder"
    assert attributes["event_id"] == "id-7"
    assert attributes["top"][0] == {"label": "open", "score": 0.9346}
    score = hass.states.get("sensor.porch_feeder_score").attributes
    assert (score["unit_of_measurement"], score["state_class"]) == ("%", "measurement")


async def test_health_becomes_diagnostics(hass: HomeAssistant) -> None:
    await announce(hass)
    await deliver(hass, now())

    assert state(hass, "binary_sensor.porch_connected") == "on"
    assert state(hass, "sensor.porch_temperature") == "51.5"
    assert state(hass, "sensor.porch_frame_rate") == "2.0"
    assert state(hass, "sensor.porch_inference_time") == "4.1"
    assert state(hass, "sensor.porch_memory") == "81000000"
    assert state(hass, "sensor.porch_events_waiting") == "0"
    assert state(hass, "sensor.porch_events_dropped") == "0"
    assert state(hass, "sensor.porch_frames_dropped") == "3"
    assert state(hass, "sensor.porch_written_in_24_hours") == "9000000"
    assert state(hass, "sensor.porch_state_folder") == "ok"
    assert state(hass, "binary_sensor.porch_throttled") == "off"
    assert state(hass, "binary_sensor.porch_clock_synchronised") == "on"
    registry = er.async_get(hass)
    assert {registry.async_get(name).entity_category for name in NODE_LEVEL} == {"diagnostic"}


async def test_a_figure_that_the_machine_cannot_tell_is_unknown(hass: HomeAssistant) -> None:
    await announce(hass)
    await deliver(
        hass, [*now(), health(temperature_c=None, throttled=None, clock_synchronised=False, state_folder=None)]
    )

    assert state(hass, "sensor.porch_state_folder") == "unknown"
    assert state(hass, "sensor.porch_temperature") == "unknown"
    assert state(hass, "binary_sensor.porch_throttled") == "unknown"
    assert state(hass, "binary_sensor.porch_clock_synchronised") == "off"


async def test_a_throttled_node_is_a_problem(hass: HomeAssistant) -> None:
    await announce(hass)
    await deliver(hass, [*now(), health(throttled=True)])

    found = hass.states.get("binary_sensor.porch_throttled")
    assert (found.state, found.attributes["device_class"]) == ("on", "problem")


async def test_without_the_daemon_only_the_connection_is_known(hass: HomeAssistant) -> None:
    await announce(hass)
    await deliver(hass, [*now(), outgoing.status_message(TOPICS, online=False)])

    assert unavailable(hass) == set(ENTITIES) - {"binary_sensor.porch_connected"}
    assert state(hass, "binary_sensor.porch_connected") == "off"

    await deliver(hass, [outgoing.status_message(TOPICS, online=True)])
    assert unavailable(hass) == set()


async def test_without_its_camera_only_that_view_is_unavailable(hass: HomeAssistant) -> None:
    await announce(hass)
    await deliver(hass, [*now(), outgoing.availability_message(TOPICS, "feeder", online=False)])

    of_the_camera = {
        name for name, component in ENTITIES.items()
        if component.startswith("feeder.") and component.split(".")[1] not in OF_A_SETTING
    }  # fmt: skip
    assert len(of_the_camera) == 12
    assert unavailable(hass) == of_the_camera
    assert state(hass, "switch.porch_feeder_enabled") == "on", "a view that is off can be switched on again"


async def test_a_problem_of_the_camera_and_what_it_is(hass: HomeAssistant) -> None:
    await announce(hass)
    await deliver(hass, now())
    assert state(hass, "binary_sensor.porch_feeder_problem") == "off"

    moved = Condition((Problem.MOVED, Problem.DEFOCUSED), Shift(0.05, 0.0), realigned=True)
    await deliver(hass, [outgoing.condition_message(TOPICS, "feeder", moved)])

    found = hass.states.get("binary_sensor.porch_feeder_problem")
    assert (found.state, found.attributes["device_class"]) == ("on", "problem")
    assert found.attributes["problems"] == ["moved", "defocused"]
    assert (found.attributes["moved_by"], found.attributes["realigned"]) == ({"x": 0.05, "y": 0.0}, True)
    assert state(hass, "binary_sensor.porch_front_door_problem") == "off"


@pytest.mark.parametrize("kind", list(EventType))
async def test_an_event_fires_the_event_entity(hass: HomeAssistant, kind: EventType) -> None:
    await announce(hass)
    await deliver(hass, now())
    assert state(hass, "event.porch_feeder_event") == "unknown"

    await deliver(hass, [outgoing.event_message(TOPICS, records.event(12, view="feeder", event_type=kind))])

    found = hass.states.get("event.porch_feeder_event")
    assert found.state != "unknown"
    assert found.attributes["event_type"] == str(kind)
    assert (found.attributes["label"], found.attributes["seq"], found.attributes["id"]) == ("open", 12, "id-12")
    assert found.attributes["why"]["threshold_enter"] == 0.6
    assert state(hass, "event.porch_front_door_event") == "unknown"


async def test_a_late_event_fires_nothing(hass: HomeAssistant) -> None:
    await announce(hass)
    body = outgoing.event_message(TOPICS, records.event(12, view="feeder")).payload
    spooled = SpooledEvent(12, "feeder", body)
    await deliver(hass, [*now(), spooled_message(TOPICS, spooled, historical=True)])

    assert state(hass, "event.porch_feeder_event") == "unknown"


def understood(topic: str, payload: object) -> tuple[Option | None, object]:
    """What the node makes of what Home Assistant sends."""
    request = Inbox(topics=TOPICS, views=["feeder"], config=CommandsConfig(), asker=ResponseTopics()).take(
        topic, str(payload).encode(), False
    )
    assert isinstance(request, Request)
    assert (request.command, request.view) == (Command.SET, "feeder")
    return request.option, request.value


async def test_options_show_and_set(hass: HomeAssistant, mqtt_mock: MagicMock) -> None:
    await announce(hass)
    await deliver(hass, now())
    assert state(hass, "switch.porch_feeder_enabled") == "on"
    assert state(hass, "number.porch_feeder_threshold") == "0.6"
    assert state(hass, "number.porch_feeder_interval") == "0.5"

    sent = mqtt_mock.async_publish
    sent.reset_mock()
    target = {"entity_id": "switch.porch_feeder_enabled"}
    await hass.services.async_call("switch", "turn_off", target, blocking=True)
    sent.assert_called_once_with(TOPICS.option_set("feeder", Option.ENABLED), "OFF", 1, False)
    assert understood(*sent.call_args.args[:2]) == (Option.ENABLED, False)
    assert state(hass, "switch.porch_feeder_enabled") == "on", "it shows what the node says, not what was asked"

    await deliver(hass, [outgoing.option_message(TOPICS, "feeder", Option.ENABLED, False)])
    assert state(hass, "switch.porch_feeder_enabled") == "off"


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        (Option.THRESHOLD, 0.75, "0.75"),
        (Option.THRESHOLD, 1, "1"),
        (Option.THRESHOLD, 0, "0"),
        (Option.INTERVAL, 2.5, "2.5"),
        (Option.INTERVAL, 604_800, "604800"),
    ],
)
async def test_numbers_are_set(
    hass: HomeAssistant, mqtt_mock: MagicMock, option: Option, value: float, text: str
) -> None:
    await announce(hass)
    await deliver(hass, now())
    sent = mqtt_mock.async_publish
    sent.reset_mock()

    target = {"entity_id": f"number.porch_feeder_{option}", "value": value}
    await hass.services.async_call("number", "set_value", target, blocking=True)
    (topic, found, qos, retain), _ = sent.call_args
    assert (topic, str(found), qos, retain) == (TOPICS.option_set("feeder", option), text, 1, False)
    assert understood(topic, found) == (option, value)

    await deliver(hass, [outgoing.option_message(TOPICS, "feeder", option, value)])
    assert float(state(hass, f"number.porch_feeder_{option}")) == value


async def test_the_picture_is_the_snapshot(hass: HomeAssistant, hass_client: Callable[[], Awaitable[Any]]) -> None:
    await announce(hass)
    jpeg = b"\xff\xd8\xff\xe0 what a camera saw \x00\xff\xd9"
    await deliver(hass, [*now(), outgoing.snapshot_message(TOPICS, "feeder", jpeg)])

    client = await hass_client()
    answer = await client.get("/api/image_proxy/image.porch_feeder_snapshot")
    assert answer.status == 200
    assert answer.content_type == "image/jpeg"
    assert await answer.read() == jpeg


async def test_without_options_and_snapshots_there_are_none(hass: HomeAssistant) -> None:
    await announce(hass, device(options=False, snapshots=False))

    assert not hass.states.async_entity_ids(["switch", "number", "image"])
    assert state(hass, "sensor.porch_feeder") == "unavailable"


async def test_labels_of_any_length_and_script(hass: HomeAssistant) -> None:
    labels = ("猫", "猫 " * 200, "Ägyptische Katze", "egyptian_cat", "a+b/#", '"quoted" {{ 1 }}')
    view = ViewLayout("feeder", labels)
    found = device((view,))
    await announce(hass, found)
    for label in labels:
        shown = records.state(label, view="feeder")
        messages = [outgoing.state_message(TOPICS, shown), *outgoing.label_messages(TOPICS, shown, view.slugs)]
        await deliver(hass, [*now()[:1], outgoing.availability_message(TOPICS, "feeder", True), *messages])

        assert state(hass, "sensor.porch_feeder") == label[:255]
        entities = er.async_get(hass)
        switched = {
            slug: state(hass, entities.async_get_entity_id(
                "binary_sensor", "mqtt", f"edgeclassify_porch.feeder.label.{slug}"
            ))
            for slug in view.slugs.values()
        }  # fmt: skip
        assert switched == {slug: "on" if name == label else "off" for name, slug in view.slugs.items()}


async def test_where_nobody_can_tell_a_label_is_unknown_and_not_off(hass: HomeAssistant) -> None:
    view = ViewLayout("feeder", ("cat", "squirrel"))
    await announce(hass, device((view,)))
    shown = records.state("cat", view="feeder")
    for known, expected in ((True, ["on", "off"]), (False, ["unknown"] * 2), (True, ["on", "off"])):
        messages = outgoing.label_messages(TOPICS, replace(shown, known=known), view.slugs)
        await deliver(hass, [*now()[:1], outgoing.availability_message(TOPICS, "feeder", True), *messages])

        found = [state(hass, f"binary_sensor.porch_feeder_{label}") for label in ("cat", "squirrel")]
        assert found == expected


async def test_a_view_named_as_the_device_is_not_named_twice(hass: HomeAssistant) -> None:
    topics = Topics("edgeclassify", "camera")
    await announce(hass, device((ViewLayout("camera", ("open",)),), topics))

    assert {"sensor.camera", "sensor.camera_score", "binary_sensor.camera_open"} <= set(
        hass.states.async_entity_ids()
    )
    assert hass.states.get("sensor.camera").attributes["friendly_name"] == "camera"


async def test_nodes_and_views_keep_apart(hass: HomeAssistant) -> None:
    """Names that differ by a joint only: node a, view b_c and node a_b, view c."""
    for node, names in (("a", ("b", "b_label", "B")), ("a_b", ("label", "b"))):
        await announce(hass, device(tuple(ViewLayout(name) for name in names), Topics("edgeclassify", node)))

    entities = er.async_get(hass).entities
    expected = len(entities_of(device(tuple(ViewLayout(name) for name in ("b", "b_label", "B")))))
    expected += len(entities_of(device(tuple(ViewLayout(name) for name in ("label", "b")))))
    assert len(entities) == expected
    assert len({found.unique_id for found in entities.values()}) == expected


async def test_until_when_a_view_is_snoozed(hass: HomeAssistant) -> None:
    await announce(hass)
    await deliver(hass, [*now(), outgoing.snooze_message(TOPICS, "feeder", 1_700_000_000.0)])

    assert state(hass, "sensor.porch_feeder_snoozed_until") == "2023-11-14T22:13:20+00:00"
    assert state(hass, "sensor.porch_front_door_snoozed_until") == "unknown"
    await deliver(hass, [outgoing.snooze_message(TOPICS, "feeder", None)])
    assert state(hass, "sensor.porch_feeder_snoozed_until") == "unknown"


async def test_a_profile_is_chosen_from_a_list(hass: HomeAssistant, mqtt_mock: MagicMock) -> None:
    await announce(hass, device(profiles=("away", "night")))
    await deliver(hass, [*now(), outgoing.profile_message(TOPICS, None)])

    entity_id = "select.porch_profile"
    assert hass.states.get(entity_id).attributes["options"] == ["away", "night", "No profile"]
    assert state(hass, entity_id) == "No profile"
    await deliver(hass, [outgoing.profile_message(TOPICS, "away")])
    assert state(hass, entity_id) == "away"
    for option, payload in (("night", "night"), ("No profile", "none")):
        chosen = {"entity_id": entity_id, "option": option}
        await hass.services.async_call("select", "select_option", chosen, blocking=True)
        mqtt_mock.async_publish.assert_called_with(TOPICS.profile_set, payload, 1, False)
