"""`python -m tests.bench.efficiency`: what a frame costs beside its invoke(), from memory to the state machine.

Frames of 640x480 (YUV420) lie in memory; mobilenet_v2, LiteRT. In one process, in turns, with two threads and one:

* `invoke()`: nothing but that, on the same network: the yardstick.
* `state machine`: frame, input tensor, invoke, scores, the view's decisions, one after the other in one thread.
* `in turns`: the daemon's inference thread, with a sink that takes nothing; one frame follows the other.
* `overlapped`: the same, but a second thread infers while it prepares the next frame and decides on the last one.
* `picture checks`: overlapped, as of a plain config: each picture is looked at as a whole, too.
* `usual script`: OpenCV's conversion, crop, INTER_AREA, set_tensor, invoke, get_tensor, dequantize, sort.

Efficiency is the time of `invoke()` by the time per frame. Each way has many short turns, in another order each
time. `quiet`: the mean of a way's fastest tenth of turns, which other work on the machine disturbs least;
`median`: of all turns. `CPU`: by processor time of the whole process instead, the median of the ratios within
each round (a runtime's threads may spin while they wait, so that it says most of one thread; of work that overlaps
it says nothing).
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.config import Config, parse_config
from edgeclassify.daemon.assembly import Factories, Parts, assemble
from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.daemon.supervisor import SWITCH_INTERVAL_S
from edgeclassify.health import HealthMonitor
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.network import TfliteNetwork
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.runtime.runtimes import import_runtime
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.overlap.choice import FixedChoice
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.scene.interface import SceneStep
from edgeclassify.types import PixelFormat
from tests.bench.in_memory import CAMERA, HEIGHT, WIDTH, MemoryFrames, SilentSink
from tests.model.frames import in_format
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2, model_path, photos

SIDE, PICTURES = 224, 8
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds: on the clock, and of all processors in this process."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> "Spent":
        """Until this moment."""
        return cls(time.perf_counter(), time.process_time())

    def per_frame(self, since: "Spent", frames: int) -> "Spent":
        """The mean of so many frames from then until now."""
        return Spent((self.wall - since.wall) / frames, (self.cpu - since.cpu) / frames)


Way = Callable[[int], Spent]
"""Works on so many frames, and tells what one took."""
Pictures = list[NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class World:
    """A network with all that works on its frames. `threads`: of each invoke."""

    parts: Parts
    network: TfliteNetwork
    model: Path
    threads: int

    @property
    def classifier(self) -> NetworkClassifier:
        """The only one."""
        found = self.parts.views[0].classifier
        assert isinstance(found, NetworkClassifier)
        return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.efficiency",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--threads", default="2,1", help="threads per invoke, in a row (2,1)")
    parser.add_argument("--rounds", type=int, default=100, help="in which each way has its turn (100)")
    parser.add_argument("--frames", type=int, default=25, help="per turn (25)")
    parser.add_argument(
        "--way", choices=WAYS, help="work on frames in this way alone, without end: for a profiler"
    )
    options = parser.parse_args()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    data = needed_test_data()
    pixels = frames_in_memory(data)
    load = os.getloadavg()[0]
    print(f"{TF2_V2}, {WIDTH}x{HEIGHT} YUV420, {os.cpu_count()} cores, load {load:.1f}, OpenCV {cv2.__version__}")
    for threads in map(int, options.threads.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            world = open_world(data, threads, Path(folder))
            ways = {name: make(world, pixels) for name, make in WAYS.items()}
            if options.way:
                while True:
                    ways[options.way](options.frames)
            show(world, measure(ways, options.rounds, options.frames))
            world.classifier.close()


def frames_in_memory(data: Path) -> Pictures:
    """Pictures that are looked at by turns: (HEIGHT * 3 / 2, WIDTH)."""
    made = []
    for photo in photos(data)[:PICTURES]:
        bgr = cv2.resize(photo.frame().pixels, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        made.append(in_format(np.ascontiguousarray(bgr[:, :, ::-1]), PixelFormat.YUV420).pixels)
    return made


def open_world(data: Path, threads: int, folder: Path) -> World:
    """What the daemon would make of a plain config, but its camera."""
    model = model_path(data, TF2_V2)
    config = plain_config(model, threads, folder)
    parts = assemble(config, OptionStore(None), factories=Factories(classifier=open_classifier))
    network = (
        parts.views[0].classifier.network if isinstance(parts.views[0].classifier, NetworkClassifier) else None
    )
    assert isinstance(network, TfliteNetwork)
    return World(parts, network, model, threads)


def plain_config(model: Path, threads: int, folder: Path) -> Config:
    """Nothing is said that needs not be."""
    document = {
        "node": {"name": "bench", "state_dir": str(folder)},
        "mqtt": {"host": "127.0.0.1"},
        "model": {"name": str(model), "runtime": "litert", "threads": threads},
        "camera": [{"name": CAMERA, "source": "synthetic:", "interval_s": 0}],
    }
    return parse_config(document, "bench", folder)


# --- the ways ---------------------------------------------------------------------------------------------


def in_a_row(step: Callable[[], object]) -> Way:
    """One frame after the other in this thread."""

    def way(frames: int) -> Spent:
        since = Spent.now()
        for _ in range(frames):
            step()
        return Spent.now().per_frame(since, frames)

    return way


def bare_invoke(world: World, pixels: Pictures) -> Way:
    """The yardstick."""
    return in_a_row(world.network.interpreter.invoke)


def to_state_machine(world: World, pixels: Pictures) -> Way:
    """Classifier and decider, without the thread."""
    source, view = MemoryFrames(pixels), world.parts.views[0]
    classifier, region = view.classifier, view.region
    decider = decider_of(world.parts.taps[view.name].facts, view.rules)
    return in_a_row(lambda: decider.see(classifier.classify(source.frame(), region)))


def in_turns(world: World, pixels: Pictures) -> Way:
    """The inference thread, where one frame follows the other."""
    return inference_thread(world, pixels, overlaps=False)


def overlapped(world: World, pixels: Pictures) -> Way:
    """The inference thread, where a second one infers while it prepares and decides."""
    return inference_thread(world, pixels, overlaps=True)


def with_picture_checks(world: World, pixels: Pictures) -> Way:
    """The same, which looks first whether the picture can be trusted."""
    return inference_thread(world, pixels, overlaps=True, scenes=world.parts.scenes)


def inference_thread(
    world: World, pixels: Pictures, *, overlaps: bool, scenes: Mapping[str, SceneStep] = MappingProxyType({})
) -> Way:
    """The daemon's own: started anew for each turn, and timed from the end of a first frame on."""
    source, health = MemoryFrames(pixels), HealthMonitor()
    outlet = Outlet(SilentSink(), health, EventNumbers(MemorySpool()))

    def way(frames: int) -> Spent:
        numbers, ended = count(), threading.Event()
        found: list[Spent] = []

        def note() -> None:
            number = next(numbers)
            if number in (0, frames):
                found.append(Spent.now())
            if number == frames:
                ended.set()

        pipeline = Pipeline(
            frames=source,
            views=world.parts.views,
            outlet=outlet,
            on_frame=note,
            max_frames=frames + 1,
            scenes=scenes,
            choice=FixedChoice(overlaps=overlaps),
        )
        pipeline.start()
        ended.wait()
        pipeline.stop(1)
        return found[1].per_frame(found[0], frames)

    return way


