"""Who comes late behind a broker that has kept nothing for them: they ask, and see all."""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import Announcement
from edgeclassify.publish.mqtt.probing.findings import Lack
from tests.cluster.conftest import StartNode
from tests.support.broker import HOST, Proxy
from tests.support.rabbitmq import RabbitCluster
from tests.support.waiting import patient, wait_for

ENDS = ("status", "info", "health", "gate/availability", "gate/state", "gate/label/open")


class Listener:
    """A client that keeps what it receives: (topic, payload, was it kept)."""

    def __init__(self, client: paho.Client) -> None:
        self.client = client
        self.received: list[tuple[str, bytes, bool]] = []

    def topics(self) -> set[str]:
        return {topic for topic, *_ in list(self.received)}


@contextmanager
def listening(port: int, *topics: str) -> Iterator[Listener]:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    listener, granted = Listener(client), threading.Event()

    def subscribe(*_: object) -> None:
        client.subscribe([(topic, 1) for topic in topics])

    client.on_connect = subscribe
    client.on_subscribe = lambda *_: granted.set()
    client.on_message = lambda _c, _d, m: listener.received.append((m.topic, bytes(m.payload), bool(m.retain)))
    client.connect(HOST, port)
    client.loop_start()
    try:
        assert granted.wait(patient(10))
        yield listener
    finally:
        client.disconnect()
        client.loop_stop()


def lacks_of(node: Any) -> list[Lack] | None:
    found = node.broker.lacks
    return None if found is None else list(found)


def hears_nothing_for_a_while(late: Any) -> bool:
    heard = len(late.received)
    time.sleep(0.5)
    return len(late.received) == heard


def test_one_that_asks_all_nodes_gets_all_that_they_have_said(
    cluster: RabbitCluster, start_node: StartNode, prefix: str
) -> None:
    for number, server in enumerate(cluster.nodes, 1):
        start_node(f"n{number}", server.port)
    expected = {f"{prefix}/n{number}/{end}" for number in (1, 2, 3) for end in ENDS}
    with listening(cluster.nodes[1].port, f"{prefix}/#") as late:
        time.sleep(1)
        assert not late.topics() & expected
        late.client.publish(f"{prefix}/request/announce", b'{"within_s":0.5}', 1)
        wait_for(lambda: late.topics() >= expected)
        wait_for(lambda: hears_nothing_for_a_while(late))
        late.received.clear()
        late.client.publish(f"{prefix}/n2/request/announce", b"", 1)
        wait_for(lambda: late.topics() >= {topic for topic in expected if "/n2/" in topic})
        assert not any("/n1/" in topic for topic in late.topics())


def test_watch_sees_a_fleet_complete(cluster: RabbitCluster, start_node: StartNode, prefix: str) -> None:
    for number, server in enumerate(cluster.nodes, 1):
        start_node(f"n{number}", server.port)
    port = str(cluster.nodes[2].port)
    command = [sys.executable, "-m", "edgeclassify", "watch", "--host", HOST, "--port", port, "--prefix", prefix]
    ended = subprocess.run([*command, "--for", "6"], capture_output=True, text=True, timeout=patient(60))
    assert ended.returncode == 0, ended.stderr
    table = ended.stdout[ended.stdout.rindex("n1") - 200 :]
    for number in (1, 2, 3):
        assert re.search(rf"n{number}\b.*\bonline\b", table), ended.stdout
    assert table.count("open") >= 3, ended.stdout


def test_the_trial_says_what_the_broker_lacks_once(
    cluster: RabbitCluster, start_node: StartNode, caplog: pytest.LogCaptureFixture
) -> None:
    node = start_node("n1", cluster.nodes[0].port)
    told = "it gives no retained messages to subscriptions with + or #"
    wait_for(lambda: any(told in message for message in caplog.messages), 30)
    assert lacks_of(node) == [Lack.WILDCARDS]
    assert sum(told in message for message in caplog.messages) == 1
    assert "mqtt.announce_interval_s" in caplog.text


def test_one_that_moves_to_other_servers_says_all_there_and_hears_what_it_is_asked(
    cluster: RabbitCluster, start_node: StartNode, prefix: str
) -> None:
    first, second, third = cluster.nodes
    all_of_it = {f"{prefix}/n1/{end}" for end in ENDS}
    way = Proxy(first.port).start()
    try:
        node = start_node("n1", way.port, second.port, third.port)
        wait_for(lambda: lacks_of(node) == [Lack.WILDCARDS], 30)
        time.sleep(8)  # from ten seconds on a connection has lasted: all that is retained was there
        with listening(first.port, f"{prefix}/#") as elsewhere:
            way.cut()  # the server lives, and what it keeps of the node is out of the node's reach
            wait_for(lambda: elsewhere.topics() >= all_of_it, 30)
            wait_for(lambda: lacks_of(node) == [Lack.WILDCARDS, Lack.SERVERS], 30)
            with listening(second.port, f"{prefix}/n1/status") as late:
                wait_for(lambda: late.received == [(f"{prefix}/n1/status", b"online", True)])
            elsewhere.received.clear()  # before: the node may be elsewhere at once
            second.kill()
            wait_for(lambda: elsewhere.topics() >= all_of_it, 60)
            # The session of its client id is at the server that is down.
            elsewhere.received.clear()
            wait_for(lambda: heard_again(elsewhere, f"{prefix}/n1/request/announce", all_of_it), 60)
    finally:
        way.stop()
        if not second.running:
            cluster.restart(second)


def heard_again(listener: Listener, request: str, expected: set[str]) -> bool:
    """Does the node do what it is asked?"""
    listener.client.publish(request, b"", 1)
    time.sleep(0.5)
    return listener.topics() >= expected


def test_home_assistant_finds_the_node_and_its_states_when_it_starts(
    cluster: RabbitCluster, start_node: StartNode, prefix: str
) -> None:
    topics = Topics(prefix, "n1")
    layout = Layout(topics, (ViewLayout("gate", ("open",)),))
    device = Device(layout, f"{prefix}-ha", "n1", "0.1.0")
    start_node("n1", cluster.nodes[0].port, around={"announcement": Announcement(device)})
    config = f"{prefix}-ha/device/n1/config"
    with listening(cluster.nodes[1].port, f"{prefix}-ha/device/+/config") as home:
        time.sleep(0.5)
        assert home.received == []
        home.client.publish(f"{prefix}-ha/status", b"online", 1)
        wait_for(lambda: home.received, 20)
        assert home.received[0][0] == config
        found = set(re.findall(rf'"({prefix}/[^"]*)"', home.received[0][1].decode()))
        wanted = {topic for topic in found if topic.endswith(("/state", "/status", "/health", "/availability"))}
        assert {f"{prefix}/n1/status", f"{prefix}/n1/gate/state"} <= wanted
        home.client.subscribe([(topic, 1) for topic in sorted(wanted)])
        said = {f"{prefix}/n1/{end}" for end in ("status", "health", "gate/availability", "gate/state")}
        wait_for(lambda: home.topics() >= said, 20)
        (state, *_) = (p for topic, p, _ in home.received if topic == f"{prefix}/n1/gate/state")
        assert json.loads(state)["label"] == "open"
