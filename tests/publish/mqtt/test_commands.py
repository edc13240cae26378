"""Requests through a real broker: each is answered once, whatever it holds, and delivery goes on beside them."""

import json
import random
import string
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import CommandsConfig
from edgeclassify.contract.outgoing import RESPONSE_EXPIRY_S
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.publish.mqtt.requests.inbox import Inbox
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.types import Command, Option, Request, Response
from tests.publish.conftest import StartBroker, StartObserver, StartSink
from tests.publish.records import event
from tests.publish.sinks import SpooledMqtt
from tests.support.broker import Mosquitto, Observer, Proxy
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker

BASE = "edgeclassify/porch"


class Node:
    """A sink that obeys, and somebody who asks. `carry_out` stands for the daemon."""

    def __init__(self, start: StartSink, observer: Observer, port: int, mqtt: Any = None, **config: Any) -> None:
        self.observer = observer
        self.requests: list[Request] = []
        self.asker = ResponseTopics()
        self.carry_out: Callable[[Request], None] = self.obey
        self.sink: SpooledMqtt = start(port, around=self._around(**config), **(mqtt or {}))

    def _around(self, **config: Any) -> dict[str, Any]:
        commands = CommandsConfig(**({"per_minute": 6000} | config))
        topics = Topics("edgeclassify", "porch")
        inbox = Inbox(topics=topics, views=["gate"], config=commands, asker=self.asker)
        obeys = {"inbox": inbox if commands.enabled else None, "on_request": self._take}
        return {**obeys, "asker": self.asker}

    def _take(self, request: Request) -> None:
        self.requests.append(request)
        self.carry_out(request)

    def obey(self, request: Request) -> None:
        done = {"done": str(request.command)}
        request.asker.answer(Response(request.command, request.transaction, done))

    def ask(self, command: str, payload: bytes | dict[str, Any] = b"", *, retain: bool = False) -> None:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.observer.publish(f"{BASE}/request/{command}", raw, retain)

    def answers(self, command: str) -> list[dict[str, Any]]:
        return [json.loads(payload) for payload in self.observer.of(f"/response/{command}")]

    def answer(self, command: str) -> dict[str, Any]:
        """The only one; a further one would have come before the answer to the ping that is sent behind it."""
        self.settle()
        (answer,) = self.answers(command)
        return answer

    def settle(self) -> None:
        """Until all that was asked so far is answered: answers keep the order of the requests."""
        before = len(self.answers("ping"))
        self.ask("ping", {"transaction": "settle"})
        wait_for(lambda: len(self.answers("ping")) > before)


StartNode = Callable[..., Node]


@pytest.fixture
def start_node(observe: StartObserver, sink_on: StartSink) -> StartNode:
    def start(port: int, through: int | None = None, mqtt: Any = None, **config: Any) -> Node:
        return Node(sink_on, observe(port), through or port, mqtt, **config)

    return start


@pytest.fixture
def node(broker: Mosquitto, start_node: StartNode) -> Node:
    return start_node(broker.port)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_request_is_answered_with_its_transaction(
    broker: Mosquitto, start_node: StartNode, protocol: str
) -> None:
    node = start_node(broker.port, mqtt={"protocol": protocol})
    node.ask("pause", {"transaction": "t-1", "view": "gate"})
    node.ask("models", {"transaction": 17})
    done = {"v": 1, "status": "ok", "error": None}
    assert node.answer("pause") == {**done, "transaction": "t-1", "data": {"done": "pause"}}
    assert node.answer("models") == {**done, "transaction": 17, "data": {"done": "models"}}
    asked = [
        Request(Command.PAUSE, "t-1", "gate", asker=node.asker),
        Request(Command.MODELS, 17, asker=node.asker),
    ]
    assert node.requests[:2] == asked
    (message,) = [m for m in node.observer.received if m.topic == f"{BASE}/response/models"]
    assert not message.retain
    expected = ("application/json", RESPONSE_EXPIRY_S) if protocol == "5" else (None, None)
    assert (message.content_type, message.expiry_s) == expected


def test_an_old_request_that_the_broker_kept_is_ignored(
    broker: Mosquitto, observe: StartObserver, start_node: StartNode, caplog: pytest.LogCaptureFixture
) -> None:
    observer = observe(broker.port)
    observer.publish(f"{BASE}/request/pause", b'{"transaction": "old"}', True)
    observer.publish(f"{BASE}/gate/enabled/set", b"OFF", True)
    node = start_node(broker.port)
    node.settle()
    assert [request.command for request in node.requests] == [Command.PING]
    assert node.answers("pause") == []
    assert caplog.text.count("ignored, for it is retained") == 1


