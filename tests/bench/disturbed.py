"""`python -m tests.bench.disturbed`: how late frames get while another process loads one core.

Frames of 640x480 (YUV420) come so many times a second; mobilenet_v2, LiteRT; the daemon's own inference thread, as
the daemon assembles it. Told are milliseconds from a frame's capture until what follows from it is handed to the
sink, p50, p99 and the largest, by ways in turns, each in a process of its own:

* `alone`: nothing disturbs it but what else runs on the machine.
* `disturbed`: another process computes without end, bound to one core.
* `... of half weight`: the same, while the daemon yields as its unit has it (CPUWeight=50 is about nice 3).
* `... of triple weight`: the same, while it goes before others (CPUWeight=300 is about nice -5; root alone may).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgeclassify.daemon.supervisor import SWITCH_INTERVAL_S
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.types import Prediction
from tests.bench.efficiency import frames_in_memory, open_world
from tests.bench.in_memory import MemoryFrames, SilentSink
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2

WAYS = {
    "alone": (False, 0),
    "disturbed": (True, 0),
    "disturbed, of half weight": (True, 3),
    "disturbed, of triple weight": (True, -5),
}
"""Whether another process loads a core, and the daemon's nice value."""
WARM_UP = 20


class TimedSink(SilentSink):
    """Notes how late what follows from each frame comes."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []

    def publish_result(self, view: str, prediction: Prediction) -> None:
        """The last that is told of a frame."""
        self.late_ms.append((time.monotonic_ns() - prediction.captured_at_ns) / 1e6)


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.disturbed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--threads", default="1,2", help="threads per invoke, in a row (1,2)")
    parser.add_argument("--rate", type=float, default=10.0, help="frames a second (10)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each turn (10)")
    parser.add_argument("--rounds", type=int, default=3, help="in which each way has its turn (3)")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        print(json.dumps(late_ms(**options.child)))
        return
    load = os.getloadavg()[0]
    print(f"{TF2_V2}, {options.rate:g} frames/s, {os.cpu_count()} cores, load before {load:.1f}")
    for threads in map(int, options.threads.split(",")):
        found: dict[str, list[float]] = {way: [] for way in WAYS}
        for number in range(options.rounds):
            for way, (is_disturbed, nice) in WAYS.items():
                if nice < 0 and os.geteuid() != 0:
                    continue
                with loaded_core() if is_disturbed else nothing():
                    found[way] += run(threads, nice, options.rate, options.seconds)
                print(f"round {number + 1}, {threads} threads: {way}", file=sys.stderr, flush=True)
        show(threads, found)


def run(threads: int, nice: int, rate: float, seconds: float) -> list[float]:
    """One turn, in a process of its own."""
    child = json.dumps({"threads": threads, "nice": nice, "rate": rate, "seconds": seconds})
    command = [sys.executable, "-m", "tests.bench.disturbed", "--child", child]
    told: list[float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return told


@contextmanager
def loaded_core() -> Iterator[None]:
    """Another process computes on the last of the cores that there are, without end."""
    core = max(os.sched_getaffinity(0))
    code = f"import os\nos.sched_setaffinity(0, {{{core}}})\nwhile True: pass"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            yield
        finally:
            process.kill()


@contextmanager
def nothing() -> Iterator[None]:
    """No other process."""
    yield


def late_ms(threads: int, nice: int, rate: float, seconds: float) -> list[float]:
    """From each frame's capture until it is handed over."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    data, frames, sink = needed_test_data(), LatestFrames(), TimedSink()
    source = MemoryFrames(frames_in_memory(data))
    with tempfile.TemporaryDirectory() as folder:
        world = open_world(data, threads, Path(folder))
        os.nice(nice)
        outlet = Outlet(sink, HealthMonitor(), EventNumbers(MemorySpool()))
        pipeline = Pipeline(
            frames=frames,
            views=world.parts.views,
            outlet=outlet,
            on_frame=lambda: None,
            scenes=world.parts.scenes,
        )
        pipeline.start()
        due_s = time.monotonic()
        for _ in range(WARM_UP + round(rate * seconds)):
            due_s += 1 / rate
            time.sleep(max(0.0, due_s - time.monotonic()))
            frames.put(source.frame())
        pipeline.drain()
        pipeline.stop(5)
    return sink.late_ms[WARM_UP:]


def show(threads: int, found: dict[str, list[float]]) -> None:
    """The table of one number of threads."""
    print(f"\n{threads} thread{'s' if threads > 1 else ''}")
    print(f"{'':32}{'p50, ms':>10}{'p99, ms':>10}{'largest':>10}{'p99 / p50':>12}{'frames':>9}")
    for way, late in found.items():
        if not late:
            print(f"{way:32}{'root alone may':>42}")
            continue
        p50, p99 = statistics.median(late), statistics.quantiles(late, n=100)[98]
        print(f"{way:32}{p50:>10.2f}{p99:>10.2f}{max(late):>10.2f}{p99 / p50:>12.2f}{len(late):>9}")


if __name__ == "__main__":
    main()
