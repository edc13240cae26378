"""`python -m tests.bench.daemon`: what a frame costs in the daemon beyond the bare invoke(), and its memory.

Side by side, in turns: a loop of nothing but invoke(), and the daemon on a folder of photos at full speed with a
real mosquitto (decode, preprocess, invoke, state machine, publish). Prints medians over the rounds and the ratio.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

from edgeclassify.types import ModelChoice
from tests.support.broker import Mosquitto, mosquitto_path
from tests.support.data import needed_test_data

MODEL = "tf2_mobilenet_v2_1.0_224_ptq.tflite"
ROUNDS = 5
INVOKES = 300
FRAMES = 600


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runtime", default="auto", choices=["auto", "litert", "tflite-runtime"])
    parser.add_argument("--child", choices=["invoke", "daemon"], help=argparse.SUPPRESS)
    parser.add_argument("--config", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child = {"invoke": bare_invoke, "daemon": daemon}[options.child]
        print(json.dumps(child(options.config)))
        return
    data = needed_test_data()
    if mosquitto_path() is None:
        sys.exit("no mosquitto here: sudo apt install mosquitto")
    with tempfile.TemporaryDirectory() as state:
        broker = Mosquitto(Path(state)).start()
        document = {
            "node": {"name": "bench", "state_dir": state},
            "mqtt": {"host": "127.0.0.1", "port": broker.port},
            "model": {
                "name": str(data / "models" / MODEL),
                "labels": str(data / "models" / "imagenet_labels.txt"),
                "runtime": options.runtime,
            },
            "camera": [{"name": "photos", "source": f"images:{data / 'images'}", "interval_s": 0, "loop": True}],
        }
        rounds = [(run("invoke", document), run("daemon", document)) for _ in range(ROUNDS)]
        broker.stop()
    show(rounds)


def run(child: str, document: dict[str, Any]) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.daemon", "--child", child, "--config", json.dumps(document)]
    result: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


def bare_invoke(document: dict[str, Any]) -> dict[str, Any]:
    """Nothing but invoke(), as the runtime's own figure."""
    from edgeclassify.config import ModelConfig
    from edgeclassify.model.runtime.interpreter import open_interpreter

    section = ModelConfig.model_validate(document["model"]).choice
    interpreter = open_interpreter(Path(section.name), section.runtime, section.threads)
    for _ in range(20):
        interpreter.invoke()
    started = time.perf_counter()
    for _ in range(INVOKES):
        interpreter.invoke()
    return {"ms": (time.perf_counter() - started) / INVOKES * 1e3, "runtime": interpreter.runtime}


def daemon(document: dict[str, Any]) -> dict[str, Any]:
    """The daemon as in production; the time from its 20th frame to its last."""
    from edgeclassify.config import parse_config
    from edgeclassify.daemon import Daemon
    from edgeclassify.daemon.assembly import Factories
    from edgeclassify.model.classifier import NetworkClassifier
    from edgeclassify.model.interface import Prepared
    from edgeclassify.model.opening.classifiers import open_classifier
    from edgeclassify.systemd import Notifier
    from edgeclassify.types import FULL_FRAME, Frame, Prediction, Roi

    class Clock(Notifier):
        """Notes when frames are done: the daemon tells the watchdog so."""

        def __init__(self) -> None:
            super().__init__("")
            self.done: list[float] = []
            self.begun: list[float] = []
            self.prepared: deque[float] = deque()

        def watchdog(self) -> None:
            self.done.append(time.perf_counter())

    class Timed(NetworkClassifier):
        """Notes when a frame's way through the inference thread begins, but for the time of its invoke()."""

        def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
            clock.prepared.append(time.perf_counter())
            return super().prepare(frame, roi)

        def infer(self, prepared: Prepared) -> Prediction:
            started = clock.prepared.popleft()
            prediction = super().infer(prepared)
            clock.begun.append(started + prediction.invoke_ms / 1e3)
            return prediction

    def timed(section: ModelChoice) -> NetworkClassifier:
        classifier = open_classifier(section)
        classifier.__class__ = Timed
        return classifier

    clock = Clock()
    factories = Factories(classifier=timed)
    config = parse_config(document, "bench", Path.cwd())
    runner = Daemon(lambda: config, factories=factories, notifier=clock, max_frames=FRAMES)
    before = os.times()
    runner.run()
    after = os.times()
    report = runner.health.report(dropped=0, restarts=0, spool_depth=0, spool_dropped=0, spool_on_disk=True)
    done = clock.done[20:]
    # From the frame's arrival in the inference thread until it is handed over, without its invoke().
    beyond = [end - start for start, end in zip(clock.begun[-len(done) :], done, strict=True)]
    return {
        "beyond_ms": statistics.median(beyond) * 1e3,
        "ms": (done[-1] - done[0]) / (len(done) - 1) * 1e3,
        "inference_ms": report.inference_ms_p50,
        "rss_mb": (report.rss_bytes or 0) / 1e6,
        "cpu_ms": (after.user + after.system - before.user - before.system) / FRAMES * 1e3,
    }


def show(rounds: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """The table."""
    whole = [daemon["ms"] / invoke["ms"] - 1 for invoke, daemon in rounds]
    path = [daemon["beyond_ms"] / invoke["ms"] for invoke, daemon in rounds]

    def median(values: list[float]) -> str:
        return f"{statistics.median(values):8.2f}  ({min(values):.2f} to {max(values):.2f})"

    print(f"{MODEL}, {rounds[0][0]['runtime']}, {os.cpu_count()} cores, {ROUNDS} rounds, median (range)")
    print("bare invoke()                    ms ", median([invoke["ms"] for invoke, _ in rounds]))
    print("daemon, per frame                ms ", median([daemon["ms"] for _, daemon in rounds]))
    print("  of it frame to scores, p50     ms ", median([daemon["inference_ms"] for _, daemon in rounds]))
    print("  of it beyond invoke(), p50     ms ", median([daemon["beyond_ms"] for _, daemon in rounds]))
    print("daemon, CPU time per frame       ms ", median([daemon["cpu_ms"] for _, daemon in rounds]))
    print("share of the bare invoke():")
    print("  a frame's way beyond invoke()     ", median(path))
    print("  wall time beyond it, with decoding", median(whole))
    print("daemon, resident memory          MB ", median([daemon["rss_mb"] for _, daemon in rounds]))


if __name__ == "__main__":
    main()
