"""What reading the embedding, and a taught head, cost per frame: beside the model as it is without them.

    python -m tests.bench.taught_head [--runtime litert]

One thread. Five classifiers of each base take turns at the same 640x480 frame (BGR), 20 frames at a time;
medians of 25 turns, of each of which the first five frames don't count: by the clock, and the processor's time,
which does not count what else the machine does; of that how much more it is, turn by turn, than in the first
line. "as it was" is the network without its embedding as an output, "own classes" with it, as every model is
opened; "taught" are heads for 2 x 10, 10 x 25 and 20 x 25 examples in the place of the network's own. Then the
memory of one classifier, of a taught one beside it on the same network, and of one on a network of its own,
each in a process of its own.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command and the daemon do

import numpy as np

from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.description.sidecar import read_sidecar
from edgeclassify.model.heads.broken_scores import BrokenScores
from edgeclassify.model.heads.network_head import NetworkHead
from edgeclassify.model.heads.scores import ScoreReader
from edgeclassify.model.heads.taught_head import TaughtHead
from edgeclassify.model.interface import Head, Network
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.model_facts import ModelFacts, read_facts
from edgeclassify.model.opening.networks import open_network
from edgeclassify.model.tflite.model_file import read_model_file
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson
from edgeclassify.types import EmbeddingFacts, ModelChoice, PixelFormat
from edgeclassify.types.model_choice import RuntimeName
from tests.model.frames import in_format, picture
from tests.model.known import ALL_KNOWN
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2, V1_SMALL, model_path

TURNS, FRAMES, WARM_UP = 25, 20, 5
LESSONS = ((2, 10), (10, 25), (20, 25))
AS_IT_WAS, OWN = "as it was", "own classes"


def lesson(facts: EmbeddingFacts, classes: int, count: int) -> Lesson:
    """Embeddings as networks have them (few large elements, many small ones) around a middle for each class."""
    rng = np.random.default_rng(1)
    middles = rng.gamma(0.3, 1.0, (classes, 1, facts.elements))
    values = middles * rng.gamma(4.0, 0.25, (classes, count, facts.elements))
    rows = values.reshape(classes * count, facts.elements).astype(np.float32)
    number = np.arange(len(rows))
    return Lesson(
        labels=tuple(f"class {i}" for i in range(classes)),
        units=rows / np.linalg.norm(rows, axis=1, keepdims=True),
        classes=number // count,
        owners=number,
        is_copy=np.zeros(len(rows), np.bool_),
        groups=number,
        was=np.full(len(rows), NONE_OF_THEM),
    )


def taught_head(classifier: NetworkClassifier, classes: int, count: int) -> TaughtHead:
    """A head that was fitted to so many examples of so many classes, for the network of this classifier."""
    network = classifier.network
    assert network is not None
    assert network.embedding is not None
    facts = network.embedding.facts
    return TaughtHead(fit(lesson(facts, classes, count)).head, facts, network.embedding.output)


def own_head(facts: ModelFacts) -> NetworkHead:
    """The head of the network's own classes."""
    name, output = str(facts.network.model.path), facts.tensors.output
    return NetworkHead(facts.labels, ScoreReader(output, facts.tensors.role), BrokenScores(name, facts.labels))


def variants(config: ModelChoice) -> dict[str, NetworkClassifier]:
    """The five classifiers. Those with the embedding share a network: where its memory lies makes a difference."""
    one = open_classifier(config, trials=ALL_KNOWN)
    path = Path(one.info.path)
    facts = read_facts(config, read_model_file(path), read_sidecar(path))
    bare: Network = open_network(config, facts.network, one.info.sha256, trials=ALL_KNOWN)
    found = {AS_IT_WAS: NetworkClassifier(one.info, bare, own_head(facts)), OWN: one}
    for classes, count in LESSONS:
        head: Head = taught_head(one, classes, count)
        found[f"taught {classes} x {count}"] = one.with_head(one.info, head)
    return found


