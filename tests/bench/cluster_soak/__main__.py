"""`python -m tests.bench.cluster_soak`: many nodes on several brokers, one of which is killed again and again.

Each node is a real one but for its camera: its spool is on disk, its delivery is the daemon's, it has `mqtt.hosts`
with all brokers in an order of its own (`shuffled`). At random times a broker at random is killed (SIGKILL), stays
away for a while and is started again. Consumers have a session at each broker. At the end no event may be missing
(`holes`), and no number may stand for two. Printed for the RabbitMQ cluster, and for the same nodes on one
mosquitto: messages per second, how long a node was without a broker (`fail-over`), how long an event took to its
first consumer, the brokers' memory for each node, and their processor time for each event.
"""

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.cluster_soak.brokers import Brokers, Cluster, OneMosquitto
from tests.bench.cluster_soak.consumers import Found, run_consumers
from tests.bench.cluster_soak.nodes import Change, Setup, run_nodes
from tests.bench.delivery import quantile
from tests.bench.fleet import allow_open_files
from tests.support.waiting import wait_for

PROCESSES = 2
SETTLE_S = 300.0
"""What is on its way may take so long to arrive in the end."""


@dataclass(frozen=True)
class Options:
    """`away_s`, `apart_s`: least and most seconds that a broker is away, and until the next one is killed."""

    nodes: int
    brokers: int
    minutes: float
    events_per_s: float
    away_s: tuple[float, float]
    apart_s: tuple[float, float]
    seed: int


@dataclass(frozen=True)
class Result:
    """Of one kind of broker. `before_mb`, `after_mb`: its memory with no node and with all of them."""

    name: str
    events: int
    found: Found
    missing: list[tuple[str, int]]
    changes: list[Change]
    kills: int
    seconds: float
    before_mb: float
    after_mb: float
    first_connect_s: float


