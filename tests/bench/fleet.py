"""`python -m tests.bench.fleet --nodes 1000`: how many nodes one mosquitto on this machine carries.

Each simulated node has an MQTT 5 connection of its own and says what a real one says, made by the same code:
status, info, discovery, availability, states, labels, options and health (retained), then events, each with the
state that follows it. One process drives all connections, another watches as `edgeclassify watch` does, the
broker is a third (mosquitto works in one thread). Printed: connections per second; at each rate of events the
messages per second into and out of the broker, its CPU time (% of one core, and microseconds per message), its
resident memory, and milliseconds from publish to the watcher (CLOCK_MONOTONIC); what the broker retains; the
watcher's memory per node and the time to draw its table. At the highest rate the two Python processes, not the
broker, are what is full: then the waits are theirs.
"""

import argparse
import io
import json
import multiprocessing
import os
import resource
import selectors
import tempfile
import time
import tracemalloc
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from rich.console import Console

from edgeclassify.contract import outgoing
from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.health import Health
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import discovery_messages
from edgeclassify.types import Event, EventType, LabelScore, ModelInfo, NodeInfo, Option, ViewState, Why
from edgeclassify.watch.board import Board
from edgeclassify.watch.drawing.screen import draw
from edgeclassify.watch.interface import Arrival
from tests.bench.delivery import quantile
from tests.support.broker import HOST, Mosquitto, mosquitto_path
from tests.support.waiting import wait_for

RATES = (50, 100, 200, 400, 5000)
VIEWS = ("gate", "yard")
LABELS = ("tabby cat", "golden retriever")
T0 = 1.795e9
_TIME_OUT_S = 180.0
_SENT = "held_s"  # in the events' `why`: when it was published, CLOCK_MONOTONIC


