"""The head that was taught."""

from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.heads.taught_head import TaughtHead
from edgeclassify.model.taught.head_parameters import Familiarity, HeadKind, HeadParameters, directions
from edgeclassify.types import EmbeddingFacts

ELEMENTS = 6
FLOAT = EmbeddingFacts("base", "ab" * 32, "pooled", ELEMENTS, "float32", 0.0, 0)
UINT8 = EmbeddingFacts("base", "ab" * 32, "pooled", ELEMENTS, "uint8", 0.05, 3)
INT8 = EmbeddingFacts("base", "ab" * 32, "pooled", ELEMENTS, "int8", 0.05, -128)
DRAWS = np.random.default_rng(5)
A, B = (DRAWS.random(ELEMENTS).astype(np.float32) for _ in "ab")


def parameters(
    labels: tuple[str, ...] = ("open", "closed"), *, rest: bool = False, neighbours: int = 1, **familiar: float
) -> HeadParameters:
    seen = directions(np.stack([A, B]))
    centre = seen.mean(axis=0)
    prototypes = (seen - centre) / np.linalg.norm(seen - centre, axis=1, keepdims=True)
    weights = np.concatenate([prototypes * 5, np.zeros((int(rest), ELEMENTS))]).astype(np.float32)
    biases = np.array([0.1, 0.0, 1.0][: len(weights)], np.float32)
    familiarity = Familiarity(
        prototypes, neighbours, familiar.get("threshold", 0.5), familiar.get("steepness", 8.0)
    )
    return HeadParameters(HeadKind.LOGISTIC, labels, centre, weights, biases, familiarity, rest)


def by_definition(given: HeadParameters, embedding: Any) -> Any:
    """The scores as the documents of the parameters say, in float64."""
    x = directions(embedding).astype(np.float64) - given.centre
    logits = given.weights @ x + given.biases
    chances = np.exp(logits) / np.exp(logits).sum()
    familiarity = given.familiarity
    cosines = np.sort(familiarity.prototypes @ (x / np.linalg.norm(x)))[::-1]
    likeness = cosines[: familiarity.neighbours].mean()
    return chances[: len(given.labels)] / (1 + np.exp(-familiarity.steepness * (likeness - familiarity.threshold)))


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("neighbours", [1, 2])
def test_its_scores_are_what_the_parameters_say(rest: bool, neighbours: int) -> None:
    given = parameters(rest=rest, neighbours=neighbours)
    head = TaughtHead(given, FLOAT)
    for embedding in (A, B, A + B, DRAWS.random(ELEMENTS).astype(np.float32) * 30):
        scores = head.scores((embedding.reshape(1, 1, 1, ELEMENTS),))
        assert scores.dtype == np.float32
        assert scores.shape == (2,)
        assert scores == pytest.approx(by_definition(given, embedding), abs=1e-5)


@pytest.mark.parametrize("facts", [UINT8, INT8], ids=["uint8", "int8"])
def test_a_quantized_embedding_is_read_by_scale_and_zero_point(facts: EmbeddingFacts) -> None:
    info = np.iinfo(facts.dtype)
    raw = np.array([info.min, info.max, facts.zero_point, 7, 90, 127], facts.dtype)
    real = (raw.astype(np.float32) - facts.zero_point) * np.float32(facts.scale)
    given = parameters()
    assert TaughtHead(given, facts).scores((raw,)) == pytest.approx(by_definition(given, real), abs=1e-5)


def test_it_reads_the_output_that_it_was_given() -> None:
    head = TaughtHead(parameters(), FLOAT, output=1)
    first = head.scores((B, A))
    assert first.argmax() == 0
    assert head.scores((A, B)).argmax() == 1
    assert first.argmax() == 0, "freshly allocated"


def test_what_is_like_nothing_that_was_taught_has_low_scores() -> None:
    head = TaughtHead(parameters(threshold=0.9, steepness=50), FLOAT)
    assert head.scores((A,)).sum() > 0.95
    strange = np.zeros(ELEMENTS, np.float32)
    strange[2] = 1
    assert head.scores((strange,)).sum() < 0.1


def test_the_rest_takes_from_the_scores() -> None:
    without, with_rest = (TaughtHead(parameters(rest=rest), FLOAT).scores((A + B,)) for rest in (False, True))
    assert with_rest.sum() < without.sum() - 0.1
    assert with_rest.shape == (2,)


@pytest.mark.parametrize("embedding", [np.zeros(ELEMENTS, np.float32), np.full(ELEMENTS, 1e30, np.float32)])
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


def test_of_one_class_the_normal_is_background() -> None:
    given = parameters()
    one = HeadParameters(
        HeadKind.ONE_CLASS, ("normal",), given.centre, given.weights[:0], given.biases[:0], given.familiarity
    )
    head = TaughtHead(one, FLOAT)
    assert head.labels == ("normal", "unusual")
    assert head.background == {0}
    normal, strange = head.scores((A,)), head.scores((np.eye(ELEMENTS, dtype=np.float32)[2],))
    assert normal.sum() == pytest.approx(1)
    assert normal[0] == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-3)
    assert strange[1] > 0.5


@pytest.mark.parametrize(("labels", "background"), [(("cat", "Nothing"), {1}), (("cat", "dog"), set())])
def test_labels_of_nothing_are_background(labels: tuple[str, ...], background: set[int]) -> None:
    head = TaughtHead(parameters(labels), FLOAT)
    assert head.labels == labels
    assert head.background == background
    assert not head.has_several_labels
