"""How good a head is by class and by view, of answers that are known."""

from dataclasses import dataclass

import numpy as np
import pytest

from edgeclassify.model.taught.manifest import Accuracy, ExampleRecord
from edgeclassify.teaching.fitting import NOT_JUDGED, Fitted
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson
from edgeclassify.teaching.judging import by_label, by_view


@dataclass(frozen=True)
class Judged:
    lesson: Lesson
    fitted: Fitted
    records: tuple[ExampleRecord, ...]


def judged(*examples: tuple[int, int, bool, str | None], one_class: bool = False) -> Judged:
    """Of each example its class, the answer, whether that would be unknown, and its view. Each has one copy."""
    truth = np.array([one[0] for one in examples], np.intp)
    count = len(examples)
    lesson = Lesson(
        labels=("a", "b"),
        units=np.zeros((2 * count, 4), np.float32),
        classes=np.tile(truth, 2),
        owners=np.tile(np.arange(count), 2),
        is_copy=np.repeat([False, True], count),
        groups=np.arange(count),
        was=np.full(count, NONE_OF_THEM, np.intp),
        one_class=one_class,
    )
    fitted = Fitted(
        head=None,  # type: ignore[arg-type]
        accuracy=Accuracy(0, 0),
        left_out=np.array([one[1] for one in examples], np.intp),
        scores=np.ones(count, np.float32),
        is_unknown=np.array([one[2] for one in examples], np.bool_),
        tried={},
        seconds=0.0,
    )
    labels = ("a", "b", None)
    records = tuple(
        ExampleRecord(f"{n:016x}", labels[one[0]], "x.jpg", 0.0, view=one[3]) for n, one in enumerate(examples)
    )
    return Judged(lesson, fitted, records)


def test_forced_answers_are_counted_by_class() -> None:
    found = judged((0, 0, False, None), (0, 1, False, None), (0, 0, True, None), (1, 1, False, None))
    assert by_label(found.lesson, found.fitted) == {"a": Accuracy(2, 3), "b": Accuracy(1, 1)}
    assert by_view(found.lesson, found.fitted, found.records) == {}


def test_what_could_not_be_left_out_does_not_count() -> None:
    found = judged((0, NOT_JUDGED, False, "yard"), (0, 0, False, "yard"), (1, NOT_JUDGED, False, None))
    assert by_label(found.lesson, found.fitted) == {"a": Accuracy(1, 1), "b": Accuracy(0, 0)}
    assert by_view(found.lesson, found.fitted, found.records) == {"yard": Accuracy(1, 1)}


def test_by_view_pictures_of_none_of_the_classes_do_not_count() -> None:
    found = judged((0, 0, False, "yard"), (1, 0, False, "street"), (1, 1, False, "yard"), (-1, 0, False, "street"))
    assert by_view(found.lesson, found.fitted, found.records) == {
        "yard": Accuracy(2, 2),
        "street": Accuracy(0, 1),
    }


@pytest.mark.parametrize(("is_unknown", "right"), [(False, 1), (True, 0)])
def test_of_one_class_alone_what_is_unusual_is_wrong(is_unknown: bool, right: int) -> None:
    found = judged((0, 0, is_unknown, None), one_class=True)
    assert by_label(found.lesson, found.fitted)["a"] == Accuracy(right, 1)
