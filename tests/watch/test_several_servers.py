"""A subscriber on several servers: the next one where one fails, each said by its name."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.broker.servers import Servers
from edgeclassify.config import MqttConfig
from edgeclassify.errors import PublishError
from edgeclassify.watch import subscriber
from edgeclassify.watch.connection import Subscription, shared
from edgeclassify.watch.interface import Arrival, LinkChange
from edgeclassify.watch.subscriber import Subscriber
from tests.publish.mqtt.odd_broker import OddBroker, Peer
from tests.support.broker import HOST, Mosquitto, Observer, Proxy, deaf_port, needs_mosquitto
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker
TOPIC = "edgeclassify/porch/status"


class Listening:
    def __init__(self, *hosts: str, **options: Any) -> None:
        self.arrivals: list[Arrival] = []
        self.links: list[LinkChange] = []
        self.subscriber = Subscriber(
            MqttConfig(hosts=hosts), Subscription([(TOPIC, 1)]), on_arrival=self.arrivals.append,
            on_link=self.links.append, backoff=Backoff(base_s=0.05, cap_s=0.1), **options,
        )  # fmt: skip

    def until(self, condition: Callable[[], Any]) -> None:
        def look() -> Any:
            self.subscriber.step(0.05)
            return condition()

        wait_for(look)


@pytest.fixture
def brokers(tmp_path: Path) -> Iterator[list[Mosquitto]]:
    needs_mosquitto()
    with ExitStack() as stack:
        made = [Mosquitto(tmp_path).start() for _ in range(2)]
        for broker in made:
            stack.callback(broker.stop)
        yield made


def at(port: int) -> str:
    return f"{HOST}:{port}"


def test_where_one_fails_the_next_one_is_listened_to(brokers: list[Mosquitto]) -> None:
    a, b = brokers
    listening = Listening("no-such-host.invalid", at(a.port), at(b.port))
    with listening.subscriber:
        assert listening.subscriber.server == at(a.port)
        assert listening.links == []
        a.stop(kill=True)
        listening.until(lambda: listening.links and listening.links[-1].connected)
        assert listening.links[-1].server == listening.subscriber.server == at(b.port)
        assert not listening.links[-1].complete  # another one has kept nothing
        sender = Observer(b.port, "nothing").start()
        try:
            sender.publish(TOPIC, b"online", retain=False)
            listening.until(lambda: listening.arrivals)
        finally:
            sender.stop()


def test_one_that_has_lasted_is_tried_first(brokers: list[Mosquitto], monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = brokers
    proxies = [Proxy(broker.port).start() for broker in (a, b)]
    first, second = proxies
    try:
        first.cut()
        listening = Listening(at(first.port), at(second.port))
        with listening.subscriber:
            assert listening.subscriber.server == at(second.port)
            first.restore()
            monkeypatch.setattr(subscriber, "STABLE_S", 0.0)
            tried = list[str]()
            rounds = Servers.round

            def noted(servers: Servers) -> Iterator[Any]:
                for server in rounds(servers):
                    tried.append(str(server))
                    yield server

            monkeypatch.setattr(Servers, "round", noted)
            second.cut()
            listening.until(lambda: tried)
            second.restore()
            listening.until(lambda: listening.links[-1].connected)
            assert tried[0] == at(second.port)
    finally:
        for proxy in proxies:
            proxy.stop()


def test_all_that_fail_are_said_in_one_message() -> None:
    with deaf_port() as one, deaf_port() as other:
        with pytest.raises(PublishError) as raised:
            Listening(at(one), at(other)).subscriber.start()
        first, *lines = str(raised.value).splitlines()
        assert first == "no server of the broker lets us in:"
        assert [line.partition(": ")[0] for line in lines] == [f"  {at(one)}", f"  {at(other)}"]
        assert all("connection refused" in line and "mqtt.hosts" in line for line in lines)
        with pytest.raises(PublishError, match=rf"^broker {HOST}:{one}: connection refused .*mqtt\.hosts"):
            Listening(at(one)).subscriber.start()


def test_the_same_of_several_addresses_is_said_once() -> None:
    with deaf_port() as port:
        servers = Servers([("localhost", port)], look_up=lambda *_: [HOST, "127.0.0.2"])
        with pytest.raises(PublishError, match=rf"^broker localhost:{port}: connection refused [^\n]*$"):
            Listening("localhost", servers=servers).subscriber.start()


def test_a_round_that_fails_is_told_once_with_each_server(brokers: list[Mosquitto]) -> None:
    a, b = brokers
    listening = Listening(at(a.port), at(b.port))
    with listening.subscriber:
        a.stop(kill=True)
        b.stop(kill=True)
        listening.until(lambda: len(listening.links) >= 2)
        listening.until(lambda: at(a.port) in listening.links[-1].reason)
    assert not any(link.connected for link in listening.links)
    assert f"{at(b.port)}: connection refused" in listening.links[-1].reason


@pytest.mark.parametrize("group", [None, "lights"])
def test_one_that_is_in_its_start_is_asked_for_mqtt_5_again(brokers: list[Mosquitto], group: str | None) -> None:
    """It closes the first CONNECT without an answer, as one does that knows no MQTT 5."""

    def on_connect(peer: Peer) -> None:
        if len(starting.peers) == 1:
            peer.close()
        else:
            OddBroker.accept(starting, peer)

    starting, a = OddBroker(on_connect=on_connect), brokers[0]
    wanted = Subscription(shared(group, [(TOPIC, 1)]), as_published=False)
    links = list[LinkChange]()
    with starting.running(), Subscriber(
        MqttConfig(hosts=(at(a.port), at(starting.port))), wanted, on_arrival=lambda _: None,
        on_link=links.append, backoff=Backoff(base_s=0.05, cap_s=0.1),
    ) as listening:  # fmt: skip
        a.stop(kill=True)

        def is_at_level(level: int) -> bool:
            listening.step(0.05)
            return bool(links and links[-1].connected and starting.levels[-1] == level)

        wait_for(lambda: is_at_level(5 if group else 4))
        assert starting.levels == ([5, 5] if group else [5, 4])
        starting.peers[-1].close()
        wait_for(lambda: is_at_level(5) and len(starting.peers) == 3)
