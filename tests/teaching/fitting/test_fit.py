"""A lesson becomes a head."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import LessonError
from edgeclassify.model.heads.taught_head import TaughtHead
from edgeclassify.model.taught.head_parameters import HeadKind, HeadParameters
from edgeclassify.teaching.fitting import NOT_JUDGED, Fitted, fit
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson
from tests.teaching.fitting.lessons import FACTS, World


def answers(fitted: Fitted, embeddings: Any) -> Any:
    """The scores of pictures, as the daemon has them: through the bytes of a file."""
    head = TaughtHead(HeadParameters.from_bytes(fitted.head.to_bytes()), FACTS)
    return np.stack([head.scores((embedding,)) for embedding in embeddings])


@pytest.mark.parametrize("copies", [0, 4])
def test_what_was_taught_is_told_apart_and_strangers_are_unknown(copies: int) -> None:
    world = World(6)
    fitted = fit(world.lesson([12, 12, 12], copies=copies))
    for index in range(3):
        scores = answers(fitted, world.embeddings(index, 40))
        assert (scores.argmax(axis=1) == index).mean() > 0.95
        assert (scores.sum(axis=1) >= 0.5).mean() > 0.7
    for index in range(3, 6):
        assert (answers(fitted, world.embeddings(index, 40)).sum(axis=1) < 0.5).mean() > 0.9
    assert fitted.accuracy.count == 36
    assert fitted.accuracy.share > 0.9
    assert fitted.head.kind is fitted.kind
    assert fitted.tried[fitted.kind] == fitted.accuracy
    assert set(fitted.tried) == {HeadKind.LOGISTIC, HeadKind.NEAREST_MEAN}
    assert fitted.seconds > 0


def test_scores_are_the_chance_to_be_right() -> None:
    """Classes that overlap: of what has a score of about p, about p is right."""
    world = World(4, noise=2.6)
    fitted = fit(world.lesson([60] * 4))
    truth = np.repeat(np.arange(4), 250)
    scores = np.concatenate([answers(fitted, world.embeddings(index, 250)) for index in range(4)])
    chances = scores / scores.sum(axis=1, keepdims=True)
    best, is_right = chances.max(axis=1), chances.argmax(axis=1) == truth
    assert 0.5 < is_right.mean() < 0.95
    for low, high in ((0.3, 0.6), (0.6, 0.8), (0.8, 1.0)):
        there = (best >= low) & (best < high)
        assert best[there].mean() == pytest.approx(is_right[there].mean(), abs=0.1)
    assert fitted.accuracy.share == pytest.approx(is_right.mean(), abs=0.1)
    kept = (scores.sum(axis=1) >= 0.5).mean()
    assert kept == pytest.approx(0.95, abs=0.04)
    assert 1 - fitted.is_unknown.mean() == pytest.approx(kept, abs=0.04)


def test_examples_are_judged_by_a_head_that_has_not_seen_their_moment() -> None:
    """Labels that say nothing are not learnt, however many copies there are of a moment."""
    world = World(1)
    lesson = world.lesson([24], burst=3, copies=2)
    labels = np.arange(24) % 2
    lesson = replace(lesson, labels=("a", "b"), classes=np.repeat(labels, 9))
    fitted = fit(lesson)
    assert fitted.accuracy.share < 0.75
    each_alone = fit(replace(lesson, groups=np.arange(72)))
    assert each_alone.accuracy.share > 0.9


def test_a_mislabelled_example_stands_out() -> None:
    lesson = World(2).lesson([10, 10])
    classes = lesson.classes.copy()
    classes[3] = 1
    fitted = fit(replace(lesson, classes=classes))
    assert np.flatnonzero(fitted.left_out != classes).tolist() == [3]
    assert fitted.left_out[3] == 0
    assert fitted.scores[3] > 0.5


def test_one_example_of_each_is_learnt_and_not_judged() -> None:
    world = World(3)
    fitted = fit(world.lesson([1, 1, 1]))
    assert fitted.accuracy.count == 0
    assert set(fitted.left_out) == {NOT_JUDGED}
    assert not fitted.is_judged.any()
    assert not fitted.is_unknown.any()
    assert fitted.kind is HeadKind.LOGISTIC
    for index in range(3):
        scores = answers(fitted, world.embeddings(index, 20))
        assert (scores.argmax(axis=1) == index).mean() > 0.8
        assert (scores.sum(axis=1) >= 0.5).mean() > 0.9, "nobody knows how much pictures differ"


def test_a_class_of_one_moment_is_learnt_beside_others() -> None:
    fitted = fit(World(3).lesson([1, 8, 8], burst=2))
    assert fitted.accuracy.count == 32
    assert (fitted.left_out[:2] == NOT_JUDGED).all()
    assert (fitted.left_out[2:] != NOT_JUDGED).all()


def test_a_small_class_is_not_outvoted() -> None:
    world = World(2, noise=1.4)
    fitted = fit(world.lesson([4, 80]))
    shares = [(answers(fitted, world.embeddings(index, 100)).argmax(axis=1) == index).mean() for index in range(2)]
    assert min(shares) > 0.75


def test_pictures_of_none_of_the_classes_are_kept_apart() -> None:
    """Something that is nearly like a class, and is not."""
    world = World(2)
    near = np.maximum(world.embeddings(0, 60) + world.embeddings(1, 1) * 0.3, 0).astype(np.float32)
    lesson = world.lesson([15, 15])
    count = len(lesson.classes)
    with_none = Lesson(
        lesson.labels,
        np.concatenate([lesson.units, FACTS.unit(near[:20])]),
        np.concatenate([lesson.classes, np.full(20, NONE_OF_THEM)]),
        np.arange(count + 20),
        np.zeros(count + 20, np.bool_),
        np.arange(count + 20),
        np.full(count + 20, NONE_OF_THEM),
    )
    before, after = (answers(fit(one), near[20:]).sum(axis=1) >= 0.5 for one in (lesson, with_none))
    assert before.mean() > 0.5
    assert after.mean() < 0.2
    fitted = fit(with_none)
    assert fitted.head.has_rest
    assert fitted.accuracy.count == count, "of the classes alone"
    assert fitted.is_unknown[count:].mean() > 0.7
    assert (answers(fitted, world.embeddings(0, 30)).sum(axis=1) >= 0.5).mean() > 0.6


def test_one_label_and_pictures_of_none_are_enough() -> None:
    world = World(2)
    fitted = fit(world.lesson([10], none=10))
    assert (answers(fitted, world.embeddings(0, 30))[:, 0] >= 0.5).mean() > 0.8
    assert (answers(fitted, world.embeddings(1, 30))[:, 0] < 0.5).mean() > 0.9


def test_a_correction_moves_the_border() -> None:
    world = World(2, noise=2.6)
    lesson = world.lesson([20, 20])
    wrong = int(fit(lesson).scores[:20].argmin())
    was = lesson.was.copy()
    was[wrong] = 1
    picture = lesson.units[wrong : wrong + 1]
    plain, corrected = (fit(replace(lesson, was=one)) for one in (lesson.was, was))
    assert answers(corrected, picture)[0, 0] > answers(plain, picture)[0, 0]


@pytest.mark.parametrize("none", [0, 8])
def test_of_one_class_all_else_is_unusual(none: int) -> None:
    world = World(3)
    fitted = fit(world.lesson([20], none=none, one_class=True))
    assert fitted.kind is HeadKind.ONE_CLASS
    assert (answers(fitted, world.embeddings(0, 60))[:, 0] >= 0.5).mean() > 0.85
    for index in (1, 2):
        scores = answers(fitted, world.embeddings(index, 30))
        assert (scores[:, 1] > 0.5).mean() > 0.95
        assert scores.sum(axis=1) == pytest.approx(1)
    assert fitted.accuracy.count == 20 + none
    assert fitted.accuracy.share > 0.85
    assert list(fitted.tried) == [HeadKind.ONE_CLASS]


@pytest.mark.parametrize(
    ("counts", "one_class", "message"),
    [
        ([5], False, "found only 'class 0'"),
        ([2], True, "one class with 3 examples or more, found 1 classes with 2 in all"),
        ([5, 5], True, "found 2 classes"),
    ],
)
def test_what_can_not_be_learnt_is_said(counts: list[int], one_class: bool, message: str) -> None:
    with pytest.raises(LessonError, match=message):
        fit(World(2).lesson(counts, one_class=one_class))


def test_without_examples_there_is_nothing_to_learn() -> None:
    empty = np.zeros(0, np.intp)
    units = np.zeros((0, 64), np.float32)
    with pytest.raises(LessonError, match="found none"):
        fit(Lesson((), units, empty, empty, np.zeros(0, np.bool_), empty, empty))


def test_pictures_that_are_all_the_same_teach_nothing() -> None:
    lesson = World(2).lesson([3, 3])
    with pytest.raises(LessonError, match="found 6 that look all the same"):
        fit(replace(lesson, units=np.repeat(lesson.units[:1], 6, axis=0)))


def test_the_same_picture_under_two_labels_is_no_crash() -> None:
    lesson = World(2).lesson([3, 3])
    units = lesson.units.copy()
    units[3] = units[0]
    fitted = fit(replace(lesson, units=units))
    assert np.isfinite(fitted.scores).all()


def test_embeddings_of_zeros_are_no_crash() -> None:
    lesson = World(2).lesson([4, 4])
    units = lesson.units.copy()
    units[0] = 0
    fitted = fit(replace(lesson, units=units))
    assert np.isfinite(fitted.scores).all()
    assert np.isfinite(answers(fitted, np.zeros((1, 64), np.float32))).all()


def test_the_same_lesson_makes_the_same_head() -> None:
    lesson = World(2).lesson([6, 6], copies=3)
    assert fit(lesson).head.to_bytes() == fit(lesson).head.to_bytes()
