"""The head that was taught."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.heads.taught_head import TaughtHead
from edgeclassify.model.taught.head_parameters import Familiarity, HeadKind, HeadParameters
from edgeclassify.types import EmbeddingFacts

ELEMENTS = 6
FLOAT = EmbeddingFacts("base", "ab" * 32, "pooled", ELEMENTS, "float32", 0.0, 0)
UINT8 = EmbeddingFacts("base", "ab" * 32, "pooled", ELEMENTS, "uint8", 0.05, 3)
INT8 = EmbeddingFacts("base", "ab" * 32, "pooled", ELEMENTS, "int8", 0.05, -128)
DRAWS = np.random.default_rng(5)
A, B = (DRAWS.random(ELEMENTS).astype(np.float32) for _ in "ab")


SEEN = FLOAT.unit(DRAWS.random((7, ELEMENTS)).astype(np.float32))
"""Prototypes: four of the first class, two of the second, one of the third."""
CLASSES = np.array([0, 1, 0, 2, 0, 1, 0])


def parameters(
    labels: tuple[str, ...] = ("open", "closed", "half"),
    *,
    rest: bool = False,
    threshold: float = 0.9,
    steepness: float = 8.0,
) -> HeadParameters:
    weights = DRAWS.normal(size=(len(labels) + rest, ELEMENTS)).astype(np.float32) * 3
    origin = SEEN.mean(axis=0) * np.float32(0.6)
    space = np.linalg.qr(DRAWS.normal(size=(ELEMENTS, 4)))[0].T.astype(np.float32)
    spread = (DRAWS.normal(size=(4, 4)) * 0.2).astype(np.float32)
    along = (SEEN - origin) @ space.T
    damped = along - (along @ spread.T) @ spread
    prototypes = np.asarray(damped / np.sqrt((along * damped).sum(axis=1, keepdims=True)), np.float32)
    classes = CLASSES % len(labels)
    familiarity = Familiarity(origin, space, spread, prototypes, classes, 3, threshold, steepness)
    biases = np.array([0.1, 0.0, -0.3, 1.0][: len(weights)], np.float32)
    return HeadParameters(HeadKind.LOGISTIC, labels, weights, biases, familiarity, rest)


def by_definition(given: HeadParameters, embedding: Any) -> Any:
    """The scores as the documents of the parameters say, in float64."""
    x = embedding.astype(np.float64) / (np.linalg.norm(embedding) or 1)
    logits = given.weights @ x + given.biases
    chances = np.exp(logits) / np.exp(logits).sum()
    familiar = given.familiarity
    y = x - familiar.origin
    a = familiar.space @ y
    cosines = familiar.prototypes @ a / np.sqrt((y**2).sum() - ((familiar.spread @ a) ** 2).sum())
    likeness = max(
        np.sort(cosines[familiar.classes == index])[-familiar.neighbours :].mean()
        for index in set(familiar.classes.tolist())
    )
    return chances[: len(given.labels)] / (1 + np.exp(-familiar.steepness * (likeness - familiar.threshold)))


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("labels", [("a", "b", "c"), ("a", "b"), ("a",)])
def test_its_scores_are_what_the_parameters_say(rest: bool, labels: tuple[str, ...]) -> None:
    given = parameters(labels, rest=rest)
    head = TaughtHead(given, FLOAT)
    for embedding in (A, B, A + B, *(DRAWS.random((9, ELEMENTS)).astype(np.float32) * 30)):
        scores = head.scores((embedding.reshape(1, 1, 1, ELEMENTS),))
        assert scores.dtype == np.float32
        assert scores.shape == (len(labels),)
        assert scores == pytest.approx(by_definition(given, embedding), abs=1e-5)


@pytest.mark.parametrize("facts", [UINT8, INT8], ids=["uint8", "int8"])
def test_a_quantized_embedding_is_read_by_scale_and_zero_point(facts: EmbeddingFacts) -> None:
    info = np.iinfo(facts.dtype)
    raw = np.array([info.min, info.max, facts.zero_point, 7, 90, 127], facts.dtype)
    real = (raw.astype(np.float32) - facts.zero_point) * np.float32(facts.scale)
    given = parameters()
    assert TaughtHead(given, facts).scores((raw,)) == pytest.approx(by_definition(given, real), abs=1e-5)


def test_it_reads_the_output_that_it_was_given() -> None:
    given = parameters()
    head = TaughtHead(given, FLOAT, output=1)
    first = head.scores((B, A))
    assert head.scores((A, B)) == pytest.approx(by_definition(given, B), abs=1e-5)
    assert first == pytest.approx(by_definition(given, A), abs=1e-5), "freshly allocated"


def test_a_class_without_prototypes_is_like_nothing() -> None:
    given = parameters()
    classes = np.where(given.familiarity.classes == 1, 2, given.familiarity.classes)
    given = replace(given, familiarity=replace(given.familiarity, classes=classes, threshold=-0.9))
    assert TaughtHead(given, FLOAT).scores((A,)) == pytest.approx(by_definition(given, A), abs=1e-5)
    opposite = replace(given, familiarity=replace(given.familiarity, prototypes=-given.familiarity.prototypes))
    assert TaughtHead(opposite, FLOAT).scores((A,)) == pytest.approx(by_definition(opposite, A), abs=1e-5)


def test_what_is_like_nothing_that_was_taught_has_low_scores() -> None:
    head = TaughtHead(parameters(threshold=0.5, steepness=50), FLOAT)
    assert max(head.scores((seen,)).sum() for seen in SEEN) > 0.9
    strange = np.zeros(ELEMENTS, np.float32)
    strange[2] = 1
    assert head.scores((strange,)).sum() < 0.1


def test_the_rest_takes_from_the_scores() -> None:
    given = parameters(rest=True)
    head = TaughtHead(given, FLOAT)
    without = TaughtHead(replace(given, weights=given.weights[:3], biases=given.biases[:3], has_rest=False), FLOAT)
    assert head.scores((A,)).sum() < without.scores((A,)).sum()
    assert head.scores((A,)).shape == (3,)


@pytest.mark.parametrize("embedding", [np.zeros(ELEMENTS, np.float32), np.full(ELEMENTS, 1e15, np.float32)])
def test_extreme_embeddings_have_scores(embedding: Any) -> None:
    scores = TaughtHead(parameters(), FLOAT).scores((embedding,))
    assert np.isfinite(scores).all()
    assert 0 <= scores.sum() <= 1.00001


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_an_embedding_that_is_no_number_is_an_error(wrong: float) -> None:
    broken = A.copy()
    broken[1] = wrong
    with pytest.raises(ModelError, match="base: expected numbers as its embedding, found NaN or infinity"):
        TaughtHead(parameters(), FLOAT).scores((broken,))


def test_an_embedding_of_another_length_is_refused() -> None:
    other = EmbeddingFacts("other", "cd" * 32, "pooled", 9, "float32", 0.0, 0)
    with pytest.raises(ModelError, match="expected embeddings of 6 elements, found 9 of other"):
        TaughtHead(parameters(), other)


@pytest.mark.parametrize("rest", [False, True])
def test_of_one_class_the_normal_is_background(rest: bool) -> None:
    given = replace(parameters(("normal",), rest=rest), kind=HeadKind.ONE_CLASS)
    head = TaughtHead(given, FLOAT)
    assert head.labels == ("normal", "unusual")
    assert head.background == {0}
    for embedding in (A, B):
        normal = float(by_definition(given, embedding)[0])
        assert head.scores((embedding,)) == pytest.approx([normal, 1 - normal], abs=1e-5)


@pytest.mark.parametrize(("labels", "background"), [(("cat", "Nothing"), {1}), (("cat", "dog"), set())])
def test_labels_of_nothing_are_background(labels: tuple[str, ...], background: set[int]) -> None:
    head = TaughtHead(parameters(labels), FLOAT)
    assert head.labels == labels
    assert head.background == background
    assert not head.has_several_labels
