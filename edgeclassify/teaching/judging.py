"""How good a fitted head is, by class and by view: of examples that it had not seen when it answered."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.taught.manifest import Accuracy, ExampleRecord
from edgeclassify.teaching.fitting import Fitted
from edgeclassify.teaching.interface import Lesson


def by_label(lesson: Lesson, fitted: Fitted) -> dict[str, Accuracy]:
    """Of each class the examples that are answered right."""
    truth = _truth(lesson)
    return {label: _accuracy(lesson, fitted, truth == index) for index, label in enumerate(lesson.labels)}


def by_view(lesson: Lesson, fitted: Fitted, records: Sequence[ExampleRecord]) -> dict[str, Accuracy]:
    """Of each view that examples are of those that are answered right. `records`: in the lesson's order."""
    views = np.array([one.view or "" for one in records], object)
    is_of_class = _truth(lesson) >= 0
    names: Iterable[str] = dict.fromkeys(view for view in views if view)
    return {view: _accuracy(lesson, fitted, is_of_class & (views == view)) for view in names}


def _accuracy(lesson: Lesson, fitted: Fitted, which: NDArray[np.bool_]) -> Accuracy:
    judged = which & fitted.is_judged
    right = ~fitted.is_unknown if lesson.one_class else fitted.left_out == _truth(lesson)
    return Accuracy(int((right & judged).sum()), int(judged.sum()))


def _truth(lesson: Lesson) -> NDArray[np.intp]:
    """The class of each example."""
    rows = ~lesson.is_copy
    truth = np.empty(len(lesson.groups), np.intp)
    truth[lesson.owners[rows]] = lesson.classes[rows]
    return truth
