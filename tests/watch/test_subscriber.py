"""The subscriber against a real mosquitto: both protocols, a connection that breaks, what the broker refuses."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import MqttConfig
from edgeclassify.demo.broker import EmbeddedBroker
from edgeclassify.errors import ConfigError, PublishError
from edgeclassify.watch.connection import SharingError, Subscription, shared
from edgeclassify.watch.interface import Arrival, LinkChange
from edgeclassify.watch.subscriber import Subscriber
from tests.support.broker import HOST, Mosquitto, Observer, Proxy, needs_mosquitto
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker
TOPICS = [("edgeclassify/+/status", 1), ("edgeclassify/+/+/event", 1)]
EVENT_FILTER = TOPICS[1][0]
EVENT = "edgeclassify/porch/gate/event"


class Receivers:
    """A subscriber and what it was told."""

    def __init__(self, port: int, wanted: Subscription | None = None, **config: Any) -> None:
        self.arrivals: list[Arrival] = []
        self.links: list[LinkChange] = []
        self.subscriber = Subscriber(
            MqttConfig(host=HOST, port=port, **config), wanted or Subscription(TOPICS),
            on_arrival=self.arrivals.append, on_link=self.links.append, backoff=Backoff(base_s=0.05, cap_s=0.1),
        )  # fmt: skip

    def until(self, condition: Callable[[], Any], timeout_s: float = 10.0) -> None:
        def look() -> Any:
            self.subscriber.step(0.05)
            return condition()

        wait_for(look, timeout_s)


@pytest.fixture
def start_broker(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    needs_mosquitto()
    with ExitStack() as stack:

        def start(settings: str = "allow_anonymous true\n") -> Mosquitto:
            broker = Mosquitto(tmp_path, settings)
            stack.callback(broker.stop)
            return broker.start()

        yield start


@pytest.fixture
def broker(start_broker: Callable[..., Mosquitto]) -> Mosquitto:
    return start_broker()


@pytest.fixture
def sender(broker: Mosquitto) -> Iterator[Observer]:
    sender = Observer(broker.port, "nothing").start()
    yield sender
    sender.stop()


@pytest.mark.parametrize(("protocol", "as_published"), [("auto", True), ("5", True), ("3.1.1", False)])
def test_what_is_published_arrives(broker: Mosquitto, sender: Observer, protocol: str, as_published: bool) -> None:
    listening = Receivers(broker.port, protocol=protocol)
    with listening.subscriber:
        sender.publish("edgeclassify/porch/status", b"online", retain=True)
        sender.publish(EVENT, b"{}", retain=False)
        sender.publish("edgeclassify/porch/gate/result", b"{}", retain=False)
        listening.until(lambda: len(listening.arrivals) == 2)
        listening.subscriber.step(0.2)
    assert [(a.topic, a.payload, a.qos) for a in listening.arrivals] == [
        ("edgeclassify/porch/status", b"online", 1),
        (EVENT, b"{}", 1),
    ]
    # MQTT 5 hands on the retain flag; before, a live message never has it.
    assert [a.retained for a in listening.arrivals] == [as_published, False]
    assert [a.as_published for a in listening.arrivals] == [as_published] * 2


def test_a_broker_without_mqtt_5_is_spoken_to_in_3_1_1() -> None:
    pytest.importorskip("amqtt", reason="amqtt is not installed: pip install 'edgeclassify[demo]'")
    wanted = Subscription(TOPICS, timeout_s=2.0)
    with EmbeddedBroker() as broker:
        with Receivers(broker.port, wanted).subscriber as connected:
            assert connected.connected
        with pytest.raises(PublishError, match=f"broker {HOST}:{broker.port}: "):
            Receivers(broker.port, wanted, protocol="5").subscriber.start()


def test_what_came_while_the_connection_was_broken_is_kept(broker: Mosquitto, sender: Observer) -> None:
    proxy = Proxy(broker.port).start()
    try:
        listening = Receivers(proxy.port)
        with listening.subscriber:
            proxy.cut()
            listening.until(lambda: listening.links)
            sender.publish(EVENT, b"1", retain=False)
            sender.publish(EVENT, b"2", retain=False)
            proxy.restore()
            listening.until(lambda: listening.links[-1].connected and len(listening.arrivals) == 2)
    finally:
        proxy.stop()
    assert not listening.links[0].connected
    assert listening.links[0].reason
    assert listening.links[-1].complete
    assert [a.payload for a in listening.arrivals] == [b"1", b"2"]


def test_a_broker_that_forgot_us_is_told_apart(broker: Mosquitto) -> None:
    listening = Receivers(broker.port)
    with listening.subscriber:
        broker.stop(kill=True)
        listening.until(lambda: listening.links)
        broker.start()
        listening.until(lambda: listening.links[-1].connected)
        assert not listening.links[-1].complete


def test_stopping_leaves_nothing_at_the_broker(broker: Mosquitto, sender: Observer) -> None:
    wanted = Subscription(TOPICS, client_id="the-same")
    with Receivers(broker.port, wanted).subscriber:
        pass
    second = Receivers(broker.port, wanted)
    sender.publish(EVENT, b"1", retain=False)
    with second.subscriber:
        second.subscriber.step(0.3)
    assert second.arrivals == []


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_was_not_acknowledged_comes_again_to_who_resumes(
    broker: Mosquitto, sender: Observer, protocol: str
) -> None:
    wanted = Subscription(TOPICS, client_id="the-same", resumes=True, as_published=False)
    first = Receivers(broker.port, wanted, protocol=protocol)
    with first.subscriber:
        for number in (b"1", b"2"):
            sender.publish(EVENT, number, retain=False)
        first.until(lambda: len(first.arrivals) == 2)
        first.subscriber.acknowledge(first.arrivals[0])
    sender.publish(EVENT, b"3", retain=False)
    second = Receivers(broker.port, wanted, protocol=protocol)
    with second.subscriber:
        second.until(lambda: len(second.arrivals) == 2)
        second.subscriber.step(0.2)
        # Of the connection before: it would stand for another message here.
        second.subscriber.acknowledge(first.arrivals[1])
    assert [one.payload for one in second.arrivals] == [b"2", b"3"]
    third = Receivers(broker.port, wanted, protocol=protocol)
    with third.subscriber:
        third.until(lambda: len(third.arrivals) == 2)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_is_not_wanted_any_longer_does_not_come(broker: Mosquitto, sender: Observer, protocol: str) -> None:
    wanted = Subscription(TOPICS, as_published=False, client_id="the-one", resumes=True)
    with Receivers(broker.port, wanted, protocol=protocol).subscriber:
        pass
    later = Receivers(broker.port, replace(wanted, topics=TOPICS[:1], unwanted=[EVENT_FILTER]), protocol=protocol)
    with later.subscriber:
        sender.publish(EVENT, b"1", retain=False)
        sender.publish("edgeclassify/porch/status", b"online", retain=False)
        later.until(lambda: later.arrivals)
    assert [one.payload for one in later.arrivals] == [b"online"]
    # Without topics it is there as well.
    nothing = Receivers(broker.port, replace(wanted, topics=()), protocol=protocol)
    with nothing.subscriber:
        assert nothing.subscriber.resumed


def test_a_group_has_each_message_once(broker: Mosquitto, sender: Observer) -> None:
    wanted = [shared("lights", TOPICS) for _ in range(2)]
    assert wanted[0][0] == ("$share/lights/edgeclassify/+/status", 1)
    assert shared(None, TOPICS) == TOPICS
    one, other = (Receivers(broker.port, Subscription(topics)) for topics in wanted)
    with one.subscriber, other.subscriber:
        for number in range(20):
            sender.publish(EVENT, b"%d" % number, retain=False)

        def all_are_there() -> bool:
            other.subscriber.step(0.01)
            return len(one.arrivals) + len(other.arrivals) == 20

        one.until(all_are_there)
    numbers = sorted(int(arrival.payload) for arrival in one.arrivals + other.arrivals)
    assert numbers == list(range(20))
    assert one.arrivals
    assert other.arrivals


def test_a_group_takes_mqtt_5(broker: Mosquitto) -> None:
    receivers = Receivers(broker.port, Subscription(shared("lights", TOPICS)), protocol="3.1.1")
    with pytest.raises(SharingError, match=r"expected shared subscriptions.*it speaks MQTT 3\.1\.1"):
        receivers.subscriber.start()


def test_what_a_callback_raises_comes_out_of_step(broker: Mosquitto, sender: Observer) -> None:
    def broken(_: Arrival) -> None:
        raise BrokenPipeError

    subscriber = Subscriber(MqttConfig(host=HOST, port=broker.port), Subscription(TOPICS), on_arrival=broken)
    with subscriber:
        sender.publish(EVENT, b"1", retain=False)
        with pytest.raises(BrokenPipeError):
            subscriber.step(5.0)


def test_a_config_without_a_broker_is_no_place_to_listen() -> None:
    with pytest.raises(ConfigError, match=r"^mqtt\.enabled: expected true, .* found false"):
        Receivers(1, enabled=False)
