"""A result: the best labels, one label's score, how it prints; nobody can change it."""

import dataclasses
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify import ArgumentError, Classifier, LabelScore, Result
from edgeclassify.types import EmbeddingFacts


def result_of(*scores: float, source: str | None = "a.jpg", unknown: float | None = None) -> Result:
    labels = tuple("abcdefgh"[: len(scores)])
    return Result(np.array(scores, np.float32), labels, source, 0.25, 1.5, unknown)


def test_the_best_first() -> None:
    result = result_of(0.25, 0.5, 0.125)
    assert result.best == LabelScore(1, "b", 0.5)
    assert result.top(2) == (LabelScore(1, "b", 0.5), LabelScore(0, "a", 0.25))
    assert len(result.top(10)) == 3
    assert len(result_of(*[0.1] * 8).top()) == 5


def test_of_equal_scores_the_lower_index() -> None:
    result = result_of(0.25, 0.5, 0.5)
    assert result.best == result.top(1)[0] == LabelScore(1, "b", 0.5)


@pytest.mark.parametrize("k", [0, -1, 1.0, "5", None])
def test_how_many_is_a_number_of_labels(k: Any) -> None:
    with pytest.raises(ArgumentError, match="top: expected how many labels, 1 or more"):
        result_of(0.5).top(k)


def test_numpys_numbers_are_numbers() -> None:
    assert len(result_of(0.5, 0.25).top(np.int64(1))) == 1  # type: ignore[arg-type]


def test_the_score_of_a_label(classifier: Classifier, espresso: Path) -> None:
    result = classifier(espresso)
    assert result.score_of("espresso") == result.best.score
    with pytest.raises(ArgumentError, match=r"found 'expresso'\. Did you mean \"espresso\""):
        result.score_of("expresso")
    with pytest.raises(ArgumentError, match="found 3"):
        result.score_of(3)  # type: ignore[arg-type]


def test_how_it_prints() -> None:
    result = result_of(0.25, 0.999, unknown=0.01)
    assert str(result) == "a.jpg\n  99.9%  b\n  25.0%  a\n   1.0%  (unknown)"
    assert repr(result) == "<Result a.jpg: b 0.999>"
    nameless = result_of(0.5, source=None)
    assert (str(nameless), repr(nameless)) == ("  50.0%  a", "<Result: a 0.500>")


def test_milliseconds() -> None:
    assert result_of(0.5).ms == 1.75


def test_nobody_can_change_it(classifier: Classifier, espresso: Path) -> None:
    result = classifier(espresso)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.source = "other"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        result.scores[0] = 1


def test_the_embedding_has_length_one() -> None:
    facts = EmbeddingFacts("m", "0" * 64, "t", 2, "uint8", 0.5, 10)
    result = Result(np.ones(1, np.float32), ("a",), None, 0, 0, None, np.array([13, 14], np.uint8), facts)
    assert result.embedding is not None
    assert result.embedding.tolist() == pytest.approx([0.6, 0.8])
    assert result_of(0.5).embedding is None


def test_alike_pictures_have_alike_embeddings(classifier: Classifier, photos: Path) -> None:
    cat, coffee, tripod = (classifier(path).embedding for path in sorted(photos.glob("*.jpg")))
    again = classifier(photos / "cat.jpg", roi=(0.05, 0.05, 0.9, 0.9)).embedding
    assert cat is not None
    assert again is not None
    assert coffee is not None
    assert tripod is not None
    assert cat @ again > max(cat @ coffee, cat @ tripod)


def test_it_can_go_to_another_process(classifier: Classifier, espresso: Path) -> None:
    result = classifier(espresso)
    there = pickle.loads(pickle.dumps(result))
    assert (there.best, there.labels, there.source) == (result.best, result.labels, result.source)
    assert there.embedding == pytest.approx(result.embedding)
    assert np.array_equal(there.scores, result.scores)
    with pytest.raises(ValueError, match="read-only"):
        there.scores[0] = 1.0
