"""Delivery through a real broker: nothing lost, late told from live, values that describe now."""

import json
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.errors import PublishError
from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.conftest import StartBroker, StartObserver, StartSink
from tests.publish.records import T0, event, health, info, prediction, spooled, state
from tests.support.broker import Mosquitto, Observer, Proxy
from tests.support.waiting import patient, wait_for

pytestmark = pytest.mark.broker


def events(observer: Observer, topic: str) -> list[dict[str, Any]]:
    return [json.loads(payload) for payload in observer.of(topic)]


def seqs(observer: Observer, topic: str) -> list[int]:
    return [item["seq"] for item in events(observer, topic)]


def test_live_events_in_order_and_acknowledged(
    broker: Mosquitto, observe: StartObserver, sink_on: StartSink, spool: MemorySpool
) -> None:
    observer = observe(broker.port)
    sink = sink_on(broker.port)
    for seq in range(1, 301):
        sink.publish_event(event(seq))
    wait_for(lambda: spool.depth == 0)
    wait_for(lambda: len(observer.of("/event")) == 300)
    assert seqs(observer, "/event") == list(range(1, 301))
    assert observer.of("/history") == []


def test_events_while_the_network_is_cut_arrive_as_history(
    broker: Mosquitto, proxy: Proxy, observe: StartObserver, sink_on: StartSink, spool: MemorySpool
) -> None:
    observer = observe(broker.port)
    sink = sink_on(proxy.port)
    sink.publish_event(event(1))
    wait_for(lambda: spool.depth == 0)
    proxy.cut()
    wait_for(lambda: not sink.connected)
    for seq in range(2, 52):
        sink.publish_event(event(seq))
    proxy.restore()
    wait_for(lambda: spool.depth == 0)
    sink.publish_event(event(52))
    wait_for(lambda: len(observer.of("/event")) == 2)
    assert seqs(observer, "/event") == [1, 52]
    assert seqs(observer, "/history") == list(range(2, 52))
    assert all(item["historical"] is True for item in events(observer, "/history"))
    assert not any("historical" in item for item in events(observer, "/event"))


def test_a_broker_killed_in_mid_stream_loses_nothing(
    start_broker: StartBroker, observe: StartObserver, sink_on: StartSink, spool: MemorySpool
) -> None:
    broker = start_broker()
    proxy = Proxy(broker.port).start()
    try:
        observer = observe(broker.port)
        sink = sink_on(proxy.port)
        for seq in range(1, 101):
            sink.publish_event(event(seq))
            if seq == 50:
                proxy.swallow_answers = True
                wait_for(lambda: 50 in seqs(observer, "/event") or spool.depth >= 19)
                # What the broker has acknowledged, and the observer has not read yet, would die with the broker.
                time.sleep(0.05)
                acknowledged = set(range(1, 51)) - {one.seq for one in spool.pending(100)}
                wait_for(lambda: acknowledged <= set(seqs(observer, "/event")))  # noqa: B023 - called here only
                observer.forget_subscription()
                broker.stop(kill=True)
        # The sink comes back only when the observer listens again: a broker without persistence forgets it.
        proxy.cut()
        broker.start()
        observer.await_subscription()
        proxy.restore()
        wait_for(lambda: spool.depth == 0)
        wait_for(lambda: 100 in seqs(observer, "/history"))
    finally:
        proxy.stop()
    live, late = seqs(observer, "/event"), seqs(observer, "/history")
    assert set(live) | set(late) == set(range(1, 101))
    assert live == sorted(set(live))
    assert late == sorted(set(late))
    ids = {item["seq"]: item["id"] for item in events(observer, "/event") + events(observer, "/history")}
    assert ids == {seq: f"id-{seq}" for seq in range(1, 101)}


def test_a_lost_puback_means_a_repeat_with_the_same_number(
    broker: Mosquitto, proxy: Proxy, observe: StartObserver, sink_on: StartSink, spool: MemorySpool
) -> None:
    observer = observe(broker.port)
    sink = sink_on(proxy.port)
    proxy.swallow_answers = True
    sink.publish_event(event(1))
    wait_for(lambda: observer.of("/event"))
    assert spool.depth == 1
    proxy.cut()
    proxy.restore()
    wait_for(lambda: spool.depth == 0)
    wait_for(lambda: observer.of("/history"))
    (first,), (second,) = events(observer, "/event"), events(observer, "/history")
    assert second == first | {"historical": True}


