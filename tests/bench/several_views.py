"""`python -m tests.bench.several_views`: four views of one camera in one daemon, against four daemons of one view.

The daemon as in production, with a real mosquitto, on the photos at full speed: mobilenet_v2, LiteRT, as many
threads per invoke as said. In turns: one process whose four views share the camera and the model, and four
processes that run at the same time, each with the camera and the model for itself. Counted is what is inferred in
the same seconds, when all of them have started; memory is looked at from outside, at their end. `pss` is what a
process has for itself and its share of what several have (code above all); `rss` counts that again for each.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.broker import Mosquitto, mosquitto_path
from tests.support.data import needed_test_data
from tests.support.process_memory import process_memory

MODEL = "tf2_mobilenet_v2_1.0_224_ptq.tflite"
VIEWS = 4
WARM_UP, READY = 20, "ready\n"
"""After so many frames a process says that it is."""
KIB = 1024 / 1e6
"""In MB."""


@dataclass(frozen=True, slots=True)
class Total:
    """Of all processes of a way: inferences per second, and MB."""

    rate: float
    pss: float
    rss: float


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.several_views",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--threads", type=int, default=1, help="per invoke (1)")
    parser.add_argument("--rounds", type=int, default=3, help="in which each way has its turn (3)")
    parser.add_argument("--seconds", type=float, default=10.0, help="that are counted (10)")
    parser.add_argument("--child", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        work(options.child)
        return
    if mosquitto_path() is None:
        sys.exit("no mosquitto here: sudo apt install mosquitto")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        broker = Mosquitto(Path(folder)).start()
        one, several = list[Total](), list[Total]()
        for number in range(options.rounds):
            for found, count, views in ((one, 1, VIEWS), (several, VIEWS, 1)):
                documents = [
                    document(Path(folder) / f"{number}-{count}-{i}", broker.port, options.threads, views)
                    for i in range(count)
                ]
                found.append(run(documents, options.seconds))
                print(f"round {number + 1}: {count} with {views}: {found[-1]}", file=sys.stderr, flush=True)
        broker.stop()
    plural = "s" if options.threads > 1 else ""
    print(f"{MODEL}, LiteRT, {options.threads} thread{plural}, {os.cpu_count()} cores, load before {load:.1f}")
    show(one, several)


def document(state: Path, port: int, threads: int, views: int) -> dict[str, Any]:
    """A node whose views look at the same camera."""
    data = needed_test_data()
    state.mkdir()
    return {
        "node": {"name": f"bench-{state.name}", "state_dir": str(state)},
        "mqtt": {"host": "127.0.0.1", "port": port},
        "model": {
            "name": str(data / "models" / MODEL),
            "labels": str(data / "models" / "imagenet_labels.txt"),
            "runtime": "litert",
            "threads": threads,
        },
        "camera": [{"name": "photos", "source": f"images:{data / 'images'}", "interval_s": 0, "loop": True}],
        "view": [{"name": f"view{i}", "camera": "photos"} for i in range(views)],
    }


def run(documents: Sequence[dict[str, Any]], seconds: float) -> Total:
    """All of them at the same time."""
    command = [sys.executable, "-m", "tests.bench.several_views", "--child"]
    processes = [
        subprocess.Popen([*command, json.dumps(one)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for one in documents
    ]
    for process in processes:
        assert process.stdout is not None
        if process.stdout.readline() != READY:
            sys.exit("a daemon did not start")
    span = json.dumps([time.monotonic() + 1.0, time.monotonic() + 1.0 + seconds])
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(span + "\n")
        process.stdin.flush()
    time.sleep(seconds + 1.0)
    memory = [process_memory(process.pid) for process in processes]
    rate = 0.0
    for process, one in zip(processes, documents, strict=True):
        told, _ = process.communicate(timeout=120)
        rate += int(told) / seconds * len(one["view"])
    return Total(rate, sum(one.pss for one in memory) * KIB, sum(one.rss for one in memory) * KIB)


def work(document: dict[str, Any]) -> None:
    """The daemon. It says when it has its first frame, hears which seconds count, and prints how many frames ended
    in them."""
    from edgeclassify.config import parse_config
    from edgeclassify.daemon import Daemon
    from edgeclassify.systemd import Notifier

    class Counting(Notifier):
        """Each frame that ended tells the watchdog so."""

        def __init__(self) -> None:
            super().__init__("")
            self.ended_s: list[float] = []

        def watchdog(self) -> None:
            self.ended_s.append(time.monotonic())
            if len(self.ended_s) == WARM_UP:
                print(READY, end="", flush=True)

    def end() -> None:
        span.extend(json.loads(sys.stdin.readline()))
        time.sleep(max(0.0, span[1] + 1.0 - time.monotonic()))
        os.kill(os.getpid(), signal.SIGTERM)

    config, counting, span = parse_config(document, "bench", Path.cwd()), Counting(), list[float]()
    threading.Thread(target=end, daemon=True).start()
    Daemon(lambda: config, notifier=counting).run()
    print(sum(span[0] <= ended_s < span[1] for ended_s in counting.ended_s))


def show(one: Sequence[Total], several: Sequence[Total]) -> None:
    """The table: medians, and the ratios of each round."""
    print(f"{'':34}{'inferences/s':>14}{'pss, MB':>10}{'rss, MB':>10}")
    for name, totals in ((f"one process, {VIEWS} views", one), (f"{VIEWS} processes, one view each", several)):
        rate, pss, rss = (statistics.median(column) for column in zip(*map(_cells, totals), strict=True))
        print(f"{name:34}{rate:>14.1f}{pss:>10.1f}{rss:>10.1f}")
    ratios = [
        [a / b for a, b in zip(_cells(x), _cells(y), strict=True)] for x, y in zip(one, several, strict=True)
    ]
    rate, pss, rss = (statistics.median(column) for column in zip(*ratios, strict=True))
    print(f"{'one / four, median of rounds':34}{rate:>14.2f}{pss:>10.2f}{rss:>10.2f}")


def _cells(total: Total) -> tuple[float, float, float]:
    return total.rate, total.pss, total.rss


if __name__ == "__main__":
    main()
