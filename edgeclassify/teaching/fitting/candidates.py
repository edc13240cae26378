"""The kinds of head that are tried, each calibrated and judged by what it has not seen."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.head_parameters import Floats, HeadKind
from edgeclassify.teaching.fitting.calibration import fit_temperature
from edgeclassify.teaching.fitting.leaving_out import Parts
from edgeclassify.teaching.fitting.logistic import Problems, solve
from edgeclassify.teaching.fitting.material import Material
from edgeclassify.teaching.fitting.nearest_mean import means

_STRENGTH = 0.3
"""Of the regularisation, for each example and mean square of the rows: python -m tests.bench.few_shot."""
_WEAKEST = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A kind of head. `weights`: (classes, dimensions) and `biases`: (classes,) make calibrated logits of the
    material's rows; `logits`: (examples, classes), such ones, each by a head that was fitted without the example's
    part. `right`: of each example that was left out, whether its answer was right."""

    kind: HeadKind
    weights: Floats
    biases: Floats
    logits: Floats
    right: NDArray[np.bool_]

    @property
    def chances(self) -> Floats:
        """Of the classes, for each example: (examples, classes)."""
        chances = np.exp(self.logits - self.logits.max(axis=1, keepdims=True))
        return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def candidates_of(material: Material, parts: Parts) -> list[Candidate]:
    """All kinds, the one that is to be taken unless another is clearly better first."""
    middle = material.weights @ material.rows
    problems = _problems(material, parts, middle)
    return [
        _candidate(kind, make(problems), material, parts, middle, usual) for kind, (make, usual) in _KINDS.items()
    ]


def best_of(candidates: Sequence[Candidate]) -> Candidate:
    """The first, unless another is right more often by more than chance (one standard error) would make it."""
    best = candidates[0]
    for other in candidates[1:]:
        gains = other.right.astype(np.float64) - best.right
        if len(gains) > 1 and gains.mean() > gains.std(ddof=1) / math.sqrt(len(gains)):
            best = other
    return best


_KINDS: dict[HeadKind, tuple[Callable[[Problems], Floats], float]] = {
    HeadKind.LOGISTIC: (solve, 0.3),
    HeadKind.NEAREST_MEAN: (means, 0.08),
}
"""How the coefficients of each kind are found, and the temperature that it usually needs."""


def _problems(material: Material, parts: Parts, middle: Floats) -> Problems:
    """To be solved: the whole first, then the whole without each part. Every class counts alike in each."""
    of_row = parts.of_example[material.owners]
    weights = np.stack([material.weights] + [material.weights * (of_row != part) for part in range(parts.count)])
    for index in range(material.count):
        is_of = material.classes == index
        sums = weights[:, is_of].sum(axis=1, keepdims=True)
        weights[:, is_of] /= np.where(sums > 0, sums, 1) * material.count
    rows = material.rows - middle
    mean_square = float(material.weights @ np.einsum("rd,rd->r", rows, rows))
    strength = max(_STRENGTH * mean_square / len(material.first), _WEAKEST)
    return Problems(rows, material.classes, material.count, weights, strength)


def _candidate(
    kind: HeadKind, coefficients: Floats, material: Material, parts: Parts, middle: Floats, usual: float
) -> Candidate:
    """`coefficients`: of rows whose middle is 0: of the whole, and without each part."""
    rows = np.empty((len(material.first), material.rows.shape[1] + 1), np.float32)
    rows[:, :-1] = material.rows[material.first] - middle
    rows[:, -1] = 1
    logits = rows @ coefficients[0].T
    for part in range(parts.count):
        mine = parts.of_example == part
        logits[mine] = rows[mine] @ coefficients[1 + part].T
    judged, truth = parts.is_judged, material.example_classes
    temperature = np.float32(fit_temperature(logits[judged], truth[judged], usual))
    logits /= temperature
    whole = coefficients[0] / temperature
    biases = whole[:, -1] - whole[:, :-1] @ middle
    return Candidate(kind, whole[:, :-1], biases, logits, (logits.argmax(axis=1) == truth)[judged])
