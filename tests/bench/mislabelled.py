"""`python -m tests.bench.mislabelled TINY`: which examples with a wrong label are named as looking mislabelled.

Two of the labels of a task are made wrong; then a head is fitted. For scores from which on an example is doubted:
how many of the wrong ones are named, how many of those that are named are wrong, and how many examples are named
beside them. On fixed cameras (`tests.bench.yards`, 15 pictures of each state from a day and a night), and on tasks
of 2 to 5 classes of Tiny ImageNet with 10 or 25 examples each. `--keep FOLDER`: embeddings over runs.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.interface import Units
from edgeclassify.teaching.mislabelled import SURE
from edgeclassify.types import ModelChoice
from tests.bench.kept_embeddings import KeptEmbeddings
from tests.bench.lessons import lesson_of
from tests.bench.tiny_imagenet import options, pictures_of
from tests.bench.yards.days import around_the_clock
from tests.bench.yards.places import KINDS, place

PLANTED = 2
OF_EACH = 15
SCORES = (0.5, 0.6, SURE, 0.8, 0.9)
CAMERA_BASE, PHOTO_BASE = "builtin", "mobilenet_v1_0.25_128"
Task = tuple[Units, NDArray[np.intp]]
"""Pictures, (n, elements), and the class of each."""


def of_cameras(keep: Path | None, draws: np.random.Generator) -> Iterator[Task]:
    """A task of each place, twice."""
    seen = KeptEmbeddings(Embedder.open(ModelChoice(name=CAMERA_BASE)), keep)
    for where in (place(kind, number) for kind in KINDS for number in range(2)):
        frames = list(around_the_clock(where))
        units, states = seen.units([one.pixels for one in frames]), np.array([one.state for one in frames])
        for _ in range(2):
            taken = [draws.choice(np.flatnonzero(states == state), OF_EACH, replace=False) for state in (0, 1)]
            yield units[np.concatenate(taken)], np.repeat([0, 1], OF_EACH)
    seen.save()


def of_photos(folder: Path, keep: Path | None, draws: np.random.Generator, count: int) -> Iterator[Task]:
    """Random tasks of a few classes."""
    pictures = pictures_of(PHOTO_BASE, folder, keep)
    for _ in range(count):
        ways, shots = int(draws.integers(2, 6)), int(draws.choice([10, 25]))
        chosen = draws.choice(np.unique(pictures.classes), ways, replace=False)
        taken = [draws.choice(np.flatnonzero(pictures.classes == one), shots, replace=False) for one in chosen]
        yield pictures.units[np.concatenate(taken)], np.repeat(np.arange(ways), shots)


def figures(tasks: Iterator[Task], draws: np.random.Generator) -> Iterator[str]:
    """A line for each score."""
    named = {score: np.zeros(2, int) for score in SCORES}
    planted = examples = 0
    for units, truth in tasks:
        count = int(truth.max()) + 1
        wrong = draws.choice(len(truth), PLANTED, replace=False)
        labels = truth.copy()
        labels[wrong] = (truth[wrong] + draws.integers(1, count, PLANTED)) % count
        fitted = fit(
            lesson_of([str(i) for i in range(count)], [unit[np.newaxis] for unit in units], labels.tolist())
        )
        is_other = (fitted.left_out >= 0) & (fitted.left_out != labels) & ~fitted.is_unknown
        planted, examples = planted + PLANTED, examples + len(truth)
        for score in SCORES:
            doubted = is_other & (fitted.scores >= score)
            named[score] += (int(doubted[wrong].sum()), int(doubted.sum()))
    for score in SCORES:
        found, all_named = named[score]
        mark = " <" if score == SURE else ""
        beside = (all_named - found) / (examples - planted)
        right = found / max(1, all_named)
        yield f"{score:6.2f}{found / planted:12.0%}{right:20.0%}{beside:22.1%}{mark}"


def main() -> int:
    """Print the tables."""
    given = options(__doc__, episodes=100).parse_args()
    draws = np.random.default_rng(7)
    for name, tasks in (
        (f"fixed cameras, {CAMERA_BASE}", of_cameras(given.keep, draws)),
        (f"Tiny ImageNet, {PHOTO_BASE}", of_photos(given.folder, given.keep, draws, given.episodes)),
    ):
        print(f"\n{name}\n score  wrong named  of those named wrong  of the right ones named")
        for line in figures(tasks, draws):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
