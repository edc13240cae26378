"""Several servers of a broker: the next one where one fails, nothing lost or mixed up, each said by its name."""

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.broker.servers import Server, Servers
from edgeclassify.publish.interface import BrokerProgress
from edgeclassify.publish.mqtt import delivery
from edgeclassify.publish.mqtt.probing import trials
from edgeclassify.publish.mqtt.session import in_flight
from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.conftest import StartBroker, StartObserver, StartSink
from tests.publish.mqtt.odd_broker import OddBroker, Peer
from tests.publish.records import event, info, state
from tests.publish.sinks import SpooledMqtt
from tests.support.broker import HOST, Mosquitto, Observer, Proxy, deaf_port
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker
VALUES = {"status", "info", "gate/state"}


@pytest.fixture
def proxied(start_broker: StartBroker) -> Iterator[list[tuple[Mosquitto, Proxy]]]:
    """Three servers, each behind a proxy."""
    with ExitStack() as stack:
        made = list[tuple[Mosquitto, Proxy]]()
        for _ in range(3):
            broker = start_broker()
            made.append((broker, Proxy(broker.port).start()))
            stack.callback(made[-1][1].stop)
        yield made


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names of the test's own → addresses; [] : not found."""
    known: dict[str, list[str]] = {}
    ask = socket.getaddrinfo

    def asked(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if host not in known:
            return ask(host, port, *rest, **options)
        if not known[host]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [found for address in known[host] for found in ask(address, port, *rest, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    return known


def at(*ports: int) -> tuple[str, ...]:
    return tuple(f"{HOST}:{port}" for port in ports)


def progress_of(sink: SpooledMqtt) -> BrokerProgress:
    found = sink.broker
    assert found is not None
    return found


def server_of(sink: SpooledMqtt) -> str | None:
    return progress_of(sink).server


def publish(sink: SpooledMqtt, first: int, last: int) -> None:
    for seq in range(first, last + 1):
        sink.publish_event(event(seq))


def told(observers: list[Observer], topic: str) -> list[dict[str, Any]]:
    return [json.loads(payload) for observer in observers for payload in observer.of(topic)]


def seqs_of(observers: list[Observer]) -> set[int]:
    return {one["seq"] for one in told(observers, "/event") + told(observers, "/history")}


def said(caplog: pytest.LogCaptureFixture, part: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if part in record.getMessage()]


def test_servers_that_go_under_load_lose_nothing_and_the_order_holds(
    proxied: list[tuple[Mosquitto, Proxy]], observe: StartObserver, sink_on: StartSink, spool: MemorySpool
) -> None:
    observers = [observe(broker.port) for broker, _ in proxied]
    sink = sink_on(0, hosts=at(*(proxy.port for _, proxy in proxied)))
    sink.publish_info(info())
    sink.publish_state(state("open"))
    for begin, (broker, proxy) in zip((0, 100), proxied, strict=False):
        assert server_of(sink) == f"{HOST}:{proxy.port}"
        publish(sink, begin + 1, begin + 60)
        proxy.swallow_answers = True
        publish(sink, begin + 61, begin + 70)
        proxy.freeze()
        # What it has acknowledged must be with its observer before it dies; what is under way nobody knows.
        acknowledged = {*range(1, begin + 71)} - {one.seq for one in spool.pending(200)}
        wait_for(lambda: acknowledged <= seqs_of(observers))  # noqa: B023 - called here only
        broker.stop(kill=True)
        proxy.cut()
        publish(sink, begin + 71, begin + 100)
        wait_for(lambda: spool.depth == 0)
    wait_for(lambda: seqs_of(observers) == {*range(1, 201)})
    for observer in observers:
        for topic in ("/event", "/history"):
            seqs = [one["seq"] for one in told([observer], topic)]
            assert seqs == sorted(set(seqs))
    assert told(observers[:1], "/history") == []
    assert told(observers[1:2], "/history")
    events = told(observers, "/event") + told(observers, "/history")
    assert {(one["seq"], one["id"]) for one in events} == {(seq, f"id-{seq}") for seq in range(1, 201)}
    # All that is retained is at the server that there is.
    assert server_of(sink) == f"{HOST}:{proxied[2][1].port}"
    kept = {message.topic.rpartition("porch/")[2] for message in observers[2].received if message.retain}
    assert {"status", "info", "gate/state", "gate/label/open"} <= kept
    assert progress_of(sink).changes == 2


def test_the_server_that_worked_is_tried_first_and_the_next_one_at_once(
    sink_on: StartSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "STABLE_S", 0.3)
    lasting, works = list[Server](), Servers.works

    def noted(servers: Servers, server: Server) -> None:
        lasting.append(server)
        works(servers, server)

    monkeypatch.setattr(Servers, "works", noted)
    down = {"a"}

    def unless_down(name: str, peer: Peer) -> None:
        if name in down:
            peer.close()
        else:
            OddBroker.accept(brokers[name], peer)

    brokers = {name: OddBroker(on_connect=partial(unless_down, name)) for name in "abc"}
    a, b, c = brokers.values()
    with a.running(), b.running(), c.running():
        sink = sink_on(0, hosts=at(a.port, b.port, c.port))
        assert server_of(sink) == f"{HOST}:{b.port}"
        down.clear()
        wait_for(lambda: lasting)
        b.peers[-1].close()
        wait_for(lambda: progress_of(sink).connects == 2)
        assert server_of(sink) == f"{HOST}:{b.port}"  # not the first of the list
        assert progress_of(sink).changes == 0
        lasting.clear()
        wait_for(lambda: lasting)
        before = len(a.peers)
        down.add("b")
        b.peers[-1].close()
        wait_for(lambda: server_of(sink) == f"{HOST}:{a.port}")
        assert progress_of(sink).changes == 1
        assert len(a.peers) == before + 1
        assert {server.port for server in lasting} == {b.port}
        assert c.peers == []


def test_one_with_a_typo_among_good_ones_is_said_once(
    broker: Mosquitto, sink_on: StartSink, resolved: dict[str, list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    resolved["brokr.lan"] = []
    proxy = Proxy(broker.port).start()
    try:
        with deaf_port() as deaf:
            sink = sink_on(0, hosts=("brokr.lan:1884", *at(deaf, proxy.port)))
            assert server_of(sink) == f"{HOST}:{proxy.port}"
            for _ in range(3):
                proxy.cut()
                wait_for(lambda: not sink.connected)
                proxy.restore()
                wait_for(lambda: sink.connected)
    finally:
        proxy.stop()
    (typo,) = said(caplog, "brokr.lan")
    assert typo.startswith("broker brokr.lan:1884: host name not found: ")
    assert "(check mqtt.hosts and the network)" in typo
    (dead,) = said(caplog, f":{deaf}")
    assert dead.startswith(
        f"broker {HOST}:{deaf}: connection refused (is the broker running, and its port in mqtt.hosts"
    )
    assert said(caplog, f"broker {HOST}:{proxy.port}: connected (MQTT 5)")


def test_one_whose_certificate_does_not_fit_among_good_ones(
    start_broker: StartBroker,
    sink_on: StartSink,
    certificates: Path,
    resolved: dict[str, list[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def tls(name: str) -> str:
        return f"allow_anonymous true\ncertfile {certificates}/{name}.pem\nkeyfile {certificates}/{name}.key\n"

    stranger, good = start_broker(tls("other-ca")), start_broker(tls("server"))
    resolved["elsewhere.lan"] = [HOST]
    hosts = (*at(stranger.port), f"elsewhere.lan:{good.port}", *at(good.port))
    sink = sink_on(0, hosts=hosts, tls={"ca": certificates / "ca.pem"})
    assert server_of(sink) == f"{HOST}:{good.port}"
    (wrong,) = said(caplog, f"broker {HOST}:{stranger.port}")
    assert "its certificate is not accepted" in wrong
    (other_name,) = said(caplog, "elsewhere.lan")  # checked by the name, whatever its address
    assert "its certificate is not accepted" in other_name
    assert "(check mqtt.tls.ca and mqtt.hosts)" in other_name


def test_a_name_with_two_addresses_stands_for_two_servers(
    start_broker: StartBroker,
    observe: StartObserver,
    sink_on: StartSink,
    resolved: dict[str, list[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = start_broker()
    second = start_broker(f"allow_anonymous true\nlistener {first.port} 127.0.0.2\nallow_anonymous true\n")
    observer = observe(second.port)
    resolved["cluster.lan"] = ["127.0.0.3", HOST, "127.0.0.2"]
    sink = sink_on(first.port, host="cluster.lan")
    assert server_of(sink) == f"cluster.lan:{first.port}"
    # Nobody listens at its first address: of a name of which another one works that is no news.
    assert said(caplog, "refused") == []
    first.stop(kill=True)
    wait_for(lambda: observer.of("/status") == [b"online"])
    assert progress_of(sink).changes == 1
    second.stop(kill=True)
    wait_for(lambda: len(said(caplog, "connection refused")) == 1)


def test_a_server_that_ends_connections_within_seconds_has_failed(broker: Mosquitto, sink_on: StartSink) -> None:
    def hang_up(peer: Peer) -> None:
        OddBroker.accept(odd, peer)
        peer.close()

    odd = OddBroker(on_connect=hang_up)
    with odd.running():
        sink = sink_on(0, hosts=at(odd.port, broker.port), wait=False)
        wait_for(lambda: server_of(sink) == f"{HOST}:{broker.port}")
        assert len(odd.peers) == 1


def test_a_server_that_acknowledges_nothing_is_left(
    broker: Mosquitto, sink_on: StartSink, spool: MemorySpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "STABLE_S", 0.3)
    monkeypatch.setattr(in_flight, "SILENT_S", 1.0)
    reset, connected_for = list[float](), Backoff.connected_for

    def noted(backoff: Backoff, seconds: float) -> None:
        reset.append(seconds)
        connected_for(backoff, seconds)

    monkeypatch.setattr(Backoff, "connected_for", noted)
    with OddBroker(on_publish=lambda *_: None).running() as deaf:
        sink = sink_on(0, hosts=at(deaf.port, broker.port))
        publish(sink, 1, 3)
        wait_for(lambda: spool.depth == 0)
        assert server_of(sink) == f"{HOST}:{broker.port}"
        assert len(deaf.peers) == 1
        assert reset == [0.0]  # it does not count as one that lasted


def test_one_that_stops_to_acknowledge_is_not_the_first_of_the_next_round(
    broker: Mosquitto, sink_on: StartSink, spool: MemorySpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "STABLE_S", 0.3)
    monkeypatch.setattr(in_flight, "SILENT_S", 1.0)

    def values_only(peer: Peer, got: Any) -> None:
        if got.qos and not got.topic.endswith("/event"):
            peer.puback(got.mid)

    with OddBroker(on_publish=values_only).running() as odd:
        sink = sink_on(0, hosts=at(odd.port, broker.port))
        publish(sink, 1, 1)
        wait_for(lambda: spool.depth == 0)
        assert server_of(sink) == f"{HOST}:{broker.port}"
        assert len(odd.peers) == 1


def test_what_one_server_has_taught_is_not_held_against_another(sink_on: StartSink, spool: MemorySpool) -> None:
    """One speaks 3.1.1 alone and takes small packets, the other is as usual."""

    def no_5(peer: Peer) -> None:
        OddBroker.accept(old, peer, 0x84 if peer.level == 5 else 0)

    old, new = OddBroker(on_connect=no_5), OddBroker()
    with old.running(), new.running():
        sink = sink_on(0, hosts=at(old.port, new.port))
        assert old.levels == [5, 4]
        old.peers[-1].close()
        wait_for(lambda: server_of(sink) == f"{HOST}:{new.port}")
        new.peers[-1].close()
        wait_for(lambda: len(old.levels) == 3)
        assert (old.levels, new.levels) == ([5, 4, 4], [5])


def test_values_that_one_server_has_are_sent_to_another(
    sink_on: StartSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each ends connections after a few messages: what one of them has taken is not left out at the other."""

    def only_three(peer: Peer, got: Any) -> None:
        peer.puback(got.mid)
        if len(peer.got) >= 3:
            peer.close()

    a, b = OddBroker(on_publish=only_three), OddBroker(on_publish=only_three)
    with a.running(), b.running():
        sink = sink_on(0, hosts=at(a.port, b.port), wait=False)
        sink.publish_info(info())
        sink.publish_state(state("open"))
        for one in (a, b):
            wait_for(lambda one=one: VALUES.issubset(got.topic.rpartition("porch/")[2] for got in one.got))  # type: ignore[misc]


def test_the_same_server_under_the_other_key_is_called_by_that(
    broker: Mosquitto, sink_on: StartSink, caplog: pytest.LogCaptureFixture
) -> None:
    other = sink_on(0, hosts=at(broker.port))
    other.stop(1.0)
    sink = sink_on(broker.port)
    assert sink.mqtt.adopt(other.mqtt)
    assert progress_of(sink).connects == 1
    broker.stop(kill=True)
    wait_for(lambda: said(caplog, "connection refused"))
    assert "its port in mqtt.hosts" in said(caplog, "connection refused")[0]


@pytest.mark.parametrize("turns_away", [True, False])
def test_another_client_id_is_given_up_where_it_is_refused_alone(sink_on: StartSink, turns_away: bool) -> None:
    """As RabbitMQ does: the usual id ends on its first subscription. Who is in its start closes without a word."""

    def client_id(peer: Peer) -> str:
        begin = peer.connect.find(b"edgeclassify-porch")
        return peer.connect[begin : begin + int.from_bytes(peer.connect[begin - 2 : begin])].decode()

    def on_connect(peer: Peer) -> None:
        if len(odd.peers) != 3:
            OddBroker.accept(odd, peer)
        elif turns_away:
            OddBroker.accept(odd, peer, 2)
        else:
            peer.close()

    def on_subscribe(peer: Peer, topic: str, mid: bytes) -> None:
        if client_id(peer) == "edgeclassify-porch":
            peer.close()
        else:
            odd.grant(peer, topic, mid)

    odd = OddBroker(on_connect=on_connect, on_subscribe=on_subscribe)
    with odd.running():
        sink_on(odd.port, wait=False, protocol="3.1.1")
        wait_for(lambda: len(odd.peers) >= 4 and odd.peers[3].subscribed)
        usual, same, other, last = [client_id(peer) for peer in odd.peers[:4]]
        assert usual == same == "edgeclassify-porch"
        assert other.startswith("edgeclassify-porch-")
        assert last == (usual if turns_away else other)


def test_a_server_is_asked_for_what_another_one_took_and_itself_was_never_told(
    sink_on: StartSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "STABLE_S", 0.3)
    asked, lasting = list[bytes | None](), list[Server]()

    def noted(*rest: Any, elsewhere: bytes | None) -> Any:
        asked.append(elsewhere)
        return trials.trials_on(*rest, elsewhere=elsewhere)

    monkeypatch.setattr("edgeclassify.publish.mqtt.delivery.trials_on", noted)
    monkeypatch.setattr(Servers, "works", lambda _, server: lasting.append(server))
    down = set[str]()

    def unless_down(name: str, peer: Peer) -> None:
        if name in down:
            peer.close()
        else:
            OddBroker.accept(brokers[name], peer)

    brokers = {name: OddBroker(on_connect=partial(unless_down, name)) for name in "ab"}
    a, b = brokers.values()
    with a.running(), b.running():
        sink = sink_on(0, hosts=at(a.port, b.port))
        sink.publish_info(info())
        wait_for(lambda: a.of("/info") and lasting)
        for here, there, name in ((a, b, "a"), (b, a, "b")):
            down.clear()
            down.add(name)
            lasting.clear()
            here.peers[-1].close()
            wait_for(lambda: there.of("/info") and any(one.port == there.port for one in lasting))  # noqa: B023
        assert asked == [None, a.of("/info")[0].payload, None]


def test_other_hosts_keep_a_connection_to_one_of_them(
    proxied: list[tuple[Mosquitto, Proxy]], sink_on: StartSink, spool: MemorySpool
) -> None:
    (_, a), (_, b), (_, c) = proxied
    sink = sink_on(0, hosts=at(a.port, b.port))
    other = sink_on(0, hosts=at(b.port, a.port), wait=False)
    other.stop(1.0)
    assert sink.mqtt.adopt(other.mqtt)
    assert progress_of(sink).connects == 1
    another = sink_on(0, hosts=at(b.port, c.port), wait=False)
    another.stop(1.0)
    assert not sink.mqtt.adopt(another.mqtt)
    assert sink.mqtt.describe() == f"broker {HOST}:{b.port}, else {HOST}:{a.port}"
    a.cut()
    wait_for(lambda: server_of(sink) == f"{HOST}:{b.port}")
    b.cut()
    wait_for(lambda: not sink.connected)
    assert not sink.mqtt.adopt(another.mqtt)  # there is no connection to keep: it goes to these at once
