"""The calibration of a model: its temperature, and what that is worth on pictures that the fit did not see.

The pictures are split into five parts, those of the same photo kept together and each label spread over all parts.
Each part is tempered as the other four say; these are the figures "after". The temperature itself comes of all.
"""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.calibration.fit import fit_temperature
from edgeclassify.model.calibration.labelled_scores import Indices, LabelledScores
from edgeclassify.model.calibration.reliability import Reliability, ece_by_chance, reliability
from edgeclassify.model.calibration.thresholds import ProposedThresholds, propose_thresholds

FOLDS = 5
LEAST_PICTURES = 20
"""Pictures of a label: fewer say next to nothing of a model."""
_TOP = 5


@dataclass(frozen=True, slots=True, eq=False)
class LabelFigures:
    """Of the pictures of one label: how many, and how many of them are right."""

    label: str
    pictures: int
    right: int


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What was found.

    `pictures`: of a label; `of_nothing`: of nothing that the labels name. `top1`, `top5`: shares of the pictures
    whose label is the best, or one of the five best. `before`: at the temperature that the model has now
    (`former`); `after`: of each picture at one that was fitted without it. `by_chance`: the ECE that chance would
    show on as many pictures, were the scores right. `thresholds`: None where no entry is enough for the wanted
    precision.
    """

    temperature: float
    former: float
    pictures: int
    of_nothing: int
    top1: float
    top5: float
    before: Reliability
    after: Reliability
    by_chance: float
    thresholds: ProposedThresholds | None
    labels: tuple[LabelFigures, ...]


def calibrate(data: LabelledScores, *, former: float = 1.0, precision: float = 0.95) -> Calibration:
    """Fit and judge. `former`: the temperature that the model has now.

    `precision`: share of right answers that the proposed threshold is for. Raises ValueError where fewer than
    LEAST_PICTURES pictures have a label.
    """
    known = data.known
    if len(known) < LEAST_PICTURES:
        raise ValueError(f"at least {LEAST_PICTURES} pictures with a label: {len(known)}")
    unseen = tempered_by_others(data)
    before, after = data.at(former), unseen[known]
    best, is_right = unseen.max(axis=1), unseen.argmax(axis=1) == data.truth
    chosen = after.argmax(axis=1) == data.truth[known]
    return Calibration(
        temperature=round(fit_temperature(data), 3),
        former=former,
        pictures=len(known),
        of_nothing=len(data) - len(known),
        top1=float(chosen.mean()),
        top5=_among_best(after, data.truth[known]),
        before=reliability(before[known].max(axis=1), before[known].argmax(axis=1) == data.truth[known]),
        after=reliability(after.max(axis=1), chosen),
        by_chance=ece_by_chance(after.max(axis=1)),
        thresholds=propose_thresholds(best, is_right, data.truth >= 0, precision),
        labels=_by_label(data, known, chosen),
    )


def tempered_by_others(data: LabelledScores) -> NDArray[np.float64]:
    """The labels' scores (pictures, labels), each picture's at a temperature that was fitted without it."""
    fold = folds(data)
    found = np.empty((len(data), len(data.labels)))
    for number in range(FOLDS):
        inside = np.flatnonzero(fold == number)
        if len(inside):
            temperature = fit_temperature(data.of_pictures(np.flatnonzero(fold != number)))
            found[inside] = data.of_pictures(inside).at(temperature)
    return found


def folds(data: LabelledScores) -> Indices:
    """The part of each picture, 0 to FOLDS - 1: the photos of a label go round the parts."""
    photos = np.arange(len(data)) if data.photos is None else data.photos
    _, first = np.unique(photos, return_index=True)
    order = first[np.argsort(data.truth[first], kind="stable")]
    part_of = {int(photos[picture]): number % FOLDS for number, picture in enumerate(order)}
    return np.array([part_of[int(photo)] for photo in photos], np.intp)


def _among_best(scores: NDArray[np.float64], truth: Indices) -> float:
    own = scores[np.arange(len(truth)), truth]
    return float(((scores > own[:, np.newaxis]).sum(axis=1) < _TOP).mean())


def _by_label(data: LabelledScores, known: Indices, chosen: NDArray[np.bool_]) -> tuple[LabelFigures, ...]:
    truth = data.truth[known]
    return tuple(
        LabelFigures(data.labels[index], int((truth == index).sum()), int(chosen[truth == index].sum()))
        for index in np.unique(truth)
    )
