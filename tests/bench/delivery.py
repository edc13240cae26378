"""`python -m tests.bench.delivery`: how fast a full spool drains, and what a live event waits for meanwhile.

Against a real mosquitto on this machine (MQTT 5), everything as in production: the spool on disk (SQLite, each
event committed before `publish_event` returns), the sink's thread, the broker in its own process.

Drain: events per second from the accepted connection until the last PUBACK, beside a bare paho client
(`loop_start`, `publish` of the same topics, bodies and content type at QoS 1, wait for all PUBACKs), in turns;
with nobody receivers, then with a subscriber in a process of its own.

Live: milliseconds from the call of `publish_event` until a subscriber in another process has the message, both by
CLOCK_MONOTONIC; first with nothing else to do, then while a backlog drains, filled up again until there are enough
samples. `commit` is the part within the call: SQLite's commit with its fsync; `after it` the rest: threads, the
network, the broker. A bare paho client that publishes the same in the same pauses shows what of the longest waits
is this machine's own.
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edgeclassify.config import MqttConfig, SpoolConfig
from edgeclassify.contract.bodies import HistoricalEvent
from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.outgoing import JSON, event_message
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.interface import Spool, SpooledEvent
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.types import Event, EventType, Why
from tests.publish.sinks import SpooledMqtt
from tests.support.broker import HOST, Mosquitto, mosquitto_path
from tests.support.waiting import wait_for

NODE = "porch"
VIEWS = ("gate", "door", "yard", "shed")
TOPICS = Topics("edgeclassify", NODE)
_TIME_OUT_S = 120.0


@dataclass(frozen=True)
class Setting:
    """What all measurements of a run share."""

    broker: int
    backlog: Path
    events: int
    on_disk: bool


def main() -> None:
    """Run the rounds and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000, help="events in the full spool")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--samples", type=int, default=300, help="live events per latency round")
    parser.add_argument("--memory", action="store_true", help="a spool in memory instead of the one on disk")
    parser.add_argument("--only", choices=["drain", "live"])
    options = parser.parse_args()
    if mosquitto_path() is None:
        parser.exit(1, "no mosquitto here: sudo apt install mosquitto\n")
    with tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(Path(folder)).start()
        try:
            setting = Setting(broker.port, Path(folder) / "full", options.events, not options.memory)
            print(
                f"{os.cpu_count()} cores, {options.events} events of {len(body(1))} bytes, "
                f"{options.rounds} rounds; median (least to most)"
            )
            fill(setting)
            if options.only != "live":
                show_drain(setting, options.rounds)
            if options.only != "drain":
                show_live(setting, options.rounds, options.samples)
        finally:
            broker.stop()


# --- records and spools ------------------------------------------------------------------------------------


def event(seq: int) -> Event:
    """Events as a daemon makes them, of several views."""
    why = Why(threshold_enter=0.6, threshold_exit=0.4, confirm_s=1.0, held_s=1.2)
    kind = EventType.START if seq % 2 else EventType.END
    name = f"{seq:08x}-5f0e-4b7c-9c39-0d8f0a7b1c55"
    return Event(name, seq, VIEWS[seq % len(VIEWS)], kind, "tabby cat", 0.93456, 1.795e9 + seq, why)


def body(seq: int) -> bytes:
    """An event's message body, live."""
    return event_message(TOPICS, event(seq)).payload


def fill(setting: Setting) -> None:
    """Make the full spool that every round gets a copy of, by its own `append`."""
    spool = new_spool(setting, setting.backlog)
    sink = sink_of(setting, spool)
    took = []
    for seq in range(1, setting.events + 1):
        begin = time.perf_counter()
        sink.publish_event(event(seq))
        took.append((time.perf_counter() - begin) * 1e3)
    sink.stop(1)
    spool.close()
    print(f"publish_event, offline (ms): p50 {quantile(took, 0.5):.3f}, p99 {quantile(took, 0.99):.3f}\n")


def new_spool(setting: Setting, folder: Path) -> Spool:
    """An open spool in a folder."""
    return DiskSpool(folder, SpoolConfig()) if setting.on_disk else MemorySpool(1_000_000)


@contextmanager
def full_spool(setting: Setting) -> Iterator[Spool]:
    """A copy of the full spool, open."""
    with tempfile.TemporaryDirectory() as folder:
        if setting.on_disk:
            shutil.copytree(setting.backlog, folder, dirs_exist_ok=True)
        spool = new_spool(setting, Path(folder))
        if not setting.on_disk:
            for seq in range(1, setting.events + 1):
                spool.append(SpooledEvent(seq, event(seq).view, body(seq)))
        assert spool.depth == setting.events
        yield spool
        spool.close()


def sink_of(setting: Setting, spool: Spool) -> SpooledMqtt:
    """The sink as in production, not started."""
    layout = Layout(TOPICS, tuple(ViewLayout(view) for view in VIEWS))
    return SpooledMqtt(config=MqttConfig(host=HOST, port=setting.broker), layout=layout, spool=spool)


# --- the other side ----------------------------------------------------------------------------------------


