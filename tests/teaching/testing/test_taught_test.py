"""Figures of a test, from answers that are known."""

import numpy as np
import pytest

from edgeclassify.model.taught.manifest import Accuracy
from edgeclassify.teaching.testing.taught_test import Answer, TaughtTest, answer_of
from edgeclassify.types import Prediction


def answer(truth: str | None, said: str, score: float = 0.9, *, unknown: bool = False) -> Answer:
    return Answer(f"{truth}.jpg", truth, said, score, unknown)


FOUND = TaughtTest(
    ("open", "closed"),
    (
        answer("open", "open"),
        answer("open", "open", 0.3, unknown=True),
        answer("open", "closed", 0.7),
        answer("open", "closed", 0.2, unknown=True),
        answer("closed", "closed", 0.8),
        answer(None, "open", 0.95),
        answer(None, "closed", 0.1, unknown=True),
    ),
)


def test_figures() -> None:
    assert FOUND.accuracy == Accuracy(3, 5)
    assert FOUND.unknown == Accuracy(2, 5)
    assert FOUND.accuracy_known == Accuracy(2, 3)
    assert FOUND.of_none == Accuracy(1, 2)
    assert (FOUND.of("open"), FOUND.of("closed")) == (Accuracy(2, 4), Accuracy(1, 1))


def test_what_was_answered() -> None:
    assert FOUND.counts("open") == (1, 1, 2)
    assert FOUND.counts("closed") == (0, 1, 0)
    assert FOUND.counts(None) == (1, 0, 1)


def test_the_worst_first() -> None:
    assert [one.score for one in FOUND.worst(9)] == [0.95, 0.7, 0.2]
    assert [one.score for one in FOUND.worst(2)] == [0.95, 0.7]


@pytest.mark.parametrize(
    ("scores", "said", "unknown"),
    [((0.2, 0.29), "closed", True), ((0.26, 0.25), "open", False), ((0.25, 0.25), "open", False)],
)
def test_answers_of_predictions(scores: tuple[float, float], said: str, unknown: bool) -> None:
    prediction = Prediction(np.array(scores, np.float32), ("open", "closed"), 0.0, 0.0, 0, 0, 0.0)
    found = answer_of("a.jpg", "open", prediction)
    assert (found.answer, found.is_unknown, found.is_right) == (said, unknown, said == "open")
    assert found.score == pytest.approx(max(scores))