def test_live_events_overtake_a_backlog(
    broker: Mosquitto, observe: StartObserver, sink_on: StartSink, spool: MemorySpool
) -> None:
    observer = observe(broker.port)
    for seq in range(1, 3001):
        spool.append(spooled(seq))
    sink = sink_on(broker.port)
    wait_for(lambda: observer.of("/history"))
    sink.publish_event(event(3001))
    wait_for(lambda: observer.of("/event"))
    topics = observer.topics()
    assert len(observer.of("/history")) < 3000
    wait_for(lambda: spool.depth == 0)
    wait_for(lambda: len(observer.of("/history")) == 3000)
    assert seqs(observer, "/history") == list(range(1, 3001))
    assert "edgeclassify/porch/gate/event" in topics


def test_values_describe_now_after_an_outage(
    broker: Mosquitto, proxy: Proxy, observe: StartObserver, sink_on: StartSink
) -> None:
    observer = observe(broker.port)
    sink = sink_on(proxy.port)
    sink.publish_info(info())
    sink.publish_state(state("open"))
    wait_for(lambda: len(observer.of("/state")) == 1)
    proxy.cut()
    wait_for(lambda: not sink.connected)
    for label in ("closed", "unknown", "closed"):
        sink.publish_state(state(label, since=T0 + 5))
    sink.publish_availability("gate", False)
    sink.publish_availability("gate", True)
    sink.publish_health(health(frames=1))
    sink.publish_health(health(frames=2))
    before = len(observer.received)
    proxy.restore()
    wait_for(lambda: observer.of("/health"))
    topics = [topic.removeprefix("edgeclassify/porch/") for topic in observer.topics()[before:]]
    end = topics.index("health") + 1
    assert topics[end - 7 : end] == [
        "status", "info", "gate/availability", "gate/state", "gate/label/open", "gate/label/closed", "health",
    ]  # fmt: skip
    assert json.loads(observer.of("/state")[-1])["label"] == "closed"
    assert observer.of("/label/closed")[-1] == b"ON"
    assert observer.of("/label/open")[-1] == b"OFF"
    assert observer.of("/availability") == [b"online"]
    assert json.loads(observer.of("/health")[0])["frames"] == 2


def test_states_go_out_on_change_and_as_a_heartbeat_with_the_newest_score(
    broker: Mosquitto, observe: StartObserver, sink_on: StartSink
) -> None:
    observer = observe(broker.port)
    sink = sink_on(broker.port, heartbeat_s=1.0)
    for score in (0.9, 0.8, 0.7):
        sink.publish_state(state(score=score))
    time.sleep(0.3)
    assert [json.loads(payload)["score"] for payload in observer.of("/state")] == [0.9]
    wait_for(lambda: len(observer.of("/state")) == 2, 4)
    assert json.loads(observer.of("/state")[1])["score"] == 0.7
    assert observer.of("/label/open") == [b"None", b"ON"]


def test_results_are_rate_limited_per_view(broker: Mosquitto, observe: StartObserver, sink_on: StartSink) -> None:
    observer = observe(broker.port)
    sink = sink_on(broker.port, results=True, results_interval_s=0.5)
    begin = time.monotonic()
    sequence = 0
    while time.monotonic() - begin < 1.2:
        for view in ("gate", "door"):
            sink.publish_result(view, prediction(sequence))
        sequence += 1
        time.sleep(0.005)
    wait_for(lambda: len(observer.of("door/result")) >= 3)
    assert len(observer.of("gate/result")) == len(observer.of("door/result")) == 3
    assert sequence > 20
    assert all(m.expiry_s == 10 and not m.retain for m in observer.received if m.topic.endswith("/result"))


def test_results_are_off_by_default_and_dropped_while_offline(
    broker: Mosquitto, proxy: Proxy, observe: StartObserver, sink_on: StartSink
) -> None:
    observer = observe(broker.port)
    sink = sink_on(broker.port)
    sink.publish_result("gate", prediction())
    sink.stop(1)
    other = sink_on(proxy.port, results=True)
    proxy.cut()
    wait_for(lambda: not other.connected)
    other.publish_result("gate", prediction())
    proxy.restore()
    wait_for(lambda: other.connected)
    time.sleep(0.2)
    assert observer.of("/result") == []


def test_topics_that_are_gone_are_emptied(broker: Mosquitto, observe: StartObserver, sink_on: StartSink) -> None:
    before = sink_on(broker.port, labels={"gate": ("open",), "door": ()})
    for view in ("gate", "door"):
        before.publish_availability(view, True)
        before.publish_state(state(view=view))
    before.stop(2)
    gone = [f"edgeclassify/porch/gate/{name}" for name in ("availability", "state", "label/open")]
    removed: list[str] = []
    now = sink_on(broker.port, labels={"door": ()}, around={"gone": gone, "on_removed": removed.append})
    wait_for(lambda: len(removed) == 3)
    now.stop(2)
    assert removed == gone
    latecomer = observe(broker.port)
    wait_for(lambda: len(latecomer.received) >= 3)
    time.sleep(0.1)
    kept = sorted(topic.removeprefix("edgeclassify/porch/") for topic in latecomer.topics())
    assert kept == ["door/availability", "door/state", "status"]