def content_type() -> Properties:
    """What the sink says of every event."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType = JSON
    return properties


class Listener:
    """A subscriber in a process of its own, which notes when each `seq` came (CLOCK_MONOTONIC seconds)."""

    def __init__(self, port: int, topic: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_listen, args=(port, topic, theirs), daemon=True)
        self._process.start()
        assert self._pipe.recv() == "receivers"

    def take(self) -> dict[int, float]:
        """What has come since the last call: seq → time."""
        self._pipe.send("take")
        found: dict[int, float] = self._pipe.recv()
        return found

    def stop(self) -> None:
        """End the process."""
        self._pipe.send("stop")
        self._process.join(10)


def _listen(port: int, topic: str, pipe: Connection) -> None:
    arrived: list[tuple[float, bytes]] = []
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_message = lambda _client, _data, message: arrived.append((time.monotonic(), bytes(message.payload)))
    client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
    client.on_subscribe = lambda *_: pipe.send("receivers")
    client.connect(HOST, port)
    client.loop_start()
    while pipe.recv() == "take":
        found, arrived[:] = list(arrived), []
        pipe.send({json.loads(payload)["seq"]: at for at, payload in reversed(found)})
    client.disconnect()
    client.loop_stop()


@contextmanager
def receivers(setting: Setting, topic: str | None) -> Iterator[Listener | None]:
    """With a subscriber, or (no topic) without one."""
    listener = None if topic is None else Listener(setting.broker, topic)
    yield listener
    if listener is not None:
        listener.stop()


# --- drain -------------------------------------------------------------------------------------------------


def show_drain(setting: Setting, rounds: int) -> None:
    """The table of events per second."""
    print(f"{'drain, events/s':28} {'bare paho loop':>24} {'the sink':>24} {'ratio':>22}")
    for name, topic in (("nobody listens", None), ("with a subscriber", f"{TOPICS.base}/#")):
        ours: list[float] = []
        bare: list[float] = []
        for number in range(rounds):
            for one in (bare, ours) if number % 2 else (ours, bare):
                with receivers(setting, topic):
                    one.append(drained(setting) if one is ours else bare_loop(setting))
        ratios = [mine / its for mine, its in zip(ours, bare, strict=True)]
        print(f"{name:28} {spread(bare, 0):>24} {spread(ours, 0):>24} {spread(ratios, 2):>22}", flush=True)
    print()


def drained(setting: Setting) -> float:
    """Events per second: a full spool through the sink, from its connection to the last PUBACK."""
    with full_spool(setting) as spool:
        sink = sink_of(setting, spool)
        sink.start()
        begin = time.perf_counter()
        while not sink.connected and spool.depth:
            time.sleep(0.001)
            begin = time.perf_counter()
        while spool.depth:
            time.sleep(0.005)
        took = time.perf_counter() - begin
        sink.stop(5)
    return setting.events / took


def bare_loop(setting: Setting) -> float:
    """Events per second: paho alone, from its connection to the last PUBACK."""
    messages = [
        (TOPICS.history(VIEWS[seq % len(VIEWS)]), HistoricalEvent.of_stored(body(seq)))
        for seq in range(1, setting.events + 1)
    ]
    connected, done = threading.Event(), threading.Event()
    left = len(messages)

    def published(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set()

    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.on_connect = lambda *_: connected.set()
    client.on_publish = published
    client.connect(HOST, setting.broker)
    client.loop_start()
    assert connected.wait(_TIME_OUT_S)
    properties = content_type()
    begin = time.perf_counter()
    for topic, payload in messages:
        client.publish(topic, payload, 1, properties=properties)
    assert done.wait(_TIME_OUT_S)
    took = time.perf_counter() - begin
    client.disconnect()
    client.loop_stop()
    return setting.events / took


# --- live --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waits:
    """Milliseconds of each live event: until the subscriber had it, within `publish_event`, and after that."""

    arrival: list[float]
    commit: list[float]
    backlog_per_s: float = 0.0

    @property
    def after(self) -> list[float]:
        """Arrival without commit."""
        return [whole - commit for whole, commit in zip(self.arrival, self.commit, strict=True)]


Pause = Callable[[], float]
PATTERNS: dict[str, tuple[Pause, float]] = {
    "every 20 to 50 ms": (lambda: random.uniform(0.02, 0.05), 1.0),
    "every 300 ms on average, at random": (lambda: random.expovariate(1 / 0.3), 0.2),
}
"""Pause before each event, and share of the samples that are taken."""


def show_live(setting: Setting, rounds: int, samples: int) -> None:
    """The tables of latencies."""
    for name, (pause, share) in PATTERNS.items():
        count = max(20, int(samples * share))
        print(f"live events {name}, {count} per round (ms)")
        bare, idle, busy = [], [], []
        with receivers(setting, f"{TOPICS.base}/+/event") as listener:
            assert listener is not None
            for _ in range(rounds):
                bare.append(bare_waits(setting, listener, pause, count))
                idle.append(idle_waits(setting, listener, pause, count))
                busy.append(busy_waits(setting, listener, pause, count))
        for title, found in (("bare paho, idle", bare), ("idle", idle), ("while a backlog drains", busy)):
            for part in ("arrival", "commit", "after"):
                figures = [getattr(one, part) for one in found]
                if found is not bare or part == "arrival":
                    print(
                        f"  {title:24}{part:8} p50 {spread([quantile(one, 0.5) for one in figures], 2):>22}"
                        f"  p99 {spread([quantile(one, 0.99) for one in figures], 2):>24}"
                    )
        for title, found in (("bare paho: p99", bare), ("idle: p99", idle), ("draining: p99", busy)):
            base = bare if found is bare else idle
            print(
                f"  {title} / its idle p50: {tails(found, base, 'arrival')}; after: {tails(found, base, 'after')}"
            )
        print(
            f"  the backlog drains meanwhile at {spread([one.backlog_per_s for one in busy], 0)} events/s\n",
            flush=True,
        )


def tails(found: Sequence[Waits], idle: Sequence[Waits], part: str) -> str:
    """p99 of each round as a multiple of the idle p50 of the same round."""
    return spread(
        [
            quantile(getattr(a, part), 0.99) / quantile(getattr(b, part), 0.5)
            for a, b in zip(found, idle, strict=True)
        ],
        2,
    )


def bare_waits(setting: Setting, listener: Listener, pause: Pause, count: int) -> Waits:
    """paho alone publishes the same bodies in the same pauses."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect(HOST, setting.broker)
    client.loop_start()
    wait_for(client.is_connected)
    sent: dict[int, tuple[float, float]] = {}
    for seq in range(1, count + 1):
        message = event_message(TOPICS, event(seq))
        time.sleep(pause())
        begin = time.monotonic()
        client.publish(message.topic, message.payload, 1, properties=content_type())
        sent[seq] = begin, begin
    found = waits(sent, listener)
    client.disconnect()
    client.loop_stop()
    return found