def usual_script(world: World, pixels: Pictures) -> Way:
    """As tutorials have it, on an interpreter of its own."""
    _, module = import_runtime("litert")
    interpreter = module.Interpreter(model_path=str(world.model), num_threads=world.threads)
    interpreter.allocate_tensors()
    read, written = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero_point = written["quantization"]
    side = int(HEIGHT * 0.875)
    top, left = (HEIGHT - side) // 2, (WIDTH - side) // 2
    turns = _endless(pixels)

    def classify() -> list[tuple[int, float]]:
        rgb = cv2.cvtColor(next(turns), cv2.COLOR_YUV2RGB_I420)
        crop = rgb[top : top + side, left : left + side]
        image = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        interpreter.set_tensor(read["index"], image[np.newaxis])
        interpreter.invoke()
        output = interpreter.get_tensor(written["index"])[0]
        scores = scale * (output.astype(np.float32) - zero_point)
        return [(int(i), float(scores[i])) for i in scores.argsort()[::-1][:5]]

    return in_a_row(classify)


def _endless(pixels: Pictures) -> Iterator[NDArray[np.uint8]]:
    while True:
        yield from pixels


WAYS: dict[str, Callable[[World, Pictures], Way]] = {
    "invoke()": bare_invoke,
    "state machine": to_state_machine,
    "in turns": in_turns,
    "overlapped": overlapped,
    "picture checks": with_picture_checks,
    "usual script": usual_script,
}


# --- figures ----------------------------------------------------------------------------------------------


def measure(ways: dict[str, Way], rounds: int, frames: int) -> dict[str, list[Spent]]:
    """What a frame takes, by way and round."""
    for way in ways.values():
        way(WARM_UP)
    found: dict[str, list[Spent]] = {name: [] for name in ways}
    names = list(ways)
    for number in range(rounds):
        turned = names[number % len(names) :] + names[: number % len(names)]
        for name in turned:
            found[name].append(ways[name](frames))
        print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
    print("\r", end="", file=sys.stderr)
    return found


def show(world: World, found: dict[str, list[Spent]]) -> None:
    """The table of one number of threads."""
    median = {name: statistics.median(one.wall for one in spent) for name, spent in found.items()}
    quiet = {name: fastest_tenth([one.wall for one in spent]) for name, spent in found.items()}
    invoke, usual = "invoke()", "usual script"
    print(f"\n{world.network.runtime}, {world.threads} thread{'s' if world.threads > 1 else ''}")
    header = ("ms, quiet", "median", "CPU", "efficiency", "median", "CPU", "usual / it", "median", "CPU")
    print(f"{'':20}" + "".join(f"{name:>12}" for name in header))
    for name, spent in found.items():
        cpu = [one.cpu for one in spent]
        cells = (
            f"{quiet[name] * 1e3:.3f}",
            f"{median[name] * 1e3:.3f}",
            f"{statistics.median(cpu) * 1e3:.3f}",
            f"{quiet[invoke] / quiet[name]:.3f}",
            f"{median[invoke] / median[name]:.3f}",
            f"{ratio(found[invoke], cpu):.3f}",
            f"{quiet[usual] / quiet[name]:.2f}",
            f"{median[usual] / median[name]:.2f}",
            f"{ratio(found[usual], cpu):.2f}",
        )
        print(f"{name:20}" + "".join(f"{cell:>12}" for cell in cells))


def ratio(others: list[Spent], cpu: list[float]) -> float:
    """Another way's processor time by this, round by round: the median."""
    return statistics.median(other.cpu / own for other, own in zip(others, cpu, strict=True))


def fastest_tenth(times: list[float]) -> float:
    """The mean of it."""
    return statistics.mean(sorted(times)[: max(1, len(times) // 10)])


if __name__ == "__main__":
    main()
