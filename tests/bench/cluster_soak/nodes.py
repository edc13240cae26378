"""Some hundred nodes in one process: what each says goes through its own spool on disk and its own delivery.

All that is missing of a real node is its camera: events are made by a clock. A process answers `Ask`s over a pipe.
"""

import logging
import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event as Flag, Thread

from edgeclassify.config import MqttConfig, SpoolConfig
from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.home_assistant.device import Device
from edgeclassify.publish.home_assistant.discovery import Announcement
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.types import Event, EventType, LabelScore, ModelInfo, NodeInfo, ViewState, Why
from tests.bench.fleet import health
from tests.publish.sinks import SpooledMqtt
from tests.support.broker import HOST

VIEWS = ("gate", "yard")
LABELS = ("tabby cat", "golden retriever")
LOOK_S = 0.02
"""How often it is looked which nodes are connected: the fail-over times are no finer."""
STOP_S = 1.0
MODEL = ModelInfo("mobilenet_v2", "/var/lib/m.tflite", "ab" * 32, "litert 2.3.0", 1001, 224, 224)


@dataclass(frozen=True)
class Setup:
    """Which nodes there are in a process (`first` to `first + count - 1`), and where they are to connect."""

    first: int
    count: int
    ports: Sequence[int]
    folder: Path
    events_per_s: float


@dataclass(frozen=True)
class Progress:
    """`connected`: by the broker's port; `events`: made so far; `waiting`: of these not yet acknowledged."""

    connected: dict[int, int]
    events: int
    waiting: int


@dataclass(frozen=True)
class Change:
    """A node lost its connection at `lost_at` and had one again at `found_at` (CLOCK_MONOTONIC, seconds)."""

    node: str
    lost_at: float
    found_at: float
    before: int
    after: int


class SoakNode:
    """One node, with a view more than it needs."""

    def __init__(self, number: int, setup: Setup) -> None:
        self.name = f"node-{number:04}"
        topics = Topics("edgeclassify", self.name)
        layout = Layout(topics, tuple(ViewLayout(view, LABELS) for view in VIEWS))
        hosts = tuple(f"{HOST}:{port}" for port in setup.ports)
        self.spool = DiskSpool(setup.folder / self.name, SpoolConfig())
        self.sink = SpooledMqtt(
            self.spool,
            config=MqttConfig(hosts=hosts, order="shuffled"),
            layout=layout,
            announcement=Announcement(Device(layout, "homeassistant", self.name, "0.1.0")),
        )
        self.seq = self.spool.last_seq
        self.port = 0
        """Of the broker that it is connected to; 0: none."""
        self.lost_at, self.lost_port = 0.0, 0

    def start(self) -> None:
        """Say what a node says first, and connect."""
        self.sink.publish_info(NodeInfo("0.1.0", "3.11.2", self.name, time.time(), (MODEL,) * len(VIEWS), VIEWS))
        for view in VIEWS:
            self.sink.publish_availability(view, True)
            self._show(view)
        self.sink.publish_health(health(0))
        self.sink.start()

    def change(self) -> None:
        """An event, and the state that follows it."""
        self.seq += 1
        view, label = VIEWS[self.seq % len(VIEWS)], LABELS[self.seq // 2 % 2]
        why = Why(threshold_enter=0.6, threshold_exit=0.4, confirm_s=1.0, held_s=time.monotonic())
        kind = EventType.START if self.seq % 2 else EventType.END
        self.sink.publish_event(Event(str(uuid.uuid4()), self.seq, view, kind, label, 0.93, time.time(), why))
        self._show(view)

    def look(self, now: float) -> Change | None:
        """Is it connected, and where? A connection that it has found again."""
        server = self.sink.mqtt.broker.server
        port = 0 if server is None else int(server.partition(" ")[0].rpartition(":")[2])
        before, self.port = self.port, port
        if before and not port:
            self.lost_at, self.lost_port = now, before
        elif before and port != before:
            return Change(self.name, now, now, before, port)
        elif port and not before and self.lost_at:
            return Change(self.name, self.lost_at, now, self.lost_port, port)
        return None

    def stop(self) -> None:
        """Deliver what is left, and end."""
        self.sink.stop(STOP_S)
        self.spool.close()

    def _show(self, view: str) -> None:
        label = LABELS[self.seq // 2 % 2]
        top = tuple(LabelScore(i, name, 0.9 / (i + 1)) for i, name in enumerate((label, "consomme", "cup")))
        now = time.time()
        self.sink.publish_state(
            ViewState(view, label, 0.93, now, now, self.seq, "5f0e4b7c9c390d8f", top, "mobilenet_v2")
        )


class Nodes:
    """All of one process."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self.nodes = [SoakNode(setup.first + i, setup) for i in range(setup.count)]
        self._changes: list[Change] = []
        self._ended, self._quiet = Flag(), Flag()
        self._threads = [Thread(target=self._look, daemon=True), Thread(target=self._make_events, daemon=True)]

    def start(self) -> None:
        """Connect them all; events come from `make_events` on."""
        for node in self.nodes:
            node.start()
        self._threads[0].start()

    def make_events(self) -> None:
        """From now on, at random, so many a second of all nodes together."""
        self._threads[1].start()

    def quiet(self) -> None:
        """No more events."""
        self._quiet.set()
        self._threads[1].join()

    def progress(self) -> Progress:
        """Now."""
        connected: dict[int, int] = {}
        for node in self.nodes:
            connected[node.port] = connected.get(node.port, 0) + 1
        events, waiting = sum(node.seq for node in self.nodes), sum(node.spool.depth for node in self.nodes)
        return Progress(connected, events, waiting)

    def changes(self) -> list[Change]:
        """Those since the last call."""
        found, self._changes = self._changes, []
        return found

    def last_numbers(self) -> dict[str, int]:
        """The number of each node's last event."""
        return {node.name: node.seq for node in self.nodes}

    def stop(self) -> None:
        """End all at the same time."""
        self._ended.set()
        threads = [Thread(target=node.stop) for node in self.nodes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_S):
            now = time.monotonic()
            for node in self.nodes:
                if (change := node.look(now)) is not None:
                    self._changes.append(change)

    def _make_events(self) -> None:
        chance = random.Random(self._setup.first)
        while not self._quiet.wait(chance.expovariate(self._setup.events_per_s)):
            chance.choice(self.nodes).change()


def run_nodes(pipe: Connection, setup: Setup) -> None:
    """The process: carries out what comes over the pipe, by the methods' names, until `stop`."""
    logging.disable(logging.WARNING)  # hundreds of nodes say that their broker is away
    nodes = Nodes(setup)
    pipe.send("ready")
    while True:
        (name,) = pipe.recv()
        pipe.send(getattr(nodes, name)())
        if name == "stop":
            return
