"""`python -m tests.bench.ingest`: how many events a second come into PostgreSQL, beside the usual loop.

A real mosquitto, a real PostgreSQL with its usual durability (fsync), and `edgeclassify ingest` as a process of
its own. First a steady rate: how far the table is behind what was published, looked at twice a second. Then as
fast as they come: events published before anybody listens, which are then brought in, by the ingest and by a plain
loop of one INSERT per message (paho and psycopg, the message acknowledged when its row is committed), in turns.
Printed: events per second, CPU time per event of the process that brings them in, its peak of resident memory, and
bytes per event of the table with its indexes. Publisher, broker, database and who is measured share this machine.
"""

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import psycopg
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from edgeclassify.contract import outgoing
from edgeclassify.contract.topics import Topics
from edgeclassify.types import Event, EventType, LabelScore, Why
from tests.support.broker import HOST, Mosquitto, mosquitto_path
from tests.support.postgres import Cluster, programs, running_cluster

T0 = 1.795e9
_TICKS = os.sysconf("SC_CLK_TCK")
_TIME_OUT_S = 300.0


def main() -> None:
    """Run it and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=500)
    parser.add_argument("--rates", type=int, nargs="*", default=[500, 1000], help="events per second")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each rate")
    parser.add_argument("--events", type=int, default=20_000, help="as fast as they come")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    if mosquitto_path() is None or programs() is None:
        parser.exit(1, "no mosquitto or no PostgreSQL here: sudo apt install mosquitto postgresql\n")
    with running_cluster(synced=True) as cluster:
        print(f"{os.cpu_count()} cores, {options.nodes} nodes")
        print("steady, events/s: sent   behind, events: p50      max   all in after, s   us CPU/event   peak MB")
        for rate in options.rates:
            print(steady(cluster, options, rate), flush=True)
        print("as fast as they come:     events/s   us CPU/event   peak MB   bytes/event")
        for _ in range(options.rounds):
            print(f"  edgeclassify ingest {drained(cluster, options, ours=True)}", flush=True)
            print(f"  one INSERT each     {drained(cluster, options, ours=False)}", flush=True)


def steady(cluster: Cluster, options: argparse.Namespace, rate: int) -> str:
    """One row of the first table."""
    with broker_in() as (broker, folder):
        url = cluster.new_database("steady")
        with ours_of(broker, url, folder) as process, psycopg.connect(url, autocommit=True) as connection:
            wait_until(lambda: is_subscribed(folder))
            sent = multiprocessing.Value("q", 0)
            count = int(rate * options.seconds)
            publisher = multiprocessing.Process(
                target=publish, args=(broker.port, options.nodes, count, rate, sent)
            )
            publisher.start()
            behind = []
            while publisher.is_alive():
                time.sleep(0.5)
                published = sent.value
                behind.append(max(0, published - rows(connection, "edgeclassify_events")))
            end = time.monotonic()
            wait_until(lambda: rows(connection, "edgeclassify_events") == count)
            took = time.monotonic() - end
            cpu, peak = used(process.pid)
            return (
                f"{rate:23d} {statistics.median(behind):24.0f} {max(behind):8d} {took:17.2f} "
                f"{cpu / count * 1e6:14.0f} {peak:9.1f}"
            )


def drained(cluster: Cluster, options: argparse.Namespace, *, ours: bool) -> str:
    """One row of the second table: what waits at the broker is brought in."""
    table = "edgeclassify_events" if ours else "plain"
    with broker_in() as (broker, folder):
        url = cluster.new_database("drained")
        begin = ours_of if ours else plain_of
        with begin(broker, url, folder):  # its session, and its tables, begin here
            wait_until(lambda: is_subscribed(folder))
        publish(broker.port, options.nodes, options.events, None, multiprocessing.Value("q", 0))
        with begin(broker, url, folder) as process, psycopg.connect(url, autocommit=True) as connection:
            wait_until(lambda: rows(connection, table) > 0)
            start, first = time.monotonic(), rows(connection, table)
            cpu_before, _ = used(process.pid)
            wait_until(lambda: rows(connection, table) == options.events)
            took = time.monotonic() - start
            cpu, peak = used(process.pid)
            connection.execute(f"VACUUM {table}")
            size = connection.execute("SELECT pg_total_relation_size(%s::regclass)", (table,)).fetchone()
            assert size is not None
            count = options.events - first
            return (
                f"{count / took:12.0f} {(cpu - cpu_before) / count * 1e6:14.0f} {peak:9.1f} "
                f"{size[0] / options.events:13.0f}"
            )


@contextmanager
def broker_in() -> Iterator[tuple[Mosquitto, Path]]:
    """A broker that keeps whatever waits."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = f"log_dest file {folder}/mosquitto.log\nlog_type subscribe\n"
        broker = Mosquitto(folder, f"allow_anonymous true\n{log}").start()
        try:
            yield broker, folder
        finally:
            broker.stop()


def is_subscribed(folder: Path) -> bool:
    log = folder / "mosquitto.log"
    return log.exists() and "history" in log.read_text()


@contextmanager
def process_of(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def ours_of(broker: Mosquitto, url: str, folder: Path) -> Any:
    """`edgeclassify ingest`, running."""
    options = ["--host", HOST, "--port", str(broker.port), "--buffer", str(folder / "buffer")]
    return process_of([sys.executable, "-m", "edgeclassify", "ingest", url, *options], folder)


def plain_of(broker: Mosquitto, url: str, folder: Path) -> Any:
    """The usual loop, running."""
    return process_of([sys.executable, "-m", "tests.bench.ingest_plain", str(broker.port), url], folder)


def publish(port: int, nodes: int, count: int, rate: int | None, sent: Any) -> None:
    """Publish events of all nodes in turns, over one connection; returns when the broker has them all."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(200)
    client.connect(HOST, port)
    client.loop_start()
    topics = [Topics("edgeclassify", f"node-{number}") for number in range(nodes)]
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType = "application/json"
    begin, last = time.monotonic(), None
    for number in range(count):
        message = outgoing.event_message(topics[number % nodes], event(number // nodes + 1, number))
        last = client.publish(message.topic, message.payload, 1, properties=properties)
        sent.value = number + 1
        if rate is not None and (ahead := begin + number / rate - time.monotonic()) > 0:
            time.sleep(ahead)
        elif rate is None and number % 1000 == 999:
            last.wait_for_publish(_TIME_OUT_S)
    assert last is not None
    last.wait_for_publish(_TIME_OUT_S)
    client.disconnect()
    client.loop_stop()


def event(seq: int, number: int) -> Event:
    """As nodes have them: a start with the figures behind it."""
    best = (LabelScore(1, "tabby cat", 0.8789), LabelScore(2, "teapot", 0.0195), LabelScore(3, "espresso", 0.0081))
    why = Why(threshold_enter=0.6, confirm_s=1.0, held_s=1.0312, score=0.8789, raw_score=0.9012, best=best)
    return Event(f"{number:032x}", seq, "gate", EventType.START, "tabby cat", 0.8789, T0 + number, why)


def rows(connection: psycopg.Connection, table: str) -> int:
    """How many there are; 0 where there is no such table yet."""
    try:
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    except psycopg.errors.UndefinedTable:
        return 0
    return 0 if found is None else int(found[0])


def used(pid: int) -> tuple[float, float]:
    """CPU seconds, and megabytes of resident memory at most."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / _TICKS, int(peak.split()[1]) / 1024


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + _TIME_OUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the events have not come in")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
