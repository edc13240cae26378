"""Examples with a wrong label are named, those that are right are not."""

from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.model.taught.manifest import Accuracy, Doubt, ExampleRecord, HeadRecord, Manifest
from edgeclassify.teaching.fitting import NOT_JUDGED, Fitted, fit
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson
from edgeclassify.teaching.mislabelled import SURE, doubts
from tests.teaching.diversity.points import groups_of
from tests.teaching.test_coverage import BASE

LABELS = ("open", "closed", "ajar")


def records(truth: list[int]) -> tuple[ExampleRecord, ...]:
    return tuple(ExampleRecord(f"{i:016x}", LABELS[one], "a.jpg", 0.0) for i, one in enumerate(truth))


def lesson_of(units: object, classes: list[int]) -> Lesson:
    count = len(classes)
    return Lesson(
        LABELS,
        np.asarray(units, np.float32),
        np.array(classes, np.intp),
        np.arange(count),
        np.zeros(count, np.bool_),
        np.arange(count),
        np.full(count, NONE_OF_THEM, np.intp),
    )


@pytest.fixture(scope="module")
def planted() -> tuple[list[int], int, Fitted]:
    """Labels of which one is wrong, which one, and what a fit makes of them."""
    units, truth = groups_of([15, 12, 12], spread=0.4)
    wrong = truth.index(1)
    labels = [2 if i == wrong else one for i, one in enumerate(truth)]
    return labels, wrong, fit(lesson_of(units, labels))


def test_a_planted_one_is_found(planted: tuple[list[int], int, Fitted]) -> None:
    labels, wrong, fitted = planted
    (doubt,) = doubts(LABELS, records(labels), fitted)
    assert (doubt.example, doubt.seems) == (f"{wrong:016x}", "closed")
    assert doubt.score >= SURE


def test_what_was_corrected_is_not_doubted(planted: tuple[list[int], int, Fitted]) -> None:
    labels, wrong, fitted = planted
    corrected = [replace(one, was="closed") if i == wrong else one for i, one in enumerate(records(labels))]
    assert doubts(LABELS, corrected, fitted) == ()


def test_who_is_not_sure_doubts_nothing(planted: tuple[list[int], int, Fitted]) -> None:
    labels, wrong, fitted = planted
    for change in (
        {"scores": np.where(np.arange(len(labels)) == wrong, SURE - 0.01, fitted.scores)},
        {"scores": np.full(len(labels), 0.5)},
        {"is_unknown": np.arange(len(labels)) == wrong},
        {"left_out": np.where(np.arange(len(labels)) == wrong, NOT_JUDGED, fitted.left_out)},
        {"left_out": np.where(np.arange(len(labels)) == wrong, NONE_OF_THEM, fitted.left_out)},
    ):
        assert doubts(LABELS, records(labels), replace(fitted, **change)) == ()
    at_the_bound = replace(
        fitted, scores=np.where(np.arange(len(labels)) == wrong, SURE, fitted.scores.astype(np.float64))
    )
    assert len(doubts(LABELS, records(labels), at_the_bound)) == 1


def test_the_surest_first(planted: tuple[list[int], int, Fitted]) -> None:
    labels, _, fitted = planted
    moved = [(one + 1) % 3 for one in labels]
    found = doubts(LABELS, records(moved), fitted)
    assert len(found) > 20
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_doubt_ends_when_its_example_is_moved_or_gone() -> None:
    examples = records([0, 1])
    doubt = Doubt(examples[0].id, "closed", 0.9)
    head = HeadRecord("0" * 64, "logistic", 0, LABELS, 2, "", Accuracy(1, 2), doubts=(doubt,))
    manifest = Manifest("gate", 2, 0, 0, "", BASE, False, examples, head)
    assert [one.example for one in manifest.doubts] == [examples[0].id]
    for rest in ((replace(examples[0], label="closed"), examples[1]), examples[1:], ()):
        assert replace(manifest, examples=rest).doubts == ()
    assert len(replace(manifest, examples=(replace(examples[0], label="ajar"),)).doubts) == 1
    assert replace(manifest, head=None).doubts == ()
