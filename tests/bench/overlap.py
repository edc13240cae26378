"""`python -m tests.bench.overlap`: what of a frame's own work delays the next inference, in turns and overlapped.

Frames of 640x480 (YUV420) lie in memory; mobilenet_v2, LiteRT; the daemon's inference thread, as of
tests.bench.efficiency. In milliseconds, medians over the rounds of each round's median:

* `invoke()` within: of each frame. Where it is longer than the bare one, the other thread disturbs it: it has its
  core, or the other half of a core with two threads.
* `between`: from the end of one invoke() to the beginning of the next. This is all that a frame costs beyond it:
  in turns everything, overlapped what the thread that infers does itself (input copied, scores read, handed over).
* `frame`: from one to the next; `efficiency` the bare invoke() by that.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from edgeclassify.daemon.supervisor import SWITCH_INTERVAL_S
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.interface import Prepared
from edgeclassify.types import Prediction
from tests.bench.efficiency import Pictures, World, frames_in_memory, inference_thread, open_world
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2

BARE, SETTLED = 100, 10
"""Calls of the bare invoke() in each round; and frames of each run that do not count."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one run, medians in milliseconds."""

    invoke: float
    between: float
    frame: float


class Stamped(NetworkClassifier):
    """Notes when each invoke() ended, and how long it took."""

    ends: list[tuple[float, float]]

    def infer(self, prepared: Prepared) -> Prediction:
        """As of a NetworkClassifier."""
        begun_s = time.perf_counter()
        prediction = super().infer(prepared)
        self.ends.append((begun_s + prediction.invoke_ms / 1e3, prediction.invoke_ms))
        return prediction


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.overlap",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--threads", default="1,2", help="threads per invoke, in a row (1,2)")
    parser.add_argument("--rounds", type=int, default=9, help="in which each way has its turn (9)")
    parser.add_argument("--frames", type=int, default=150, help="per turn (150)")
    options = parser.parse_args()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    data = needed_test_data()
    pixels = frames_in_memory(data)
    print(f"{TF2_V2}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(
        f"{'threads':8}{'':12}{'bare invoke()':>14}{'invoke()':>10}{'between':>10}{'frame':>8}{'efficiency':>12}"
    )
    for threads in map(int, options.threads.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            world = open_world(data, threads, Path(folder))
            measure(world, pixels, options.rounds, options.frames)
            world.classifier.close()


def measure(world: World, pixels: Pictures, rounds: int, frames: int) -> None:
    """The rows of one number of threads."""
    bare: list[float] = []
    found: dict[bool, list[Figures]] = {False: [], True: []}
    for _ in range(rounds):
        bare.append(bare_ms(world))
        for overlaps, runs in found.items():
            runs.append(run(world, pixels, frames, overlaps=overlaps))
    alone = statistics.median(bare)
    for overlaps, runs in found.items():
        invoke, between, frame = (
            statistics.median(column)
            for column in zip(*((one.invoke, one.between, one.frame) for one in runs), strict=True)
        )
        way = "overlapped" if overlaps else "in turns"
        cells = f"{alone:>14.3f}{invoke:>10.3f}{between:>10.3f}{frame:>8.3f}{alone / frame:>12.3f}"
        print(f"{world.threads:<8}{way:12}{cells}", flush=True)


def bare_ms(world: World) -> float:
    """The median of a loop of nothing but invoke()."""
    invoke, times = world.network.interpreter.invoke, list[float]()
    for _ in range(BARE):
        started_s = time.perf_counter()
        invoke()
        times.append((time.perf_counter() - started_s) * 1e3)
    return statistics.median(times)


def run(world: World, pixels: Pictures, frames: int, *, overlaps: bool) -> Figures:
    """So many frames through the inference thread."""
    classifier = world.classifier
    classifier.__class__ = Stamped
    assert isinstance(classifier, Stamped)
    classifier.ends = []
    inference_thread(world, pixels, overlaps=overlaps)(frames)
    ends = classifier.ends[SETTLED:]
    apart_ms = [(end_s - before_s) * 1e3 for (before_s, _), (end_s, _) in pairwise(ends)]
    between_ms = [frame - invoke for frame, (_, invoke) in zip(apart_ms, ends[1:], strict=True)]
    return Figures(
        statistics.median(invoke for _, invoke in ends), statistics.median(between_ms), statistics.median(apart_ms)
    )


if __name__ == "__main__":
    main()
