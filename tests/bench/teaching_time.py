"""How long a fit takes, and how much memory, beside scikit-learn on the same rows in the same run.

    OPENBLAS_NUM_THREADS=1 python -m tests.bench.teaching_time FOLDER [--keep FOLDER] [--rounds 9] [--base NAME]

FOLDER: tiny-imagenet-200. 10 classes with 25 examples each, as they are and with the default changed copies; 2
classes with 10; 20 with 25. "fit" is all of ours: two kinds of head, each also without each part, calibrated and
judged, and what is unknown. "LR": one LogisticRegression of scikit-learn (C = 1) on vectors of length 1; "CV": its
LogisticRegressionCV with 5 parts and 3 strengths, which judges as well. Median in turns, and the ratio of each
pair. "invokes": a fit as multiples of one invoke() of the base on this machine. Memory: by how much the most that
a fresh process needed grew during a fit. Needs the extra "bench".
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV

from edgeclassify.teaching.augmentation import VARIANTS
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.interface import Lesson
from edgeclassify.types import ModelChoice
from tests.bench.lessons import lesson_of
from tests.bench.tiny_imagenet import BASES, Pictures, episodes_of, options, pictures_of

KINDS = ((2, 10, 0), (10, 25, 0), (10, 25, VARIANTS), (20, 25, VARIANTS))
"""Classes, examples of each, copies of each example."""


def main() -> int:
    """Print a table."""
    parser = options(__doc__, episodes=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--peak-of", type=Path, help="of a lesson in a file, for a process of its own")
    given = parser.parse_args()
    if given.peak_of:
        print(json.dumps(grown_by_fit(given.peak_of)))
        return 0
    for base in given.base or BASES[:1]:
        pictures = pictures_of(base, given.folder, given.keep)
        invoke_ms = one_invoke_ms(base)
        print(f"{base}: one invoke() {invoke_ms:.1f} ms")
        print(f"{'':28}{'fit':>10}{'LR':>10}{'LR / fit':>20}{'CV':>10}{'invokes':>9}{'memory':>10}")
        for ways, shots, copies in KINDS:
            print(row(pictures, ways, shots, copies, given.rounds, invoke_ms), flush=True)
    return 0


def row(pictures: Pictures, ways: int, shots: int, copies: int, rounds: int, invoke_ms: float) -> str:
    """One kind of lesson."""
    lesson = lesson_with_copies(pictures, ways, shots, copies)
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(spent_ms(lambda: fit(lesson)))
        theirs.append(spent_ms(lambda: LogisticRegression(max_iter=1000).fit(lesson.units, lesson.classes)))
    crossed = LogisticRegressionCV(Cs=3, cv=5, max_iter=1000, scoring="neg_log_loss")
    crossed_ms = spent_ms(lambda: crossed.fit(lesson.units, lesson.classes))
    ratios = sorted(their / our for our, their in zip(ours, theirs, strict=True))
    median = statistics.median(ours)
    what = f"{ways} x {shots}" + (f" with {copies} copies" if copies else "")
    return (
        f"{what:18}{len(lesson.units):>6} rows{median:>7.0f} ms{statistics.median(theirs):>7.0f} ms"
        f"{statistics.median(ratios):>9.1f} ({ratios[0]:.1f}-{ratios[-1]:.1f}){crossed_ms:>7.0f} ms"
        f"{median / invoke_ms:>9.1f}{peak_mb(lesson):>7.1f} MB"
    )


def lesson_with_copies(pictures: Pictures, ways: int, shots: int, copies: int) -> Lesson:
    """A task; copies are the embedding with noise, which costs a fit what real ones do."""
    episode = next(episodes_of(pictures.classes, ways, shots, 1, asked=1))
    draws, elements = np.random.default_rng(0), pictures.units.shape[1]
    noise = draws.normal(0, 0.3 / np.sqrt(elements), (len(episode.taught), 1 + copies, elements)).astype(
        np.float32
    )
    noise[:, 0] = 0
    rows = np.maximum(pictures.units[episode.taught][:, None] + noise, 0)
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    return lesson_of([f"class {index}" for index in range(ways)], list(rows), episode.labels.tolist())


def spent_ms(work: Callable[[], object]) -> float:
    """Processor time of a call."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1e3


def one_invoke_ms(base: str) -> float:
    """Median time of a picture through the network, its preparation included."""
    embedder, picture = Embedder.open(ModelChoice(name=base)), np.full((224, 224, 3), 90, np.uint8)
    return statistics.median(spent_ms(lambda: embedder.embed(picture)) for _ in range(30))


def peak_mb(lesson: Lesson) -> float:
    """What a fit needs at most, in a process of its own."""
    file = Path("/tmp") / f"lesson-{id(lesson)}.npz"
    np.savez(file, units=lesson.units, classes=lesson.classes, owners=lesson.owners, is_copy=lesson.is_copy)
    command = [sys.executable, "-m", "tests.bench.teaching_time", ".", "--peak-of", str(file)]
    try:
        return float(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    finally:
        file.unlink()


def grown_by_fit(file: Path) -> float:
    """Megabytes by which the peak of this process grows."""
    with np.load(file) as arrays:
        units, classes, owners, is_copy = (arrays[name] for name in ("units", "classes", "owners", "is_copy"))
    examples = int(owners.max()) + 1
    labels = tuple(f"class {index}" for index in range(int(classes.max()) + 1))
    lesson = Lesson(labels, units, classes, owners, is_copy, np.arange(examples), np.full(examples, -1))
    np.linalg.inv(np.eye(8) @ np.eye(8))  # what the libraries take once is not the fit's
    before = most_resident_kib()
    fit(lesson)
    return (most_resident_kib() - before) / 1024


def most_resident_kib() -> int:
    """The most memory that this process has had."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.exit(main())