def main() -> None:
    """Run it and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each rate")
    parser.add_argument(
        "--rates", type=int, nargs="+", default=RATES, help="events per second, all nodes together"
    )
    options = parser.parse_args()
    if mosquitto_path() is None:
        parser.exit(1, "no mosquitto here: sudo apt install mosquitto\n")
    allow_open_files(options.nodes + 200)
    with tempfile.TemporaryDirectory() as folder:
        settings = f"allow_anonymous true\nsys_interval 1\npersistence true\npersistence_location {folder}/\n"
        broker = Mosquitto(Path(folder), settings).start()
        watcher, fleet = Child(watch, broker.port), Child(simulate, broker.port, options.nodes)
        try:
            print(f"{os.cpu_count()} cores, {options.nodes} nodes with {len(VIEWS)} views each")
            measure(broker, watcher, fleet, options)
        finally:
            fleet.stop()
            watcher.stop()
            broker.stop()
        stored = Path(folder) / "mosquitto.db"
        print(f"persistence file after the end: {stored.stat().st_size / 1e6:.1f} MB")


def measure(broker: Mosquitto, watcher: "Child", fleet: "Child", options: argparse.Namespace) -> None:
    """Connect, announce, then each rate."""
    process = Process(broker)
    print(f"broker's resident memory before: {process.rss_mb():.1f} MB")
    found = fleet.ask("connect")
    print(f"connected: {found['connected'] / found['connect_s']:.0f} per s, {found['connect_s']:.2f} s for all")
    print(
        f"their first messages: {found['messages']} in {found['announce_s']:.2f} s, "
        f"{found['messages'] / found['announce_s']:.0f} per s acknowledged, {found['bytes'] / 1e6:.1f} MB"
    )
    wait_for(lambda: watcher.ask("count")["messages"] >= found["watched"], _TIME_OUT_S)
    time.sleep(2)
    retained = watcher.ask("seen")["retained"]
    print(f"broker's resident memory with {retained} retained messages: {process.rss_mb():.1f} MB\n")
    print("events/s messages/s in    out broker CPU %   us/message   RSS MB to watcher, ms: p50      p99      max")
    for rate in options.rates:
        print(at_rate(process, watcher, fleet, rate, options.seconds), flush=True)
    board = watcher.ask("board")
    print(
        f"\nwatch: {board['nodes']} nodes, {board['kept'] / board['nodes']:.0f} messages kept per node, "
        f"{board['bytes'] / board['nodes']:.0f} bytes of memory per node, "
        f"{board['take_us']:.0f} us per message, table drawn in {board['draw_ms']:.1f} ms"
    )


def at_rate(process: "Process", watcher: "Child", fleet: "Child", rate: int, seconds: float) -> str:
    """One row of the table."""
    watcher.ask("seen")
    cpu_s, begin = process.cpu_s(), time.monotonic()
    sent = fleet.ask("events", rate, seconds)
    wait_for(lambda: watcher.ask("count")["messages"] >= sent["messages"], _TIME_OUT_S)
    took, used = time.monotonic() - begin, process.cpu_s() - cpu_s
    seen = watcher.ask("seen")
    waits, both = seen["waits"], sent["messages"] + seen["messages"]
    return (
        f"{sent['events'] / took:8.0f} {sent['messages'] / took:12.0f} {seen['messages'] / took:6.0f}"
        f" {100 * used / took:12.1f} {used / both * 1e6:12.1f} {process.rss_mb():8.1f}"
        f" {quantile(waits, 0.5):21.2f} {quantile(waits, 0.99):8.1f} {max(waits):8.1f}"
    )


class Process:
    """The broker's process, by /proc."""

    def __init__(self, broker: Mosquitto) -> None:
        found = [path for path in Path("/proc").glob("[0-9]*") if self._is(path, str(broker.port))]
        assert len(found) == 1, found
        self._path = found[0]

    @staticmethod
    def _is(path: Path, port: str) -> bool:
        try:
            words = (path / "cmdline").read_text().split("\0")
        except OSError:
            return False
        return words[0].endswith("mosquitto") and any(word.endswith(f"mosquitto-{port}.conf") for word in words)

    def cpu_s(self) -> float:
        """Seconds of CPU time so far."""
        fields = (self._path / "stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Resident memory."""
        return int((self._path / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Child:
    """A process of its own that answers questions over a pipe."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=target, args=(theirs, *arguments), daemon=True)
        self._process.start()
        assert self._pipe.recv() == "ready"

    def ask(self, *question: Any) -> dict[str, Any]:
        """The answer to a question."""
        self._pipe.send(question)
        answer: dict[str, Any] = self._pipe.recv()
        return answer

    def stop(self) -> None:
        """End it."""
        self._pipe.send(("stop",))
        self._process.join(20)


def allow_open_files(wanted: int) -> None:
    """Raise this process's limit, which its children inherit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


# --- the nodes ----------------------------------------------------------------------------------------------


class Node:
    """One simulated node: its connection, and what it says."""

    def __init__(self, number: int) -> None:
        self.topics = Topics("edgeclassify", f"node-{number:04}")
        self.layout = Layout(self.topics, tuple(ViewLayout(view, LABELS) for view in VIEWS))
        self.seq = 0
        self.connected = False
        self.unacknowledged = 0
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"edgeclassify-{self.topics.node}",
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        self.client.will_set(self.topics.status, outgoing.OFFLINE, 1, True)
        self.client.on_connect = self._on_connect
        self.client.on_publish = self._on_publish

    def _on_connect(self, *_: object) -> None:
        self.connected = True
        base = self.topics.base
        requests = self.topics.all_requests
        listening = (self.topics.status, *requests, f"{base}/+/+/set", "homeassistant/status")
        self.client.subscribe([(topic, 1) for topic in listening])

    def _on_publish(self, *_: object) -> None:
        self.unacknowledged -= 1

    def say(self, message: Message) -> None:
        """Publish at QoS 1, as the real one does."""
        self.unacknowledged += 1
        self.client.publish(
            message.topic, message.payload, message.qos, message.retain, content_type(message.content_type)
        )

    def announcement(self) -> list[Message]:
        """What it says on connecting."""
        topics = self.topics
        model = ModelInfo("mobilenet_v2", "/var/lib/m.tflite", "ab" * 32, "litert 2.3.0", 1001, 224, 224)
        info = NodeInfo("0.1.0", "3.11.2", "5f0e4b7c9c39", T0, (model,) * len(VIEWS), VIEWS)
        first = [
            outgoing.status_message(topics, True),
            outgoing.info_message(topics, info),
            *discovery_messages(Device(self.layout, "homeassistant", topics.node, "0.1.0")),
        ]
        for view in VIEWS:
            first += [outgoing.availability_message(topics, view, True), *self.state(view)]
            first.append(outgoing.option_message(topics, view, Option.ENABLED, True))
            first.append(outgoing.option_message(topics, view, Option.THRESHOLD, 0.6))
            first.append(outgoing.option_message(topics, view, Option.INTERVAL, 0.5))
        return [*first, outgoing.health_message(topics, health(self.seq))]

    def state(self, view: str) -> list[Message]:
        """A view's state and its listed labels."""
        label = LABELS[self.seq % 2]
        top = tuple(LabelScore(i, name, 0.9 / (i + 1)) for i, name in enumerate((label, "consomme", "cup")))
        state = ViewState(view, label, 0.93456, T0, T0, self.seq, "5f0e4b7c9c390d8f", top, "mobilenet_v2")
        slugs = self.layout.slugs(view)
        return [
            outgoing.state_message(self.topics, state), *outgoing.label_messages(self.topics, state, slugs)
        ]  # fmt: skip

    def change(self) -> list[Message]:
        """An event, and the state that follows it (one label goes on, one off)."""
        self.seq += 1
        view = VIEWS[self.seq % len(VIEWS)]
        why = Why(threshold_enter=0.6, threshold_exit=0.4, confirm_s=1.0, held_s=time.monotonic())
        name = f"{self.seq:08x}-5f0e-4b7c-9c39-0d8f0a7b1c55"
        event = Event(name, self.seq, view, EventType.START, LABELS[self.seq % 2], 0.93456, T0, why)
        return [outgoing.event_message(self.topics, event), *self.state(view)]


_PROPERTIES: dict[str, Properties] = {}


def content_type(name: str) -> Properties:
    """MQTT 5's content type, made once."""
    if name not in _PROPERTIES:
        _PROPERTIES[name] = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        _PROPERTIES[name].ContentType = name
    return _PROPERTIES[name]


def health(events: int) -> Health:
    """Figures as a Pi has them."""
    return Health(
        ts=T0, uptime_s=86_400.5, frame_age_s=0.21, fps=2.0, frames=172_800, inference_ms_p50=71.2,
        inference_ms_p95=80.4, dropped=3, restarts=0, spool_depth=0, spool_dropped=0, temperature_c=61.2,
        throttled=False, rss_bytes=105_000_000, bytes_written=4_096_000, bytes_written_day=1_024_000,
        spool_on_disk=True, events=events, clock_synchronised=True,
        skipped=0, snapshots_dropped=0, snapshots_skipped=0,
    )  # fmt: skip


class Fleet:
    """All connections, in one thread."""

    def __init__(self, port: int, nodes: int) -> None:
        self._port = port
        self._nodes = [Node(number) for number in range(nodes)]
        self._selector = selectors.DefaultSelector()
        self._alive_at = time.monotonic()

    def connect(self) -> dict[str, Any]:
        """Connect all, one after the other without waiting for the broker's answers; then say what is first."""
        begin = time.monotonic()
        for node in self._nodes:
            node.client.connect(HOST, self._port, 60)
            sock = node.client.socket()
            assert sock is not None
            self._selector.register(sock, selectors.EVENT_READ, node)
            self._step(0)
        self._until(lambda: all(node.connected for node in self._nodes))
        connected = time.monotonic()
        count = size = 0
        for node in self._nodes:
            for message in node.announcement():
                node.say(message)
                count += 1
                size += len(message.payload)
            self._step(0)
        self._until(self._all_acknowledged)
        return {
            "connected": len(self._nodes), "connect_s": connected - begin, "messages": count, "bytes": size,
            "announce_s": time.monotonic() - connected, "watched": count - len(self._nodes),
        }  # fmt: skip

    def events(self, rate: float, seconds: float) -> dict[str, Any]:
        """Events of the nodes in turn at a steady rate, or as fast as it goes where that is slower."""
        begin = time.monotonic()
        events = messages = 0
        while (passed := time.monotonic() - begin) < seconds:
            due = int(passed * rate) - events
            for _ in range(min(due, 100)):
                node = self._nodes[events % len(self._nodes)]
                if node.unacknowledged > 20:
                    break
                for message in node.change():
                    node.say(message)
                    messages += 1
                events += 1
            self._step(0 if due > 1 else 0.001)
        self._until(self._all_acknowledged)
        return {"events": events, "messages": messages}

    def _all_acknowledged(self) -> bool:
        return all(node.unacknowledged == 0 for node in self._nodes)

    def _until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _TIME_OUT_S
        while not condition():
            assert time.monotonic() < deadline, "the broker does not answer"
            for _ in range(20):
                self._step(0.005)

    def idle(self) -> None:
        """Wait a little, and keep the connections alive."""
        self._step(0.02)

    def _step(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            self._alive(key.data, key.data.client.loop_read())
        if time.monotonic() - self._alive_at > 5:
            self._alive_at = time.monotonic()
            for node in self._nodes:
                self._alive(node, node.client.loop_misc())
        for node in self._nodes if timeout_s else ():
            if node.client.want_write():
                node.client.loop_write()

    def _alive(self, node: Node, rc: int) -> None:
        assert rc == 0, f"{node.topics.node}: its connection broke: {paho.error_string(rc)}"


def simulate(pipe: Connection, port: int, nodes: int) -> None:
    """The process of the fleet."""
    fleet = Fleet(port, nodes)
    pipe.send("ready")
    connected = False
    while True:
        while not pipe.poll(0 if connected else None):
            fleet.idle()
        match pipe.recv():
            case ("connect",):
                connected = True
                pipe.send(fleet.connect())
            case ("events", rate, seconds):
                pipe.send(fleet.events(rate, seconds))
            case _:
                return


# --- the watcher --------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """What came since the last question."""

    messages: int
    events: int
    waits: list[float]


class Watcher:
    """A subscriber with the board of `edgeclassify watch`."""

    def __init__(self, port: int) -> None:
        self.retained = 0
        self._seen = Seen(0, 0, [])
        self._kept: dict[str, Arrival] = {}
        self._events: dict[str, deque[Arrival]] = {}
        self._board = Board("edgeclassify")
        self._spent_s = 0.0
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe(
            [("edgeclassify/#", 1), ("$SYS/broker/retained messages/count", 0)]
        )
        self._client.on_message = self._on_message
        self._client.connect(HOST, port)

    def step(self) -> None:
        """Wait for the network a little."""
        self._client.loop(0.02)

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        now = time.monotonic()
        if message.topic.startswith("$SYS"):
            self.retained = int(message.payload)
            return
        arrival = Arrival(message.topic, bytes(message.payload), message.qos, message.retain, time.time())
        self._seen.messages += 1
        begin = time.perf_counter()
        self._board.take(arrival)
        self._spent_s += time.perf_counter() - begin
        if arrival.topic.endswith("/event"):
            self._seen.events += 1
            self._seen.waits.append((now - json.loads(arrival.payload)["why"][_SENT]) * 1e3)
            self._events.setdefault(arrival.topic.split("/")[1], deque(maxlen=5)).append(arrival)
        else:
            self._kept[arrival.topic] = arrival

    def seen(self) -> dict[str, Any]:
        """What came since the last such question."""
        found = self._seen
        self._seen = Seen(0, 0, [])
        return vars(found) | {"retained": self.retained}

    def count(self) -> dict[str, Any]:
        """How much came since the last `seen`."""
        return {"events": self._seen.events, "messages": self._seen.messages}

    def board(self) -> dict[str, Any]:
        """Size of a board that holds what this one does, and the time to draw it."""
        messages, spent_s = self._board.messages, self._spent_s
        arrivals = [*self._kept.values(), *(one for events in self._events.values() for one in events)]
        self._board = Board("edgeclassify")
        tracemalloc.start()
        board = Board("edgeclassify")
        for arrival in arrivals:
            board.take(arrival)
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        times = []
        for _ in range(20):
            begin = time.perf_counter()
            console = Console(file=io.StringIO(), width=160, height=50, force_terminal=True)
            console.print(draw(board, "broker", time.time(), 160, 50))
            times.append((time.perf_counter() - begin) * 1e3)
        return {
            "nodes": len(board.nodes), "kept": len(arrivals), "bytes": size, "draw_ms": quantile(times, 0.5),
            "take_us": spent_s / messages * 1e6,
        }  # fmt: skip


def watch(pipe: Connection, port: int) -> None:
    """The process of the watcher."""
    watcher = Watcher(port)
    pipe.send("ready")
    while True:
        while not pipe.poll():
            watcher.step()
        match pipe.recv():
            case ("seen",):
                pipe.send(watcher.seen())
            case ("count",):
                pipe.send(watcher.count())
            case ("board",):
                pipe.send(watcher.board())
            case _:
                return


if __name__ == "__main__":
    main()