BAD: dict[str, bytes] = {
    "huge": b'{"transaction": "' + b"x" * 1_000_000 + b'"}',
    "not UTF-8": b'{"transaction": "\xff\xfe"}',
    "nested deeply": b"[" * 2000,
    "nested deeply, and huge": b'{"a":' * 200_000,
    "no JSON": b"{transaction: 1}",
    "no object": b"[1, 2]",
    "a transaction that is an object": b'{"transaction": {"a": 1}}',
    "a view that is a number": b'{"view": 3}',
    "a view that is none": b'{"view": "+/#"}',
    "an unknown key": b'{"vieww": "gate"}',
    "a key twice": b'{"view": "gate", "view": "gate"}',
    "no number of JSON": b'{"transaction": NaN}',
    "a null byte": b"\0",
}


@pytest.mark.parametrize("payload", BAD.values(), ids=BAD.keys())
def test_a_bad_payload_gets_one_error_and_the_connection_stays(node: Node, payload: bytes) -> None:
    node.ask("pause", payload)
    answer = node.answer("pause")
    assert answer["status"] == "error"
    assert answer["error"]
    assert "\n" not in answer["error"]
    assert len(answer["error"]) < 300
    assert [request.command for request in node.requests] == [Command.PING]
    assert node.observer.of("/status") == [b"online"]


def test_wrong_values_are_named_with_the_key(node: Node) -> None:
    node.ask("set", {"transaction": 1, "view": "gate", "option": "threshold", "value": "0.5"})
    node.ask("set", {"transaction": 2, "view": "gate", "option": "treshold", "value": 0.5})
    node.settle()
    assert [(a["transaction"], a["error"]) for a in node.answers("set")] == [
        (1, "value: expected for threshold a number of 0 to 1, found '0.5'"),
        (2, "option: expected one of enabled, threshold, interval, found 'treshold'. Did you mean \"threshold\"?"),
    ]


def test_commands_that_do_not_exist(node: Node) -> None:
    node.ask("pimg", {"transaction": "t"})
    node.ask("Päuse")
    node.settle()
    (answer,) = node.answers("pimg")
    assert answer["transaction"] == "t"
    assert 'Did you mean "ping"?' in answer["error"]
    assert len(node.answers("unknown")) == 1
    node.observer.publish(f"{BASE}/request/ping/deeper", b"", False)  # not listened to
    node.settle()
    assert len([topic for topic in node.observer.topics() if "/response/" in topic]) == 4


def test_hundreds_of_random_payloads_while_events_go_on(node: Node, spool: MemorySpool) -> None:
    chance = random.Random(20261123)
    asked: Counter[str] = Counter()
    for number in range(1, 301):
        command, payload = random_request(chance)
        node.sink.publish_event(event(number))
        node.observer.publish(f"{BASE}/request/{command}", payload, False)
        asked[command] += 1
    node.settle()
    asked["ping"] += 1
    assert {command: len(node.answers(command)) for command in asked} == asked
    assert all(answer["status"] in ("ok", "error") for command in asked for answer in node.answers(command))
    wait_for(lambda: spool.depth == 0)
    wait_for(lambda: len(node.observer.of("/event")) == 300)
    assert [json.loads(payload)["seq"] for payload in node.observer.of("/event")] == list(range(1, 301))
    assert node.observer.of("gate/history") == []
    assert 0 < len(node.requests) < 300
    assert node.sink.connected


def random_request(chance: random.Random) -> tuple[str, bytes]:
    """Bytes, text that is nearly JSON, or an object whose values may or may not fit."""
    command = chance.choice([*map(str, Command), "nonsense", "a-b_c"])
    match chance.randrange(4):
        case 0:
            return command, chance.randbytes(chance.randrange(1, 200))
        case 1:
            characters = string.printable + '{}[]":,' * 10 + "\u732b\u00e9"
            return command, "".join(chance.choices(characters, k=chance.randrange(80))).encode()
        case 2:
            return command, chance.choice([b"", b"{}", b"null", b"[" * chance.randrange(1, 3000), b"1e999"])
    values: list[Any] = ["gate", "door", "", None, True, -1, 0.5, 1e300, 2**70, [], {}, "x" * 99, *list(Option)]
    keys = chance.sample(["transaction", "view", "option", "value", "x"], chance.randrange(5))
    return command, json.dumps({key: chance.choice(values) for key in keys}).encode()


