"""A lesson → the head that answers best what it has not seen."""

import time
from collections.abc import Mapping

import numpy as np

from edgeclassify.model.taught.head_parameters import Floats, HeadKind, HeadParameters
from edgeclassify.model.taught.manifest import Accuracy
from edgeclassify.teaching.fitting.candidates import Candidate, best_of, candidates_of
from edgeclassify.teaching.fitting.check import check
from edgeclassify.teaching.fitting.familiarity import familiarity_of
from edgeclassify.teaching.fitting.interface import NOT_JUDGED, UNKNOWN_BELOW, Fitted
from edgeclassify.teaching.fitting.leaving_out import Parts, parts_of
from edgeclassify.teaching.fitting.material import Material, material_of
from edgeclassify.teaching.interface import Lesson


def fit(lesson: Lesson) -> Fitted:
    """The head that answers best what it has not seen, calibrated, and how good it is.

    Raises LessonError where the examples can't be learnt from.
    """
    started = time.perf_counter()
    check(lesson)
    material = material_of(lesson)
    parts = parts_of(material)
    familiarity, likeness = familiarity_of(material, parts)
    known = np.nan_to_num(familiarity.q(likeness), nan=0.0)
    candidates = candidates_of(material, parts)
    best = best_of(candidates)
    kind = HeadKind.ONE_CLASS if lesson.one_class else best.kind
    weights = best.weights @ material.basis
    biases = np.asarray(best.biases - weights @ material.origin, np.float32)
    head = HeadParameters(kind, material.labels, weights, biases, familiarity, material.has_rest)
    scores = best.chances[:, : len(material.labels)] * known[:, np.newaxis]
    tried: Mapping[HeadKind, Accuracy] = {one.kind: _accuracy(one, material, parts) for one in candidates}
    if lesson.one_class:
        tried = _of_one_class(scores[:, 0], material, parts)
    return Fitted(
        head=head,
        accuracy=tried[kind],
        left_out=np.where(parts.is_judged, scores.argmax(axis=1), NOT_JUDGED),
        scores=scores.max(axis=1),
        is_unknown=parts.is_judged & (scores.sum(axis=1) < UNKNOWN_BELOW),
        tried=tried,
        seconds=time.perf_counter() - started,
    )


def _accuracy(candidate: Candidate, material: Material, parts: Parts) -> Accuracy:
    """Of forced answers: one of the classes, however likely the rest is."""
    counted = parts.is_judged & material.is_taught
    answers = candidate.logits[:, : len(material.labels)].argmax(axis=1)
    return Accuracy(int((answers == material.example_classes)[counted].sum()), int(counted.sum()))


def _of_one_class(scores: Floats, material: Material, parts: Parts) -> Mapping[HeadKind, Accuracy]:
    """Of normal and unusual; what was said to be unusual is counted, too."""
    is_right = (scores >= UNKNOWN_BELOW) == material.is_taught
    return {HeadKind.ONE_CLASS: Accuracy(int(is_right[parts.is_judged].sum()), int(parts.is_judged.sum()))}
