"""A lesson → the head that answers best what it has not seen."""

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.taught.head_parameters import Floats, HeadKind, HeadParameters
from edgeclassify.model.taught.manifest import Accuracy
from edgeclassify.teaching.fitting.calibration import fit_temperature, log_loss
from edgeclassify.teaching.fitting.check import check
from edgeclassify.teaching.fitting.familiarity import familiarity_of
from edgeclassify.teaching.fitting.interface import NOT_JUDGED, Fitted
from edgeclassify.teaching.fitting.leaving_out import Parts, parts_of
from edgeclassify.teaching.fitting.logistic import Problems, solve
from edgeclassify.teaching.fitting.material import Indices, Material, material_of
from edgeclassify.teaching.fitting.nearest_mean import means
from edgeclassify.teaching.interface import Lesson

_STRENGTH = 0.03
"""Of the regularisation, as a share of the rows' mean square."""
_USUAL_TEMPERATURE = {HeadKind.LOGISTIC: 0.5, HeadKind.NEAREST_MEAN: 0.1}


class _Candidate:
    """One kind of head. `coefficients`: fitted to all (the first), and to all but each part.

    `whole` and `logits`, which each example has without its part, are calibrated.
    """

    def __init__(self, kind: HeadKind, coefficients: Floats, material: Material, part: Indices) -> None:
        self.kind = kind
        rows = np.concatenate([material.rows[material.first], np.ones((len(part), 1), np.float32)], axis=1)
        logits = np.empty((len(part), material.count), np.float32)
        for one in np.unique(part):
            is_of = part == one
            logits[is_of] = rows[is_of] @ coefficients[1 + one].T
        truth, judged = material.example_classes, part >= 0
        temperature = np.float32(fit_temperature(logits[judged], truth[judged], _USUAL_TEMPERATURE[kind]))
        self.whole, self.logits = coefficients[0] / temperature, logits / temperature
        self.loss = log_loss(self.logits[judged], truth[judged])

    def accuracy(self, truth: Indices, is_counted: NDArray[np.bool_]) -> Accuracy:
        """Of forced answers: one of the classes, whatever the rest says."""
        answers = self.logits[:, : truth.max() + 1].argmax(axis=1)
        return Accuracy(int((answers == truth)[is_counted].sum()), int(is_counted.sum()))


def fit(lesson: Lesson) -> Fitted:
    """The head that answers best what it has not seen, calibrated, and how good it is.

    Raises LessonError where the examples can't be learnt from.
    """
    started = time.perf_counter()
    check(lesson)
    material = material_of(lesson)
    fitted = _one_class(material) if lesson.one_class else _several(material)
    return replace(fitted, seconds=time.perf_counter() - started)


def _several(material: Material) -> Fitted:
    parts = parts_of(material)
    part, truth = parts.of_example, material.example_classes
    is_known = truth < len(material.labels)
    problems = _problems(material, parts)
    whole = solve(replace(problems, weights=problems.weights[:1]))
    rest = solve(replace(problems, weights=problems.weights[1:]), whole) if parts.count else whole[:0]
    tried = [
        _Candidate(HeadKind.LOGISTIC, np.concatenate([whole, rest]), material, part),
        _Candidate(HeadKind.NEAREST_MEAN, means(problems), material, part),
    ]
    best = min(tried, key=lambda one: one.loss)
    familiarity, likeness = familiarity_of(
        material.pictures[is_known], material.groups[is_known], (part >= 0)[is_known]
    )
    familiar = np.zeros(len(part), np.float32)
    familiar[is_known] = familiarity.q(likeness)
    judged = part >= 0
    accuracies = {one.kind: one.accuracy(truth, judged & is_known) for one in tried}
    chances = np.exp(best.logits - best.logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    scores = chances[:, : len(material.labels)] * familiar[:, None]
    return Fitted(
        head=HeadParameters(
            best.kind,
            material.labels,
            material.centre,
            best.whole[:, :-1] @ material.basis,
            best.whole[:, -1].copy(),
            familiarity,
            material.has_rest,
        ),
        accuracy=accuracies[best.kind],
        left_out=np.where(judged, scores.argmax(axis=1), NOT_JUDGED),
        scores=scores.max(axis=1),
        is_unknown=judged & (scores.sum(axis=1) < 0.5),
        tried=accuracies,
        seconds=0.0,
    )


def _problems(material: Material, parts: Parts) -> Problems:
    """To be solved: the whole first, then the whole without each part."""
    of_row = parts.of_example[material.owners]
    weights = np.stack([material.weights] + [material.weights * (of_row != one) for one in range(parts.count)])
    for index in range(material.count):
        is_of = material.classes == index
        sums = weights[:, is_of].sum(axis=1, keepdims=True)
        weights[:, is_of] /= np.where(sums > 0, sums, 1) * material.count
    mean_square = float(material.weights @ (material.rows**2).sum(axis=1))
    return Problems(material.rows, material.classes, material.count, weights, _STRENGTH * mean_square)


def _one_class(material: Material) -> Fitted:
    is_normal = material.example_classes == 0
    judged = is_normal & (len(np.unique(material.groups[is_normal])) > 1)
    familiarity, likeness = familiarity_of(
        material.pictures[is_normal], material.groups[is_normal], judged[is_normal]
    )
    known = np.zeros(len(is_normal), np.float32)
    known[is_normal] = familiarity.q(likeness)
    elements = len(material.centre)
    accuracy = Accuracy(int((known >= 0.5)[judged].sum()), int(judged.sum()))
    return Fitted(
        head=HeadParameters(
            HeadKind.ONE_CLASS,
            material.labels,
            material.centre,
            np.zeros((0, elements), np.float32),
            np.zeros(0, np.float32),
            familiarity,
        ),
        accuracy=accuracy,
        left_out=np.where(judged, 0, NOT_JUDGED),
        scores=known,
        is_unknown=judged & (known < 0.5),
        tried={HeadKind.ONE_CLASS: accuracy},
        seconds=0.0,
    )
