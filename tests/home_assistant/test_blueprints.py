"""The blueprints, imported by Home Assistant, made automations of, and started by what the node sends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

pytest.importorskip(
    "pytest_homeassistant_custom_component", reason="needs Home Assistant: make test-home-assistant"
)

from homeassistant.components.blueprint.importer import fetch_blueprint_from_url
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    async_fire_mqtt_message,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from edgeclassify.contract import outgoing
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.request_payload import body_of
from edgeclassify.contract.requests import request_of
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.types import Command, EventType, Novelty, Why
from edgeclassify.types.teaching import CorrectEvent
from tests.home_assistant.node import TOPICS, announce, deliver, now
from tests.publish import records

pytestmark = [pytest.mark.home_assistant, pytest.mark.usefixtures("mqtt_mock")]

FOLDER = Path(__file__).parents[2] / "config/home_assistant/blueprints/automation/edgeclassify"
BLUEPRINTS = sorted(path.name for path in FOLDER.glob("*.yaml"))
VIEW, EVENTS, PICTURE = "sensor.porch_feeder", "event.porch_feeder_event", "image.porch_feeder_snapshot"
CAT, BIRD = "Egyptian cat", "Schön"

StartNotifying = Callable[..., Awaitable[None]]


@pytest.fixture
async def phone(hass: HomeAssistant) -> list[ServiceCall]:
    """Notifications that a phone has got. The node is announced, and its cat is there."""
    found: list[ServiceCall] = async_mock_service(hass, "notify", "mobile_app_phone")
    await announce(hass)
    await deliver(hass, now())
    return found


async def automate(hass: HomeAssistant, blueprint: str, **inputs: Any) -> None:
    """An automation of the blueprint, which lies where people put it."""
    place = Path(hass.config.path("blueprints", "automation", "edgeclassify"))
    place.mkdir(parents=True, exist_ok=True)
    copyfile(FOLDER / blueprint, place / blueprint)
    config = {"use_blueprint": {"path": f"edgeclassify/{blueprint}", "input": inputs}}
    assert await async_setup_component(hass, "automation", {"automation": [config]})
    await hass.async_block_till_done()
    assert len(hass.states.async_entity_ids("automation")) == 1
    assert hass.states.get(hass.states.async_entity_ids("automation")[0]).state == "on"


async def happens(hass: HomeAssistant, kind: EventType, label: str, seq: int = 1, **changes: Any) -> None:
    event = records.event(seq, view="feeder", event_type=kind, label=label, **changes)
    await deliver(hass, [outgoing.event_message(TOPICS, event)])


async def comes_back(hass: HomeAssistant) -> None:
    """The node was away for a moment."""
    for online in (False, True):
        await deliver(hass, [outgoing.status_message(TOPICS, online=online)])


def test_there_are_four() -> None:
    names = ["first_visitor_today", "left_open_too_long", "notify_with_picture", "presence_by_label"]
    assert [f"{name}.yaml" for name in names] == BLUEPRINTS


@pytest.mark.parametrize("name", BLUEPRINTS)
async def test_home_assistant_imports_it(
    hass: HomeAssistant, aioclient_mock: AiohttpClientMocker, name: str
) -> None:
    url = f"https://example.org/{name}"
    aioclient_mock.get(url, text=(FOLDER / name).read_text(encoding="utf-8"))

    found = await fetch_blueprint_from_url(hass, url)

    assert found.blueprint.domain == "automation"
    assert found.blueprint.name.startswith("edgeclassify: ")
    assert found.blueprint.validate() is None


async def send(hass: HomeAssistant, *messages: Message) -> None:
    """The messages arrive. Nothing waits for what they start: an automation that asks may go on for hours."""
    for message in messages:
        async_fire_mqtt_message(hass, message.topic, message.payload, message.qos)


async def soon(condition: Callable[[], Any]) -> None:
    """Wait for the condition; AssertionError after 15 s."""
    for _ in range(1500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not within 15 s")


@pytest.fixture
async def notifying(hass: HomeAssistant, phone: list[ServiceCall]) -> AsyncIterator[StartNotifying]:
    """Starts the automation with a picture; it is ended after the test."""

    async def start(**inputs: Any) -> None:
        usual = {"events": EVENTS, "picture": PICTURE, "notify": "notify.mobile_app_phone", "labels": [CAT]}
        await automate(hass, "notify_with_picture.yaml", **(usual | inputs))

    yield start
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


def cat_with_picture(seq: int = 5) -> tuple[Message, Message]:
    event = records.event(seq, view="feeder", label=CAT, score=0.934)
    picture = outgoing.snapshot_message(TOPICS, "feeder", b"\xff\xd8\xff\xe0\x00\xff\xd9")
    return outgoing.event_message(TOPICS, event), picture


async def test_a_start_of_its_labels_is_a_notification_with_picture_and_buttons(
    hass: HomeAssistant, phone: list[ServiceCall], notifying: StartNotifying
) -> None:
    await notifying()
    await happens(hass, EventType.UPDATE, CAT)
    await happens(hass, EventType.START, BIRD)
    await comes_back(hass)
    assert not phone

    await send(hass, *cat_with_picture())

    await soon(lambda: phone)
    (call,) = phone
    assert call.data["message"] == "Egyptian cat, 93 %"
    assert call.data["title"] == "porch Feeder event"
    assert call.data["data"]["image"] == hass.states.get(PICTURE).attributes["entity_picture"]
    assert call.data["data"]["tag"] == "edgeclassify-id-5"
    assert [one["title"] for one in call.data["data"]["actions"]] == ["Right", "Wrong"]


async def test_without_its_picture_a_notification_comes_later(
    hass: HomeAssistant, phone: list[ServiceCall], notifying: StartNotifying
) -> None:
    await notifying(labels=[])
    waiting = hass.states.get(hass.states.async_entity_ids("automation")[0]).entity_id
    await send(hass, cat_with_picture()[0])
    await soon(lambda: hass.states.get(waiting).attributes["current"] == 1)
    assert not phone

    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await soon(lambda: phone)


@pytest.mark.parametrize(("pressed", "answer"), [(0, "right"), (1, "wrong")])
async def test_a_press_is_an_event_and_starts_actions(
    hass: HomeAssistant, phone: list[ServiceCall], notifying: StartNotifying, pressed: int, answer: str
) -> None:
    said = async_mock_service(hass, "test", "said")
    fed_back: list[dict[str, Any]] = []
    hass.bus.async_listen("edgeclassify_feedback", lambda event: fed_back.append(dict(event.data)))
    steps = {
        f"when_{word}": [{"action": "test.said", "data": {"word": word, "label": "{{ happened.label }}"}}]
        for word in ("right", "wrong")
    }
    await notifying(**steps)
    for seq in (5, 6):  # two wait for their answers at once
        await send(hass, *cat_with_picture(seq))
        await soon(lambda seq=seq: len(phone) == seq - 4)  # type: ignore[misc]
    await soon(lambda: hass.bus.async_listeners().get("mobile_app_notification_action") == 10)
    second = phone[1].data["data"]["actions"][pressed]["action"]

    hass.bus.async_fire("mobile_app_notification_action", {"action": second})

    await soon(lambda: said and fed_back)
    assert [call.data for call in said] == [{"word": answer, "label": CAT}]
    really = CAT if answer == "right" else ""
    expected = {"entity_id": EVENTS, "id": "id-6", "seq": 6, "label": CAT, "answer": answer, "really": really}
    assert fed_back == [expected]


@pytest.mark.parametrize(
    ("pressed", "asked"),
    [
        ("Right", {"label": CAT}),
        ("a bird", {"label": "a bird"}),
        ("nobody's dog", {"label": "nobody's dog"}),
        ("Wrong", {"wrong": True}),
    ],
)
async def test_a_press_teaches_the_node(
    hass: HomeAssistant,
    phone: list[ServiceCall],
    notifying: StartNotifying,
    mqtt_mock: Any,
    pressed: str,
    asked: dict[str, Any],
) -> None:
    await notifying(node=TOPICS.base, others=["a bird", CAT, "nobody's dog"])
    await send(hass, *cat_with_picture())
    await soon(lambda: phone)
    buttons = {one["title"]: one["action"] for one in phone[0].data["data"]["actions"]}
    assert list(buttons) == ["Right", "a bird", "nobody's dog", "Wrong"]
    await soon(lambda: hass.bus.async_listeners().get("mobile_app_notification_action") == 5)
    mqtt_mock.async_publish.reset_mock()

    hass.bus.async_fire("mobile_app_notification_action", {"action": buttons[pressed]})

    await soon(lambda: mqtt_mock.async_publish.called)
    (call,) = mqtt_mock.async_publish.call_args_list
    topic, payload, qos, retain = call.args[:4]
    assert (topic, qos, retain) == (TOPICS.request("teach/correct"), 1, False)
    assert json.loads(payload) == {"event_id": "id-5", **asked}
    found = request_of(Command.TEACH_CORRECT, body_of(payload.encode()), ["feeder"], ResponseTopics())
    assert found.teaching == CorrectEvent("id-5", asked.get("label"))


async def test_without_a_node_a_press_teaches_nobody(
    hass: HomeAssistant, phone: list[ServiceCall], notifying: StartNotifying, mqtt_mock: Any
) -> None:
    fed_back: list[Any] = []
    hass.bus.async_listen("edgeclassify_feedback", fed_back.append)
    await notifying()
    await send(hass, *cat_with_picture())
    await soon(lambda: phone)
    await soon(lambda: hass.bus.async_listeners().get("mobile_app_notification_action") == 5)
    mqtt_mock.async_publish.reset_mock()
    right = phone[0].data["data"]["actions"][0]["action"]
    hass.bus.async_fire("mobile_app_notification_action", {"action": right})
    await soon(lambda: fed_back)
    await hass.async_block_till_done()
    assert not mqtt_mock.async_publish.called


async def test_without_buttons_nothing_is_asked(
    hass: HomeAssistant, phone: list[ServiceCall], notifying: StartNotifying
) -> None:
    await notifying(buttons=False)
    await send(hass, *cat_with_picture())
    await soon(lambda: phone)
    assert set(phone[0].data["data"]) == {"tag", "image"}


async def test_left_open_too_long_tells_each_mark_and_clears_at_the_end(
    hass: HomeAssistant, phone: list[ServiceCall]
) -> None:
    more = async_mock_service(hass, "test", "close")
    steps = [{"action": "test.close", "data": {"minutes": "{{ minutes }}"}}]
    inputs = {"events": EVENTS, "label": CAT, "notify": "notify.mobile_app_phone", "more": steps}
    await automate(hass, "left_open_too_long.yaml", **inputs)
    await happens(hass, EventType.START, CAT)
    await happens(hass, EventType.LASTING, BIRD, 2, why=Why(lasting_s=600.0, duration_s=600.4))
    assert not phone

    for seq, mark in ((3, 600.0), (4, 3600.0)):
        await happens(hass, EventType.LASTING, CAT, seq, id="id-1", why=Why(lasting_s=mark, duration_s=mark))
    assert [call.data["message"] for call in phone] == [f"Egyptian cat for {n} minutes" for n in (10, 60)]
    assert [call.data["minutes"] for call in more] == [10, 60]

    await comes_back(hass)
    await happens(hass, EventType.END, CAT, 5, id="id-1")
    assert phone[-1].data["message"] == "clear_notification"
    assert {call.data["data"]["tag"] for call in phone} == {"edgeclassify-lasting-id-1"}
    assert (len(phone), len(more)) == (3, 2)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, ["first ever", "first in days", "first today"]),
        (2, ["first ever", "first in days"]),
        (5, ["first ever"]),
    ],
)
async def test_first_visitor_today(
    hass: HomeAssistant, phone: list[ServiceCall], days: int, expected: list[str]
) -> None:
    came = async_mock_service(hass, "test", "came")
    steps = [{"action": "test.came", "data": {"how": "{{ novelty }}", "label": "{{ label }}"}}]
    await automate(hass, "first_visitor_today.yaml", events=EVENTS, labels=[CAT], days=days, actions=steps)

    await happens(hass, EventType.START, CAT, 1, novelty=Novelty.FIRST_EVER, count_today=1)
    await happens(hass, EventType.START, CAT, 2, count_today=2)
    await happens(hass, EventType.START, BIRD, 3, novelty=Novelty.FIRST_EVER, count_today=1)
    await happens(hass, EventType.START, CAT, 4, novelty=Novelty.FIRST_IN_DAYS, days_since=3, count_today=1)
    await comes_back(hass)
    await happens(hass, EventType.START, CAT, 5, novelty=Novelty.FIRST_TODAY, days_since=1, count_today=1)

    assert [call.data["how"] for call in came] == expected
    assert {call.data["label"] for call in came} == {CAT}


async def test_presence_by_label(hass: HomeAssistant, phone: list[ServiceCall], freezer: Any) -> None:
    calls = {name: async_mock_service(hass, "test", name) for name in ("arrive", "leave")}
    steps = {name: [{"action": f"test.{name}"}] for name in calls}
    await automate(hass, "presence_by_label.yaml", view=VIEW, labels=[CAT, BIRD], wait=5, **steps)

    def counts() -> tuple[int, int]:
        return len(calls["arrive"]), len(calls["leave"])

    async def shows(label: str) -> None:
        event_id = None if label == "unknown" else "id-7"
        state = records.state(label, view="feeder", event_id=event_id)
        await deliver(hass, [outgoing.state_message(TOPICS, state)])

    async def passes(seconds: float) -> None:
        freezer.tick(seconds)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()

    await shows("unknown")
    await passes(6)
    assert counts() == (0, 1)
    await shows(CAT)
    await shows(BIRD)
    assert counts() == (1, 1), "from one to the other nobody has left"
    await shows("unknown")
    await passes(3)
    await shows(CAT)
    await passes(6)
    assert counts() == (2, 1), "it was back before the time was up"
    await deliver(hass, [outgoing.availability_message(TOPICS, "feeder", False)])
    await passes(6)
    assert counts() == (2, 1), "a camera that is away tells nothing"
