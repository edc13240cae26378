"""`python -m tests.bench.instructions`: instructions per frame of our own part, whatever else the machine does.

Counted by valgrind (callgrind), with a runtime that does nothing when it is invoked: frames of 640x480 (YUV420), a
model of 224x224 with 1001 labels (uint8), as mobilenet_v2 has them. A program that has worked on some frames in
each way is the base; one that has worked on so many more in one way tells what these took.

* `prepare`: frame to input tensor.
* `classify`: frame to prediction.
* `decide`: frame to state, by the rules that a config has by default.
* `thread`: the same in the inference thread, in turns, with its hand-over and a sink that takes nothing.
"""

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.health import HealthMonitor
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.heads.broken_scores import BrokenScores
from edgeclassify.model.heads.network_head import NetworkHead
from edgeclassify.model.heads.scores import ScoreReader
from edgeclassify.model.network import TfliteNetwork
from edgeclassify.model.preprocess.normalization import InputTable
from edgeclassify.model.preprocess.preprocessor import Preprocessor
from edgeclassify.model.roles.output_role import Activation, OutputRole
from edgeclassify.model.runtime.interpreter import Interpreter
from edgeclassify.model.tensors import InputTensor, OutputTensor
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.overlap.choice import FixedChoice
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.postprocess.interface import FilterKind, FilterRules, Rules
from edgeclassify.postprocess.pace import Pace
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.types import FULL_FRAME, ModelInfo, Moment
from tests.bench.in_memory import CAMERA, HEIGHT, WIDTH, MemoryFrames, SilentSink

SIDE, LABELS = 224, 1001
WARM_UP, COUNTED = 20, 100
WAYS = ("prepare", "classify", "decide", "thread")
INTERVAL_NS = 33_000_000


def main() -> int:
    """Count and print; without valgrind say so."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.instructions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=WAYS, help="what to count (all)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        work(options.child)
        return 0
    if shutil.which("valgrind") is None:
        print("instructions per frame: not counted, valgrind is missing (sudo apt install valgrind)")
        return 0
    with ThreadPoolExecutor(max(1, min(len(options.ways) + 1, os.cpu_count() or 1))) as pool:
        base, *counts = pool.map(counted, ["", *options.ways])
    where = f"Python {platform.python_version()}, {platform.machine()}"
    print(
        f"instructions per frame ({where}): "
        + ", ".join(
            f"{way} {round((instructions - base) / COUNTED, -2):,.0f}"
            for way, instructions in zip(options.ways, counts, strict=True)
        )
    )
    return 0


def counted(way: str) -> int:
    """Instructions of a whole program that works on more frames in that way."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                "valgrind", "--tool=callgrind", f"--callgrind-out-file={Path(folder) / 'out'}",
                sys.executable, "-m", "tests.bench.instructions", "--child", way,
            ],
            env=os.environ | {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or found is None:
        raise SystemExit(f"expected valgrind to count instructions, found (exit {done.returncode}): {done.stderr}")
    return int(found[1])


def work(way: str) -> None:
    """Some frames in all ways, more in one of them."""
    bench = Bench()
    for name in WAYS:
        step: Callable[[int], None] = getattr(bench, name)
        step(WARM_UP + (COUNTED if name == way else 0))


class NoRuntime:
    """A runtime whose interpreter knows the answer: as of LiteRT's, as far as ours asks."""

    def __init__(self) -> None:
        self._tensors = (np.zeros((1, SIDE, SIDE, 3), np.uint8), np.zeros((1, LABELS), np.uint8))
        self._tensors[1][0, [5, 80, 300]] = 200, 40, 15

    def get_input_details(self) -> list[dict[str, Any]]:
        """One image."""
        return [_detail(0, self._tensors[0])]

    def get_output_details(self) -> list[dict[str, Any]]:
        """Its scores."""
        return [_detail(1, self._tensors[1])]

    def tensor(self, index: int) -> Callable[[], NDArray[np.uint8]]:
        """Where it lies."""
        return self._tensors[index].view

    def invoke(self) -> None:
        """The answer stays."""


def _detail(index: int, tensor: NDArray[np.uint8]) -> dict[str, Any]:
    return {
        "index": index,
        "name": str(index),
        "shape": tensor.shape,
        "dtype": tensor.dtype,
        "quantization": (1 / 256, 0),
    }


class Bench:
    """The ways, each on as many frames as it is told."""

    def __init__(self) -> None:
        pixels = np.random.default_rng(1).integers(0, 256, (4, HEIGHT * 3 // 2, WIDTH), np.uint8)
        self._source = MemoryFrames(list(pixels), _at)
        labels = tuple(f"label {i}" for i in range(LABELS))
        reader = ScoreReader(OutputTensor(LABELS, "uint8", 1 / 256, 0), OutputRole(Activation.PROBABILITIES, True))
        preprocessor = Preprocessor(InputTensor(SIDE, SIDE, 3, False, "uint8", 1 / 255, 0), InputTable())
        network = TfliteNetwork("model", Interpreter(NoRuntime(), "none"), preprocessor)
        info = ModelInfo("model", "model.tflite", "", "none", LABELS, SIDE, SIDE)
        head = NetworkHead(labels, reader, BrokenScores("model", labels))
        self._classifier = NetworkClassifier(info, network, head)
        self._decider = ViewDecider("view", labels, "model", _rules())
        self._view = View(
            name="view",
            camera=CAMERA,
            region=FULL_FRAME,
            classifier=self._classifier,
            decider=ViewDecider("view", labels, "model", _rules()),
        )
        self._outlet = Outlet(SilentSink(), HealthMonitor(), EventNumbers(MemorySpool()))

    def prepare(self, frames: int) -> None:
        """Frame to input tensor."""
        for _ in range(frames):
            self._classifier.discard(self._classifier.prepare(self._source.frame(), FULL_FRAME))

    def classify(self, frames: int) -> None:
        """Frame to prediction."""
        for _ in range(frames):
            self._classifier.classify(self._source.frame(), FULL_FRAME)

    def decide(self, frames: int) -> None:
        """Frame to state."""
        for _ in range(frames):
            self._decider.see(self._classifier.classify(self._source.frame(), FULL_FRAME))

    def thread(self, frames: int) -> None:
        """The inference thread, on a clock that stands still for its own purposes."""
        ended = threading.Event()
        left = iter(range(frames - 1, -1, -1))
        pipeline = Pipeline(
            frames=self._source,
            views=[self._view],
            outlet=self._outlet,
            on_frame=lambda: None if next(left) else ended.set(),
            max_frames=frames,
            clock=lambda: Moment(0, 0.0),
            choice=FixedChoice(overlaps=False),
        )
        pipeline.start()
        ended.wait()
        pipeline.stop(1)


def _at(number: int) -> Moment:
    return Moment(number * INTERVAL_NS, number * INTERVAL_NS / 1e9)


def _rules() -> Rules:
    """As of a config that says nothing."""
    return Rules(
        threshold_enter=0.97,
        threshold_exit=None,
        confirm_s=0.0,
        expire_s=3.0,
        unknown_below=0.25,
        update_step=0.1,
        top=3,
        pace=Pace(),
        filter=FilterRules(FilterKind.BAYES),
    )


if __name__ == "__main__":
    sys.exit(main())