def test_option_topics(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    for option, text in (("threshold", b"0.75"), ("interval", b"2"), ("enabled", b"OFF"), ("enabled", b"maybe")):
        node.observer.publish(f"{BASE}/gate/{option}/set", text, False)
    node.settle()
    values = [(request.option, request.value) for request in node.requests if request.command is Command.SET]
    assert values == [(Option.THRESHOLD, 0.75), (Option.INTERVAL, 2.0), (Option.ENABLED, False)]
    assert node.answers("set") == []
    assert "gate/enabled/set: not set: value: expected for enabled" in caplog.text


def test_a_node_that_obeys_nothing_listens_to_nothing(broker: Mosquitto, start_node: StartNode) -> None:
    node = start_node(broker.port, enabled=False)
    node.ask("ping")
    node.observer.publish(f"{BASE}/gate/enabled/set", b"OFF", False)
    node.sink.publish_event(event(1))  # has gone to the broker and back after the requests
    wait_for(lambda: node.observer.of("/event"))
    node.sink.stop(1.0)
    assert node.requests == []
    assert not [topic for topic in node.observer.topics() if "/response/" in topic]


def test_commands_that_are_not_in_the_list(broker: Mosquitto, start_node: StartNode) -> None:
    node = start_node(broker.port, allow=("ping",))
    node.ask("reload", {"transaction": "r"})
    node.observer.publish(f"{BASE}/gate/threshold/set", b"0.9", False)
    answer = node.answer("reload")
    assert (answer["transaction"], answer["status"]) == ("r", "error")
    assert "commands.allow" in answer["error"]
    assert [request.command for request in node.requests] == [Command.PING]


def test_too_many_are_told_so_and_far_too_many_are_dropped(
    broker: Mosquitto, start_node: StartNode, caplog: pytest.LogCaptureFixture
) -> None:
    node = start_node(broker.port, per_minute=3)
    for number in range(20):
        node.ask("ping", {"transaction": number})
    wait_for(lambda: len(node.answers("ping")) == 12)
    wait_for(lambda: "dropped without an answer" in caplog.text)
    assert [answer["transaction"] for answer in node.answers("ping")] == list(range(12))
    assert [answer["status"] for answer in node.answers("ping")] == ["ok"] * 3 + ["error"] * 9
    assert "commands.per_minute" in node.answers("ping")[3]["error"]
    assert len(node.requests) == 3


def test_an_answer_given_while_the_broker_restarts_arrives(
    broker: Mosquitto, proxy: Proxy, start_node: StartNode
) -> None:
    node = start_node(broker.port, through=proxy.port)
    node.carry_out = lambda request: None  # the daemon is busy with it
    node.ask("classify_now", {"transaction": "slow", "view": "gate"})
    wait_for(lambda: node.requests)
    proxy.cut()  # so that the asker is back first: it keeps no session
    node.observer.forget_subscription()
    broker.stop(kill=True)
    wait_for(lambda: not node.sink.connected)
    node.obey(node.requests[0])
    broker.start()
    node.observer.await_subscription()
    proxy.restore()
    wait_for(lambda: node.answers("classify_now"))
    node.carry_out = node.obey
    assert node.answer("classify_now")["transaction"] == "slow"  # and once: it was never sent before


def test_an_answer_whose_acknowledgement_is_lost_comes_again_as_it_was(
    broker: Mosquitto, proxy: Proxy, start_node: StartNode
) -> None:
    node = start_node(broker.port, through=proxy.port)
    node.settle()
    proxy.swallow_answers = True
    node.asker.answer(Response("info", "twice", {"a": 1}))
    wait_for(lambda: node.answers("info"))
    proxy.cut()
    proxy.restore()
    wait_for(lambda: len(node.answers("info")) == 2)
    first, second = node.answers("info")
    assert first == second
    assert first["transaction"] == "twice"


def test_a_broker_that_forbids_answering_is_named_once(
    start_broker: StartBroker, start_node: StartNode, tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite edgeclassify/porch/#\ntopic deny edgeclassify/porch/response/#\n")
    node = start_node(start_broker(f"allow_anonymous true\nacl_file {acl}\n").port)
    for number in range(5):
        node.ask("ping", {"transaction": number})
    wait_for(lambda: len(node.requests) == 5)
    node.sink.publish_event(event(1))
    wait_for(lambda: node.observer.of("/event"))
    assert caplog.text.count("refused by the broker") == 1
    assert "edgeclassify/porch/response/ping: refused by the broker: not authorized" in caplog.text
    assert node.answers("ping") == []
    assert node.sink.connected
