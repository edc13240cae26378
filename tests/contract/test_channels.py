"""What outgoing.py writes is what the contract describes, and what differs from it is found."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jsonschema
import pytest

from edgeclassify.contract import bodies, outgoing
from edgeclassify.contract.channels import CHANNELS, DISCOVERY, Channel, Direction, match_topic
from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.request_payload import body_of
from edgeclassify.contract.requests import request_of
from edgeclassify.contract.topics import Topics
from edgeclassify.health import Health
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import discovery_messages
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.publish.mqtt.session.event_messages import spooled_message
from edgeclassify.types import Command, Condition, Event, EventType, Option, Problem, Reason, Response, Shift, Why
from tests.publish.records import event, health, info, prediction, state

TOPICS = Topics("house/edgeclassify", "porch")
ODD_LABELS = ["猫", 'a "quoted" label', "tabby, tabby cat", "\u0000", "x" * 500, " ", "\udcff"]
JPEG = b"\xff\xd8\xff\xe0picture\xff\xd9"

CHANGE = {
    "model": "gate", "version": 7, "change": "1 example of open", "examples": ["0123456789abcdef"],
    "labels": [{"label": "open", "examples": 5}, {"label": None, "examples": 1}],
    "fit": {
        "model": "gate", "version": 7, "kind": "nearest mean", "examples": 5, "right": 4, "accuracy": 0.8,
        "accuracy_before": 0.5, "labels": [{"label": "open", "examples": 5, "right": 4}],
        "views": [{"view": "gate", "examples": 3, "right": 3}], "in_views": ["gate"],
    },
}  # fmt: skip
# What daemon/requests.py answers.
ANSWERS: dict[str, dict[str, Any]] = {
    "announce": {"topics": 20},
    "ping": {"ts": "2026-11-23T07:16:39.855Z"},
    "info": {
        "version": "0.2.0",
        "session": "1",
        "started": "2026-11-23T07:16:39.855Z",
        "models": {"gate": "builtin"},
        "options": {"gate": {"enabled": True, "threshold": 0.6, "interval": 0.5}},
        "health": asdict(health()) | {"ts": "2026-11-23T07:16:39.855Z"},
    },
    "snapshot": {
        "view": "gate", "ts": "2026-11-23T07:16:39.855Z", "bytes": 9000, "width": 640, "height": 480,
        "path": None, "published": True,
    },
    "classify_now": {
        "view": "gate", "ts": "2026-11-23T07:16:39.855Z", "top": [{"label": "open", "score": 0.9}], "ms": 4.1,
    },
    "pause": {"views": ["gate"], "enabled": False, "until": "2026-11-23T07:16:39.855Z"},
    "resume": {"views": ["gate"], "enabled": True},
    "profile": {"profile": "away", "until": "2026-11-23T07:16:39.855Z"},
    "reload": {"views": ["gate"]},
    "models": {"models": [{"name": "builtin", "installed": True}], "in_use": {"builtin": ["gate"]}},
    "history": {
        "events": [
            {**bodies.Event.of(event(7, origin="a.jpg")).content(), "view": "gate", "picture": "/x-seq7-1.jpg"},
            {**bodies.Event.of(event(6, event_type=EventType.END)).content(), "view": "gate"},
        ],
        "more": True,
    },
    "set": {"view": "gate", "option": "enabled", "value": False},
    **{f"teach/{name}": CHANGE for name in ("add", "correct", "move", "remove", "undo", "label")},
    "teach/fit": {
        "model": "gate", "version": 7, "kind": "nearest mean", "examples": 5, "right": 4, "accuracy": 0.8,
        "labels": [], "views": [], "in_views": [],
    },
    "teach/list": {
        "models": [
            {
                "name": "gate", "version": 7, "base": "builtin", "one_class": False, "labels": [], "views": [],
                "is_fitted": True, "fitted": "2026-11-23T07:16:39.855Z", "kind": "nearest mean", "accuracy": 0.8,
                "missing": ["no picture of open in the dark"],
            },
            {
                "name": "bin", "version": 0, "base": "", "one_class": False, "labels": [], "views": [],
                "is_fitted": False, "missing": [], "error": "it is damaged",
            },
        ],
        "examples": [
            {
                "id": "0123456789abcdef", "label": None, "source": "view gate",
                "added": "2026-11-23T07:16:39.855Z", "brightness": 0.5, "seems": "shut", "was": "open",
            },
        ],
        "more": False,
    },
    "teach/collect": {
        "model": "gate", "view": "gate", "running": True, "hours": 24.0, "hours_left": 12.5, "kept": 0,
        "most": 200,
    },
    "teach/clusters": {
        "model": "gate",
        "clusters": [
            {
                "cluster": 1,
                "pictures": 30,
                "chosen": 8,
                "looks": [1, 4],
                "hours": [0, 23],
                "brightness": 0.3,
                "label": "open",
            },
        ],
    },
    "teach/review": {
        "looks": [
            {"look": 9, "view": "gate", "ts": "2026-11-23T07:16:39.855Z", "label": None, "brightness": 0.3},
        ],
        "more": False,
    },
}  # fmt: skip


def full_health(**changes: Any) -> Health:
    return health(**({"bytes_written_day": 4096, "spool_on_disk": True, "events": 3} | changes))


def messages() -> list[Message]:
    events = [
        event(1, event_type=EventType.START, why=Why(threshold_enter=0.6, confirm_s=1.0, held_s=1.2)),
        event(2, event_type=EventType.UPDATE, why=Why(Reason.SCORE_ROSE, score_before=0.61)),
        event(3, event_type=EventType.END, why=Why(Reason.REPLACED, by="shut", duration_s=3.25)),
        *(
            event(4, event_type=EventType.END, why=Why(reason, duration_s=0.0))
            for reason in (Reason.STOPPED, Reason.PAUSED, Reason.CONFIG_RELOADED)
        ),
        event(7, origin="2026-11-28/1.jpg"),
        *(event(10 + i, label=label) for i, label in enumerate(ODD_LABELS)),
    ]
    nothing = {name: None for name, kind in get_type_hints(Health).items() if type(None) in get_args(kind)}
    return [
        outgoing.status_message(TOPICS, online=True),
        outgoing.status_message(TOPICS, online=False),
        outgoing.info_message(TOPICS, info()),
        outgoing.health_message(TOPICS, full_health()),
        outgoing.health_message(TOPICS, full_health(**nothing)),
        outgoing.availability_message(TOPICS, "gate", online=False),
        outgoing.condition_message(TOPICS, "gate", Condition()),
        outgoing.condition_message(TOPICS, "gate", Condition(tuple(Problem), Shift(-0.05, 0.1), realigned=True)),
        outgoing.state_message(TOPICS, state()),
        outgoing.state_message(TOPICS, state(origin="2026-11-28/1.jpg")),
        outgoing.state_message(TOPICS, state("unknown", event_id=None, seq=0, top=())),
        *outgoing.label_messages(TOPICS, state(), {"open": "open", "shut": "shut"}),
        *(outgoing.event_message(TOPICS, e) for e in events),
        *(spooled_message(TOPICS, spooled(e), historical=True) for e in events),
        outgoing.result_message(TOPICS, "gate", prediction()),
        outgoing.option_message(TOPICS, "gate", Option.ENABLED, True),
        outgoing.option_message(TOPICS, "gate", Option.THRESHOLD, 0.0001),
        outgoing.option_message(TOPICS, "gate", Option.INTERVAL, 604_800.0),
        outgoing.snooze_message(TOPICS, "gate", 1.7e9),
        outgoing.snooze_message(TOPICS, "gate", None),
        outgoing.probe_message(TOPICS, "00c0ffee"),
        outgoing.profile_message(TOPICS, "away"),
        outgoing.profile_message(TOPICS, None),
        outgoing.snapshot_message(TOPICS, "gate", JPEG),
        *(outgoing.response_message(TOPICS, Response(name, "a-1", data)) for name, data in ANSWERS.items()),
        *(outgoing.response_message(TOPICS, Response(name, 7, error="busy")) for name in [*ANSWERS, "nonsense"]),
        outgoing.removed(TOPICS.state("gone")),
    ]


def spooled(e: Event) -> SpooledEvent:
    return SpooledEvent(e.seq, e.view, outgoing.event_message(TOPICS, e).payload)


def channel_of(message: Message) -> Channel:
    match = match_topic(TOPICS.prefix, message.topic)
    assert match is not None, message.topic
    return match.channel


@pytest.mark.parametrize("message", messages(), ids=lambda m: m.topic)
def test_what_the_node_writes_follows_the_contract(message: Message) -> None:
    channel = channel_of(message)
    assert channel.fault_of(message.payload) is None
    assert message.retain == channel.retain
    if message.payload:
        assert (message.qos, message.content_type) == (channel.qos, channel.content_type)


def test_every_kind_that_a_node_sends_is_among_them() -> None:
    sent = {channel.name for channel in CHANNELS if channel.direction is Direction.SENT}
    assert {channel_of(message).name for message in messages()} == sent


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        (b"", None),
        (b'{"within_s": 300}', None),
        (b'{"within_s": 3601}', "within_s: Input should be less than or equal to 3600, found 3601"),
    ],
)
def test_all_nodes_are_asked_on_a_topic_that_is_no_nodes(payload: bytes, fault: str | None) -> None:
    match = match_topic("edgeclassify", "edgeclassify/request/announce")
    assert match is not None
    assert (match.node, match.channel.name) == ("", "announce-all")
    assert match.channel.fault_of(payload) == fault
    assert match_topic("edgeclassify", "edgeclassify/request/ping") is None
    of_one = match_topic("edgeclassify", "edgeclassify/porch/request/announce")
    assert of_one is not None
    assert (of_one.node, of_one.channel.name) == ("porch", "request-announce")


def test_discovery_follows_the_contract() -> None:
    layout = Layout(TOPICS, (ViewLayout("gate", ("open",)),), snapshots=True)
    (message,) = discovery_messages(Device(layout, "homeassistant", "Porch", "0.2.0"))
    assert DISCOVERY.fault_of(message.payload) is None
    assert DISCOVERY.fault_of(b'{"device":{}}') is not None


EVENT = json.loads(outgoing.event_message(TOPICS, event(5)).payload)
STATE = json.loads(outgoing.state_message(TOPICS, state()).payload)
HEALTH = json.loads(outgoing.health_message(TOPICS, full_health()).payload)
RESPONSE = json.loads(outgoing.response_message(TOPICS, Response("ping", 1, ANSWERS["ping"])).payload)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("event", EVENT | {"seq": "5"}, "seq"),
        ("event", EVENT | {"seq": 0}, "seq"),
        ("event", EVENT | {"seq": True}, "seq"),
        ("event", EVENT | {"score": 1.5}, "score"),
        ("event", EVENT | {"ts": "2026-11-23T07:16:39Z"}, "ts"),
        ("event", EVENT | {"ts": "2026-13-23T07:16:39.855Z"}, "ts"),
        ("event", EVENT | {"ts": "2026-11-23T07:16:39.855+01:00"}, "ts"),
        ("event", EVENT | {"historical": True}, "historical"),
        ("event", EVENT | {"event_type": "begin"}, "event_type"),
        ("event", EVENT | {"why": {"mood": 1}}, "mood"),
        ("event", {key: value for key, value in EVENT.items() if key != "id"}, "id"),
        ("history", EVENT, "historical"),
        ("history", EVENT | {"historical": False}, "historical"),
        ("state", STATE | {"event_id": None}, "event_id"),
        ("state", STATE | {"v": 2}, "v"),
        ("state", STATE | {"label": ""}, "label"),
        ("health", HEALTH | {"fps": None}, "fps"),
        ("health", HEALTH | {"spool_depth": -1}, "spool_depth"),
        ("health", HEALTH | {"throttled": 0}, "throttled"),
        ("response-ping", RESPONSE | {"error": "but ok"}, "error"),
        ("response-ping", RESPONSE | {"status": "error"}, "error"),
        ("response-ping", RESPONSE | {"transaction": 1.5}, "transaction"),
        ("response-ping", RESPONSE | {"data": {}}, "data"),
        ("response-ping", RESPONSE | {"data": {"ts": "now"}}, "ts"),
        ("response-ping", RESPONSE | {"status": "error", "error": "busy"}, "no data"),
        ("response", RESPONSE, "data"),
        ("response-set", RESPONSE | {"data": {"view": "gate", "option": "colour", "value": 1}}, "option"),
        ("request-ping", {"view": "gate"}, "view"),
        ("request-ping", {"transaction": "x" * 65}, "transaction"),
        ("request-ping", {"transaction": 2**63}, "transaction"),
        ("request-set", {}, "option"),
        ("request-set", {"view": "gate", "option": "enabled", "value": 0.5}, "boolean"),
        ("request-set", {"view": "gate", "option": "threshold", "value": True}, "number"),
        ("request-set", {"view": "gate", "option": "threshold", "value": 2.0}, "less than or equal to 1"),
        ("request-set", {"view": "gate", "option": "interval", "value": 604_801}, "604800"),
        ("request-pause", {"view": "a/b"}, "view"),
        ("request-teach-add", {"view": "gate"}, "label"),
        ("request-teach-correct", {"event_id": "a", "wrong": True, "label": "b"}, "found both"),
        ("request-teach-label", {"label": "b"}, "cluster"),
    ],
)
def test_what_differs_is_found_and_named(kind: str, body: dict[str, Any], words: str) -> None:
    fault = by_name(kind).fault_of(json.dumps(body).encode())
    assert fault is not None
    assert words in fault
    assert "\n" not in fault


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("status", b"Online"), ("status", b"online\n"), ("label", b"on"), ("enabled", b"yes"), ("enabled", b"0.5"),
        ("threshold", b"ON"), ("threshold", b"1.1"), ("interval", b"-1"), ("interval-set", b"604801"),
        ("request-ping", b"{}" + b" " * 4095), ("request-ping", b'{"transaction":1,"transaction":2}'),
        ("snapshot", b"GIF89a"), ("snapshot", JPEG[:-1]), ("event", b""), ("event", b"\xff"), ("event", b"[]"),
        ("event", b"[" * 100_000), ("event", b'{"v":NaN}'), ("result", b""),
    ],
)  # fmt: skip
def test_payloads_of_another_kind_are_found(kind: str, content: bytes) -> None:
    assert by_name(kind).fault_of(content) is not None


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("ping", b""), ("ping", b" "), ("ping", b"{}"), ("info", b'{"transaction":-3}'),
        ("pause", b'{"view":"gate"}'), ("classify_now", b"{}"), ("snapshot", b'{"view":null}'),
        ("set", b'{"option":"enabled","value":"OFF"}'), ("set", b'{"view":"gate","option":"threshold","value":1}'),
        ("set", b'{"view":"gate","option":"interval","value":0}'),
        ("teach/add", b'{"label":null}'), ("teach/fit", b""), ("teach/correct", b'{"event_id":"a","wrong":true}'),
        ("teach/label", b'{"look":1,"label":null}'), ("teach/label", b'{"cluster":1,"skip":true}'),
    ],
)  # fmt: skip
def test_what_the_node_obeys_follows_the_contract(command: str, body: bytes) -> None:
    assert by_name(f"request-{command.replace('/', '-')}").fault_of(body) is None
    request_of(Command(command), body_of(body), ["gate"], ResponseTopics())


@pytest.mark.parametrize(
    "tail",
    [
        "porch", "porch/nonsense", "porch/gate/colour/state", "porch/request/dance", "porch/request",
        "porch/request/teach", "porch/request/teach/dance", "porch/request/teach/add/a", "porch/response/a/b",
        "porch/response/teach/a/b", "porch/gate/label", "porch/gate/label/a/b", "porch//state",
        "porch/gate gate/state", "/gate/state", "porch/status/state",
    ],
)  # fmt: skip
def test_topics_that_are_none(tail: str) -> None:
    assert match_topic(TOPICS.prefix, f"{TOPICS.prefix}/{tail}") is None
    assert match_topic(TOPICS.prefix, f"other/{tail}") is None


def test_every_topic_of_the_publisher_has_its_levels() -> None:
    match = match_topic(TOPICS.prefix, TOPICS.label("gate", "open"))
    assert match is not None
    assert (match.channel.name, match.node, match.view, match.detail) == ("label", "porch", "gate", "open")
    for command in Command:
        match = match_topic(TOPICS.prefix, TOPICS.request(command))
        assert match is not None
        assert (match.channel.name, match.detail) == (f"request-{command.replace('/', '-')}", command)
    for option in Option:
        match = match_topic(TOPICS.prefix, TOPICS.option_set("gate", option))
        assert match is not None
        assert (match.channel.name, match.detail) == (f"{option}-set", option)


SCHEMAS = Path(__file__).parents[2] / "docs" / "contract" / "schemas"
FILES = {"event": "event", "history": "historical-event", "state": "state", "health": "health", "info": "info"}


@pytest.mark.parametrize("kind", FILES)
def test_the_schema_files_say_the_same(kind: str) -> None:
    schema = json.loads((SCHEMAS / f"{FILES[kind]}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    bodies = [json.loads(m.payload) for m in messages() if m.payload and channel_of(m).name == kind]
    assert bodies
    for body in bodies:
        validator.validate(body)
        for key in schema["required"]:
            assert not validator.is_valid({name: value for name, value in body.items() if name != key})
        assert not validator.is_valid(body | {"more": 1})


def by_name(name: str) -> Channel:
    return next(channel for channel in CHANNELS if channel.name == name)