def idle_waits(setting: Setting, listener: Listener, pause: Pause, count: int) -> Waits:
    """Live events with nothing else to do."""
    with tempfile.TemporaryDirectory() as folder:
        spool = new_spool(setting, Path(folder))
        with running(setting, spool) as sink:
            sent = send(sink, 1, count, pause, lambda: True)
            wait_for(lambda: not spool.depth)
        spool.close()
    return waits(sent, listener)


def busy_waits(setting: Setting, listener: Listener, pause: Pause, count: int) -> Waits:
    """Live events while a backlog drains; when it is empty, the next full one."""
    arrival: list[float] = []
    commit: list[float] = []
    rates: list[float] = []
    while len(arrival) < count:
        with full_spool(setting) as spool:
            found, rate = one_backlog(setting, spool, listener, pause, count - len(arrival))
        arrival += found.arrival
        commit += found.commit
        rates.append(rate)
    return Waits(arrival, commit, statistics.mean(rates))


def one_backlog(
    setting: Setting, spool: Spool, listener: Listener, pause: Pause, count: int
) -> tuple[Waits, float]:
    """At most `count` live events while the spool drains, and the backlog's events per second meanwhile."""
    first = spool.last_seq + 1
    with running(setting, spool) as sink:
        begin, depth = time.perf_counter(), spool.depth
        # What follows the last of the backlog would be an idle sample.
        sent = send(sink, first, count, pause, lambda: spool.depth > 2)
        rate = (depth - spool.depth) / (time.perf_counter() - begin)
        wait_for(lambda: not spool.depth, _TIME_OUT_S)
    return waits(sent, listener), rate


@contextmanager
def running(setting: Setting, spool: Spool) -> Iterator[SpooledMqtt]:
    """A connected sink."""
    sink = sink_of(setting, spool)
    sink.start()
    wait_for(lambda: sink.connected)
    yield sink
    sink.stop(5)


def send(
    sink: SpooledMqtt, first: int, count: int, pause: Pause, wanted: Callable[[], bool]
) -> dict[int, tuple[float, float]]:
    """Publish live events with pauses: seq → when the call began and ended (CLOCK_MONOTONIC seconds)."""
    sent: dict[int, tuple[float, float]] = {}
    for seq in range(first, first + count):
        time.sleep(pause())
        if not wanted():
            break
        one = event(seq)
        begin = time.monotonic()
        sink.publish_event(one)
        sent[seq] = begin, time.monotonic()
    return sent


def waits(sent: dict[int, tuple[float, float]], listener: Listener) -> Waits:
    """Every event that was sent, and how long it took; raises when one has not come."""
    arrived: dict[int, float] = {}

    def complete() -> bool:
        arrived.update(listener.take())
        return sent.keys() <= arrived.keys()

    wait_for(complete)
    return Waits(
        [(arrived[seq] - begin) * 1e3 for seq, (begin, _) in sent.items()],
        [(end - begin) * 1e3 for begin, end in sent.values()],
    )


# --- figures -----------------------------------------------------------------------------------------------


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float], digits: int) -> str:
    """Median (least to most)."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


if __name__ == "__main__":
    main()
