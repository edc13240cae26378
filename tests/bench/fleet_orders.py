"""`python -m tests.bench.fleet_orders --nodes 1000`: an order to many nodes, in seconds and messages.

The nodes are played over one connection, in a process of their own, behind a mosquitto: what is measured is the
command's own part. Printed: seconds to hear of all nodes and to choose among them, seconds from the first request
to the last answer, and what the process took of its core.
"""

import argparse
import multiprocessing
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from edgeclassify.config import MqttConfig
from edgeclassify.fleet.carrying_out import carry_out
from edgeclassify.fleet.link import FleetLink
from edgeclassify.fleet.orders import set_order
from edgeclassify.fleet.round import Pace
from edgeclassify.fleet.selection import Selection, choose
from edgeclassify.fleet.where.parsing import parse
from edgeclassify.types import Command
from tests.fleet.simulated import SimulatedNodes
from tests.support.broker import HOST, Mosquitto

WHERE = "name=node-* and online and version>=1 and waiting=0 and not problem"


def play(port: int, nodes: int, ready: Event, over: Event) -> None:
    """The process of the nodes."""
    with SimulatedNodes(port, [f"node-{number:06}" for number in range(nodes)]):
        ready.set()
        over.wait()


def main() -> None:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    ready, over = context.Event(), context.Event()
    with tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(Path(folder)).start()
        nodes = context.Process(target=play, args=(broker.port, options.nodes, ready, over), daemon=True)
        nodes.start()
        try:
            ready.wait()
            for at_once in (1, 20, 100):
                measure(broker.port, options.nodes, at_once)
        finally:
            over.set()
            nodes.join(20)
            broker.stop()


def measure(port: int, nodes: int, at_once: int) -> None:
    """One row."""
    selection, order = Selection(parse(WHERE)), set_order("gate.threshold", "0.7")
    config = MqttConfig(host=HOST, port=port)
    begin, cpu = time.monotonic(), time.process_time()
    with FleetLink(config, topics=selection.topics(), commands=(Command.SET,)) as link:
        link.gather()
        heard = time.monotonic()
        chosen = choose(selection, link.known)
        chose = time.monotonic()
        targets = order.targets(chosen.nodes, link.known)
        report = carry_out(link, order, targets, Pace(at_once=at_once))
    end = time.monotonic()
    assert report.all_done
    assert len(report.results) == nodes
    slowest = max(one.took_s or 0.0 for one in report.results)
    print(
        f"{nodes} nodes, {at_once} at once: heard of in {heard - begin:.2f} s, chosen in "
        f"{(chose - heard) * 1e3:.0f} ms, done in {end - chose:.2f} s (slowest answer {slowest * 1e3:.0f} ms, "
        f"{2 * nodes} messages of ours and theirs), {time.process_time() - cpu:.2f} s of a core",
        flush=True,
    )


if __name__ == "__main__":
    main()