def measure(classifiers: Mapping[str, NetworkClassifier]) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Milliseconds of a frame in each turn, by variant: of the clock, and of the processor."""
    frame = in_format(picture(640, 480), PixelFormat.BGR)
    clock: dict[str, list[float]] = {name: [] for name in classifiers}
    processor: dict[str, list[float]] = {name: [] for name in classifiers}
    names = list(classifiers)
    for number in range(TURNS):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            of_turn = []
            for _ in range(FRAMES):
                started = time.perf_counter(), time.process_time()
                classifiers[name].classify(frame)
                of_turn.append((time.perf_counter() - started[0], time.process_time() - started[1]))
            of_clock, of_processor = zip(*of_turn[WARM_UP:], strict=True)
            clock[name].append(statistics.median(of_clock) * 1e3)
            processor[name].append(statistics.median(of_processor) * 1e3)
    return clock, processor


def head_us(classifier: NetworkClassifier, name: str) -> float:
    """Microseconds of a head alone, on an embedding or scores as they come: the median of 500."""
    classes, count = next((one for one in LESSONS if f"taught {one[0]} x {one[1]}" == name), (0, 0))
    network = classifier.network
    assert network is not None
    head = taught_head(classifier, classes, count)
    frame = in_format(picture(640, 480), PixelFormat.BGR)
    outputs = network.infer(network.prepare(frame))
    times = []
    for _ in range(500):
        started = time.perf_counter()
        head.scores(outputs)
        times.append((time.perf_counter() - started) * 1e6)
    return statistics.median(times)


def compare(folder: Path, runtime: RuntimeName) -> None:
    """The first table."""
    bases = {"builtin": ModelChoice(runtime=runtime, threads=1)}
    for name in (V1_SMALL, TF2_V2):
        labels = folder / "models" / "imagenet_labels.txt"
        bases[name] = ModelChoice(name=str(model_path(folder, name)), labels=labels, runtime=runtime, threads=1)
    for base, config in bases.items():
        classifiers = variants(config)
        print(f"\n{base}, {classifiers[OWN].info.runtime}, one thread: ms per frame, medians of {TURNS} turns")
        clock, processor = measure(classifiers)
        first = np.array(processor[AS_IT_WAS])
        for name, found in processor.items():
            more = float(np.median((np.array(found) - first) / first))
            alone = f"   head alone {head_us(classifiers[name], name):5.0f} us" if "taught" in name else ""
            times = f"{statistics.median(clock[name]):8.3f} {statistics.median(found):8.3f}"
            print(f"  {name:16} {times}   {more:+6.2%}{alone}", flush=True)


MEMORY = """
import resource
import sys
from pathlib import Path
from tests.bench.taught_head import *
sys.stdout.reconfigure(line_buffering=True)
config = ModelChoice(name=sys.argv[2], threads=1) if sys.argv[2] == "builtin" else ModelChoice(
    name=sys.argv[2], labels=Path(sys.argv[2]).with_name("imagenet_labels.txt"), threads=1)
fit(lesson(EmbeddingFacts("", "", "", 1280, "uint8", 1.0, 0), 2, 10))  # what it imports is not counted
frame = in_format(picture(640, 480), PixelFormat.BGR)
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
before = resident()
one = open_classifier(config, trials=ALL_KNOWN)
one.classify(frame)
first = resident()
other = one if sys.argv[1] == "shared" else open_classifier(config, trials=ALL_KNOWN)
head = taught_head(other, 10, 25)
second = other.with_head(other.info, head)
second.classify(frame)
print((first - before) / 1e6, (resident() - first) / 1e6)
"""


def memory(folder: Path) -> None:
    """The second table."""
    print("\nresident memory, MB: one classifier; a taught one (10 x 25) more, on its network; on one of its own")
    for base in ("builtin", str(model_path(folder, TF2_V2))):
        rows = {}
        for kind in ("shared", "own"):
            command = [sys.executable, "-c", MEMORY, kind, base]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            rows[kind] = [float(number) for number in done.stdout.split()]
        name = Path(base).stem
        print(f"  {name:34} {rows['shared'][0]:6.1f}  {rows['shared'][1]:+6.1f}  {rows['own'][1]:+6.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runtime", choices=["litert", "tflite-runtime"], default="litert")
    chosen: RuntimeName = parser.parse_args().runtime
    data = needed_test_data()
    compare(data, chosen)
    memory(data)
