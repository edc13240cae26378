"""What tells pictures of something unknown from known ones: score, margin, entropy, their sum of squares.

    python -m tests.bench.unknown

The built-in model on photos of its own classes and of others; the model of birds on birds and on other photos (its
background left out); the ImageNet models on photos that they get right, and on those that they get wrong. Each
photo with the copies of tests.bench.calibration. AUROC: the chance that a known picture has the higher figure
(0.5: it says nothing); false: share of the unknown pictures that pass where 90 % of the known ones do.
"""

import sys
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.calibration.fit import fit_temperature
from edgeclassify.model.calibration.labelled_scores import NOTHING_KNOWN
from tests.bench.calibration import BUILT_IN, ScoreSet, score_set
from tests.support.data import needed_test_data
from tests.support.photos import BIRDS, IMAGENET_MODELS, photos

Rows = NDArray[np.float64]
BIRD_PHOTOS = ("junco", "vulture", "bittern", "oystercatcher")
"""First names of the photos' classes of which the model of birds knows at least one species."""


def _margin(scores: Rows) -> Rows:
    best = np.sort(scores, axis=1)
    return np.asarray(best[:, -1] - best[:, -2])


def _entropy(scores: Rows) -> Rows:
    return np.asarray((scores * np.log(np.maximum(scores, 1e-9))).sum(axis=1))


FIGURES: Mapping[str, Callable[[Rows], Rows]] = {
    "score": lambda scores: np.asarray(scores.max(axis=1)),
    "margin": _margin,
    "entropy": _entropy,
    "score x margin": lambda scores: np.asarray(scores.max(axis=1) * _margin(scores)),
    "sum of squares": lambda scores: np.asarray((scores**2).sum(axis=1)),
}


def auroc(known: Rows, unknown: Rows) -> float:
    """Share of the pairs in which the known one is higher; ties count half."""
    values, place, counts = np.unique(np.concatenate([known, unknown]), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    above = ranks[: len(known)].sum() - len(known) * (len(known) + 1) / 2
    return float(above / (len(known) * len(unknown))) if len(values) else 0.5


def known_and_unknown(found: ScoreSet, bird_photos: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """The model's tempered scores of what it knows, and of what it does not."""
    data = found.data
    if found.model == BIRDS:
        scores = data.at(1.0)[:, :-1]  # background is the last one
        is_known = np.repeat(bird_photos, len(data) // len(bird_photos))
    elif found.model == BUILT_IN:
        scores, is_known = data.at(1.0), data.truth != NOTHING_KNOWN
    else:
        scores = data.at(fit_temperature(data))
        is_known = scores.argmax(axis=1) == data.truth
    return scores[is_known], scores[~is_known]


def main() -> int:
    """Print the table."""
    folder = needed_test_data()
    pictures = photos(folder)
    birds = np.array([photo.label.split(",")[0] in BIRD_PHOTOS for photo in pictures])
    print(f"{'AUROC (false at 90 % of the known)':38}" + "".join(f"{name:>16}" for name in FIGURES))
    for name in (BUILT_IN, BIRDS, *IMAGENET_MODELS):
        known, unknown = known_and_unknown(score_set(folder, name, pictures), birds)
        cells = []
        for figure in FIGURES.values():
            of_known, of_unknown = figure(known), figure(unknown)
            passes = float((of_unknown >= np.quantile(of_known, 0.1)).mean())
            cells.append(f"{auroc(of_known, of_unknown):.3f} ({passes:.2f})")
        print(f"{name:38}" + "".join(f"{cell:>16}" for cell in cells), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
