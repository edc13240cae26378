"""How good a taught model is with few examples, beside scikit-learn on the same embeddings.

    python -m tests.bench.few_shot FOLDER [--keep FOLDER] [--episodes 100] [--base NAME]

FOLDER: tiny-imagenet-200. Random tasks of 5 and 20 classes, taught with 1, 5, 10 and 25 pictures of each, asked 15
others of each class. Percent right of forced answers, mean of the tasks with its 95 % interval; by our head, whose
kind is chosen by leaving examples out; by each kind alone; by scikit-learn's LogisticRegression (C = 1) on the
embeddings as they are and on vectors of length 1, and its NearestCentroid. "calibrated": the expected calibration
error of ours in percent (10 bins over all tasks), then that of the first LogisticRegression. "left out": how far
the accuracy that a fit tells of itself is from the accuracy on the asked pictures, on average. Needs the extra
"bench".
"""

import sys
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid

from edgeclassify.teaching.fitting.candidates import best_of, candidates_of
from edgeclassify.teaching.fitting.leaving_out import parts_of
from edgeclassify.teaching.fitting.material import material_of
from edgeclassify.teaching.interface import Lesson, Units
from tests.bench.lessons import lesson_of
from tests.bench.tiny_imagenet import BASES, Episode, Pictures, episodes_of, interval, options, pictures_of

Chances = NDArray[np.float64]
KINDS = ((5, 1), (5, 5), (5, 10), (5, 25), (20, 1), (20, 5), (20, 10), (20, 25))
OURS, RAW = "ours", "LR, raw"
COLUMNS = (OURS, "logistic", "nearest mean", RAW, "LR, unit", "NC")


def main() -> int:
    """Print a table for each base."""
    given = options(__doc__, episodes=100).parse_args()
    for base in given.base or BASES:
        pictures = pictures_of(base, given.folder, given.keep)
        print(f"\n{base}: {given.episodes} tasks of each kind")
        print(f"{'':14}" + "".join(f"{name:>14}" for name in COLUMNS) + f"{'calibrated':>16}{'left out':>10}")
        for ways, shots in KINDS:
            print(row(pictures, ways, shots, given.episodes), flush=True)
    return 0


def row(pictures: Pictures, ways: int, shots: int, count: int) -> str:
    """One kind of task."""
    right: dict[str, list[float]] = defaultdict(list)
    judged: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    gaps = []
    for episode in episodes_of(pictures.classes, ways, shots, count):
        lesson = lesson_of([f"class {i}" for i in range(ways)], list(pictures.units[episode.taught][:, None]),
                           episode.labels.tolist())  # fmt: skip
        asked = pictures.units[episode.asked]
        by_us, own = by_ours(lesson, asked)
        chances = {**by_us, **by_scikit_learn(pictures, episode)}
        for name, found in chances.items():
            is_right = found.argmax(axis=1) == episode.truth
            right[name].append(float(is_right.mean()))
            judged[name].append(np.stack([found.max(axis=1), is_right]))
        if shots > 1:
            gaps.append(abs(own - right[OURS][-1]))
    cells = "".join(f"{interval(right[name]):>14}" for name in COLUMNS)
    errors = " / ".join(f"{calibration_error(judged[name]):.1f}" for name in (OURS, RAW))
    told = f"{100 * np.mean(gaps):.1f}" if gaps else "-"
    return f"{ways:>3} x {shots:<8}{cells}{errors:>16}{told:>10}"


def by_ours(lesson: Lesson, asked: Units) -> tuple[Mapping[str, Chances], float]:
    """Chances by the chosen head, and by each kind; and the accuracy that the chosen one tells of itself."""
    material = material_of(lesson)
    rows = (asked - material.origin) @ material.basis.T
    candidates = candidates_of(material, parts_of(material))
    found = {str(one.kind): softmax(rows @ one.weights.T + one.biases) for one in candidates}
    best = best_of(candidates)
    return {OURS: found[str(best.kind)], **found}, float(best.right.mean()) if len(best.right) else 0.0


def by_scikit_learn(pictures: Pictures, episode: Episode) -> Mapping[str, Chances]:
    """The same by scikit-learn. Raw: as the network gives embeddings."""
    labels = episode.labels
    units, asked = pictures.units[episode.taught], pictures.units[episode.asked]
    raw, raw_asked = (pictures.raw[chosen].astype(np.float32) for chosen in (episode.taught, episode.asked))
    if pictures.facts.scale:
        raw, raw_asked = (
            (one - pictures.facts.zero_point) * np.float32(pictures.facts.scale) for one in (raw, raw_asked)
        )
    nearest = NearestCentroid().fit(units, labels)
    return {
        RAW: LogisticRegression(max_iter=1000).fit(raw, labels).predict_proba(raw_asked),
        "LR, unit": LogisticRegression(max_iter=1000).fit(units, labels).predict_proba(asked),
        "NC": np.eye(labels.max() + 1)[nearest.predict(asked)],
    }


def softmax(logits: NDArray[Any]) -> Chances:
    """Chances of the classes, row by row."""
    chances = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def calibration_error(judged: list[NDArray[np.float64]]) -> float:
    """Expected calibration error, in percent: how far, in 10 bins, the best score is from the share that is
    right."""
    score, is_right = np.concatenate(judged, axis=1)
    bins = np.minimum((score * 10).astype(np.intp), 9)
    sums = np.abs(np.bincount(bins, score - is_right, 10))
    return float(100 * sums.sum() / len(score))


if __name__ == "__main__":
    sys.exit(main())