class Child:
    """A process that answers by the names of its methods."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=target, args=(theirs, *arguments), daemon=True)
        self._process.start()
        assert self._pipe.recv() == "ready"

    def ask(self, name: str) -> Any:
        """Have it do it; what came of it."""
        self._pipe.send((name,))
        return self._pipe.recv()

    def stop(self) -> None:
        """End it."""
        self.ask("stop")
        self._process.join(30)


def soak(brokers: Brokers, options: Options, folder: Path) -> Result:
    """The whole of it with one kind of broker."""
    before_mb = brokers.rss_mb()
    each = options.nodes // PROCESSES
    nodes = [
        Child(
            run_nodes,
            Setup(i * each, each, brokers.ports, folder / "nodes", options.events_per_s / PROCESSES),
        )
        for i in range(PROCESSES)
    ]
    consumers = Child(run_consumers, brokers.ports)
    begin = time.monotonic()
    for child in nodes:
        child.ask("start")
    wait_for(lambda: not any(away(child) for child in nodes), SETTLE_S)
    first_connect_s = time.monotonic() - begin
    time.sleep(5)
    wait_for(lambda: not any(child.ask("progress").waiting for child in nodes), SETTLE_S)
    after_mb = brokers.rss_mb()
    say(f"{brokers.name}: {each * PROCESSES} nodes connected in {first_connect_s:.1f} s, {where(nodes)}")
    for child in nodes:
        child.ask("make_events")
    begin = time.monotonic()
    kills, changes = kill_again_and_again(brokers, options, nodes)
    for child in nodes:
        child.ask("quiet")
    seconds = time.monotonic() - begin
    wait_for(lambda: not any(child.ask("progress").waiting for child in nodes), SETTLE_S)
    made = {name: seq for child in nodes for name, seq in child.ask("last_numbers").items()}
    found = arrived(consumers, made)
    changes += [change for child in nodes for change in child.ask("changes")]
    for child in (*nodes, consumers):
        child.stop()
    return Result(
        brokers.name, sum(made.values()), found, missing(found, made), changes, kills, seconds, before_mb,
        after_mb, first_connect_s,
    )  # fmt: skip


def kill_again_and_again(brokers: Brokers, options: Options, nodes: Sequence[Child]) -> tuple[int, list[Change]]:
    """For so many minutes. How often, and what it did to the nodes."""
    chance = random.Random(options.seed)
    end = time.monotonic() + options.minutes * 60
    kills, changes = 0, list[Change]()
    while True:
        pause_s = chance.uniform(*options.apart_s)
        if time.monotonic() + pause_s >= end:
            time.sleep(max(0.0, end - time.monotonic()))
            return kills, changes
        time.sleep(pause_s)
        number = chance.randrange(len(brokers.ports))
        brokers.kill(number)
        kills += 1
        time.sleep(chance.uniform(*options.away_s))
        brokers.restart(number)
        changes += [change for child in nodes for change in child.ask("changes")]
        waiting = sum(child.ask("progress").waiting for child in nodes)
        say(f"{max(0.0, end - time.monotonic()):5.0f} s left: {kills} killed, {len(changes)} connections "
            f"found again, {waiting} events wait, {where(nodes)}")  # fmt: skip


def away(child: Child) -> int:
    """How many of its nodes have no connection."""
    return int(child.ask("progress").connected.get(0, 0))


def where(nodes: Sequence[Child]) -> str:
    """How many nodes each broker has."""
    connected: dict[int, int] = {}
    for child in nodes:
        for port, count in child.ask("progress").connected.items():
            connected[port] = connected.get(port, 0) + count
    return "nodes at each broker: " + ", ".join(str(count) for port, count in sorted(connected.items()) if port)


def arrived(consumers: Child, made: dict[str, int]) -> Found:
    """What the consumers have, when it is all, or when nothing has come for half a minute."""
    last, still_since = -1, time.monotonic()
    while time.monotonic() - still_since < 30:
        messages = consumers.ask("messages")
        if messages != last:
            last, still_since = messages, time.monotonic()
        time.sleep(1)
        if time.monotonic() - still_since > 3 and not missing(consumers.ask("found"), made):
            break
    found: Found = consumers.ask("found")
    return found


def missing(found: Found, made: dict[str, int]) -> list[tuple[str, int]]:
    """Events that were made and have not arrived."""
    return [
        (name, seq)
        for name, last in made.items()
        for seq in range(1, last + 1)
        if seq not in found.events.get(name, set())
    ]


def say(text: str) -> None:
    """How far it is."""
    print(text, file=sys.stderr, flush=True)


def table(results: Sequence[Result], options: Options) -> str:
    """What came of it, a column for each kind of broker."""

    def row(name: str, value: Callable[[Result], str]) -> str:
        return "| " + " | ".join([name, *(value(result) for result in results)]) + " |"

    def waits(result: Result) -> list[float]:
        return [change.found_at - change.lost_at for change in result.changes] or [0.0]

    def spread(values: Sequence[float], digits: int) -> str:
        return " / ".join(f"{quantile(values, part):,.{digits}f}" for part in (0.5, 0.99)) + (
            f" / {max(values):,.{digits}f}"
        )

    return "\n".join(
        [
            row("", lambda result: result.name),
            "|" + "---|" * (len(results) + 1),
            row("nodes", lambda _: str(options.nodes // PROCESSES * PROCESSES)),
            row("all connected after, s", lambda result: f"{result.first_connect_s:.1f}"),
            row("minutes, brokers killed", lambda result: f"{result.seconds / 60:.1f}, {result.kills}"),
            row("events, a second", lambda result: f"{result.events:,}, {result.events / result.seconds:.0f}"),
            row(
                "messages to consumers, a second", lambda result: f"{result.found.messages / result.seconds:,.0f}"
            ),
            row("**events missing (holes)**", lambda result: f"**{len(result.missing)}**"),
            row("**numbers of two events**", lambda result: f"**{len(result.found.twice)}**"),
            row("connections lost and found again", lambda result: f"{len(result.changes):,}"),
            row("fail-over, s: p50 / p99 / most", lambda result: spread(waits(result), 2)),
            row("event to consumer, live, ms", lambda result: spread(result.found.waits_ms or [0.0], 1)),
            row("memory of the brokers, empty, MB", lambda result: f"{result.before_mb:.0f}"),
            row(
                "the same for a node, kB",
                lambda result: f"{(result.after_mb - result.before_mb) / options.nodes * 1000:.0f}",
            ),
        ]
    )


def main() -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=500)
    parser.add_argument("--brokers", type=int, default=3, help="of the cluster")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=50.0, help="events a second, of all nodes together")
    parser.add_argument("--away", type=float, nargs=2, default=(5.0, 20.0), metavar="S", help="least and most")
    parser.add_argument("--apart", type=float, nargs=2, default=(10.0, 30.0), metavar="S", help="least and most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["cluster", "mosquitto"])
    given = parser.parse_args()
    options = Options(
        given.nodes, given.brokers, given.minutes, given.rate, tuple(given.away), tuple(given.apart), given.seed
    )
    allow_open_files(given.nodes * 8 + 500)
    kinds: dict[str, Callable[[Path], Brokers]] = {
        "cluster": lambda folder: Cluster(folder, given.brokers),
        "mosquitto": OneMosquitto,
    }
    results = []
    for name, kind in kinds.items():
        if given.only in (None, name):
            with tempfile.TemporaryDirectory() as folder, ExitStack() as around:
                brokers = kind(Path(folder))
                around.callback(brokers.stop)
                results.append(soak(brokers, options, Path(folder)))
    print(f"{os.cpu_count()} cores, for brokers, nodes and consumers together")
    print(table(results, options))
    if any(result.missing or result.found.twice for result in results):
        sys.exit(1)


if __name__ == "__main__":
    main()