def test_a_topic_that_the_acl_forbids(
    start_broker: StartBroker,
    observe: StartObserver,
    sink_on: StartSink,
    spool: MemorySpool,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    acl = tmp_path / "acl"
    rules = "topic readwrite edgeclassify/porch/status\ntopic write edgeclassify/porch/+/state\n"
    acl.write_text(rules)
    broker = start_broker(f"allow_anonymous true\nacl_file {acl}\n")
    sink = sink_on(broker.port)
    with caplog.at_level(logging.WARNING):
        for seq in (1, 2, 3):
            sink.publish_event(event(seq))
        sink.publish_state(state())
        wait_for(lambda: "gate/event: refused by the broker: not authorized" in caplog.text)
        time.sleep(0.3)
    refused = [record.getMessage() for record in caplog.records if "/event: refused" in record.getMessage()]
    assert len(refused) == 1
    assert spool.depth == 3
    acl.write_text("topic readwrite #\n")
    broker.reload()
    observer = observe(broker.port)
    broker.stop()
    observer.forget_subscription()
    broker.start()
    observer.await_subscription()
    wait_for(lambda: spool.depth == 0)


def test_stop_delivers_what_is_pending(
    broker: Mosquitto, observe: StartObserver, sink_on: StartSink, spool: MemorySpool
) -> None:
    observer = observe(broker.port)
    sink = sink_on(broker.port)
    for seq in range(1, 501):
        sink.publish_event(event(seq))
    sink.stop(patient(5))
    assert spool.depth == 0
    wait_for(lambda: observer.of("/status") == [b"online", b"offline"])
    assert seqs(observer, "/event") == list(range(1, 501))


def test_an_event_without_a_json_form_is_refused_before_the_spool(
    broker: Mosquitto, sink_on: StartSink, spool: MemorySpool
) -> None:
    sink = sink_on(broker.port)
    with pytest.raises(PublishError, match="finite"):
        sink.publish_event(event(1, score=float("nan")))
    assert spool.depth == 0


def test_callers_never_wait_for_a_frozen_network(proxy: Proxy, sink_on: StartSink) -> None:
    sink = sink_on(proxy.port, results=True, results_interval_s=0)
    proxy.freeze()
    begin = time.monotonic()
    for seq in range(1, 201):
        sink.publish_event(event(seq))
        sink.publish_state(state(seq=seq))
        sink.publish_result("gate", prediction(seq))
    # Waiting for this network would last until the keep-alive of 30 seconds gives it up.
    assert time.monotonic() - begin < 10


def test_a_node_whose_topics_were_emptied_shows_them_again(
    broker: Mosquitto, observe: StartObserver, sink_on: StartSink
) -> None:
    sink = sink_on(broker.port)
    sink.publish_availability("gate", True)
    cleaner = observe(broker.port)
    wait_for(lambda: cleaner.of("/gate/availability") == [b"online"])
    for topic in ("gate/availability", "status"):
        cleaner.publish(f"edgeclassify/porch/{topic}", b"", retain=True)
    wait_for(
        lambda: cleaner.of("/status")[-1:] == [b"online"] and cleaner.of("/gate/availability")[-1:] == [b"online"]
    )


def test_what_was_emptied_once_is_not_emptied_again(
    broker: Mosquitto, proxy: Proxy, observe: StartObserver, sink_on: StartSink
) -> None:
    removed: list[str] = []
    observer = observe(broker.port, topic="#")
    sink = sink_on(proxy.port, around={"gone": ["other/porch/status"], "on_removed": removed.append})
    wait_for(lambda: removed == ["other/porch/status"])
    proxy.cut()
    wait_for(lambda: not sink.connected)
    proxy.restore()
    wait_for(lambda: sink.connected)
    sink.publish_event(event(1))
    wait_for(lambda: observer.of("/event") or observer.of("/history"))  # which follow the values
    assert observer.of("other/porch/status") == [b""]


def test_a_value_above_a_limit_that_the_broker_does_not_tell_keeps_nothing_else_back(
    start_broker: StartBroker, sink_on: StartSink, spool: MemorySpool, caplog: pytest.LogCaptureFixture
) -> None:
    broker = start_broker("allow_anonymous true\nmax_packet_size 2000\n")
    sink = sink_on(broker.port, protocol="3.1.1")
    sink.publish_snapshot("gate", b"\xff" * 3000)
    for seq in range(1, 51):
        sink.publish_event(event(seq))
    wait_for(lambda: "gate/snapshot: left out" in caplog.text)
    wait_for(lambda: spool.depth == 0)
    sink.publish_event(event(51))
    wait_for(lambda: spool.depth == 0)
    assert sink.connected
