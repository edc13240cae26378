"""Embeddings of pictures for teaching: of real networks, of any base that has one."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from edgeclassify.errors import ImageError, ModelError, UnknownModelError
from edgeclassify.model.interface import Network
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.types import ModelChoice, PixelFormat, Roi
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel, runtime, write_model
from tests.model.embedding.nets import extractor, keras, linear_on_pixels
from tests.model.frames import frame_of, picture
from tests.model.known import ALL_KNOWN
from tests.support.photos import photos

__all__ = ["runtime", "write_model"]

PICTURE = picture(90, 70)


def test_the_built_in_model_is_a_base(runtime: RuntimeName) -> None:
    embedder = Embedder.open(ModelChoice(runtime=runtime))
    base = embedder.facts
    assert (base.embedding.base, base.embedding.elements, base.embedding.dtype) == ("builtin", 1280, "int8")
    assert (base.width, base.height, base.fit, base.crop) == (64, 64, "crop", 1.0)
    found = embedder.embed(PICTURE)
    assert (found.shape, found.dtype) == ((1280,), np.dtype(np.int8))
    embedder.close()


def test_it_is_what_the_classifier_of_that_model_sees(runtime: RuntimeName) -> None:
    frame = frame_of(PICTURE, PixelFormat.RGB)
    roi = Roi(0.1, 0.2, 0.5, 0.6)
    embedder, classifier = (
        Embedder.open(ModelChoice(runtime=runtime)),
        open_classifier(ModelChoice(runtime=runtime)),
    )
    assert classifier.embedding == embedder.facts.embedding
    for region in (Roi(), roi):
        seen = classifier.classify(frame, region).embedding
        assert seen is not None
        assert np.array_equal(embedder.embed(frame, region), seen)
    assert np.array_equal(embedder.embed(PICTURE), embedder.embed(frame))
    assert not np.array_equal(embedder.embed(frame, roi), embedder.embed(frame))


def test_an_embedding_is_a_copy(runtime: RuntimeName) -> None:
    embedder = Embedder.open(ModelChoice(runtime=runtime))
    first = embedder.embed(PICTURE)
    kept = first.copy()
    embedder.embed(np.bitwise_not(PICTURE))
    assert np.array_equal(first, kept)


def test_pixels_may_be_part_of_a_larger_picture() -> None:
    embedder = Embedder.open(ModelChoice())
    part = PICTURE[5:60, 10:80]
    assert np.array_equal(embedder.embed(part), embedder.embed(part.copy()))
    assert np.array_equal(embedder.embed(part[:, ::-1]), embedder.embed(part[:, ::-1].copy()))


def test_a_base_needs_no_labels(write_model: WriteModel, runtime: RuntimeName) -> None:
    path = write_model(extractor()[0])
    embedder = Embedder.open(
        ModelChoice(name=str(path), runtime=runtime, fit="squash", crop=0.5), trials=ALL_KNOWN
    )
    assert embedder.embed(PICTURE).shape == (8,)
    base = embedder.facts
    assert (base.embedding.base, base.fit, base.crop) == (str(path), "squash", 0.5)
    assert embedder.wanted_side() == 8


def test_a_path_is_known_wherever_the_process_runs(
    write_model: WriteModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_model(keras()[0])
    monkeypatch.chdir(path.parent)
    embedder = Embedder.open(ModelChoice(name=f"./{path.name}"), trials=ALL_KNOWN)
    assert embedder.facts.embedding.base == str(path)


def test_a_model_without_an_embedding_is_no_base(write_model: WriteModel) -> None:
    path = write_model(linear_on_pixels())
    with pytest.raises(ModelError, match=r"model\.tflite: expected a model whose embedding can be read.*builtin"):
        Embedder.open(ModelChoice(name=str(path)), trials=ALL_KNOWN)


def test_errors() -> None:
    with pytest.raises(UnknownModelError, match="nothing_such"):
        Embedder.open(ModelChoice(name="nothing_such"))
    embedder = Embedder.open(ModelChoice())
    with pytest.raises(ImageError):
        embedder.embed(replace(frame_of(PICTURE, PixelFormat.RGB), width=91))
    assert embedder.embed(PICTURE).shape == (1280,)  # after a fault it goes on
    embedder.close()
    with pytest.raises(ModelError, match="builtin: the embedder is closed"):
        embedder.embed(PICTURE)


def test_a_network_without_an_embedding_is_a_mistake_of_ours() -> None:
    embedder = Embedder.open(ModelChoice())

    class Bare(Network):
        prepare = infer = discard = wanted_side = NotImplemented

    with pytest.raises(ValueError, match="found one without"):
        Embedder(Bare(), embedder.facts)


@pytest.mark.data
def test_photos_of_a_thing_are_nearer_to_its_own_kind(test_data: Path) -> None:
    """A flipped, darker copy of each of 20 photos is nearer to its original than to any other."""
    embedder = Embedder.open(ModelChoice())
    units = []
    for photo in photos(test_data)[:20]:
        frame = photo.frame()
        changed = np.asarray(cv2.flip(frame.pixels, 1) * 0.7, np.uint8)
        both = [embedder.embed(frame), embedder.embed(replace(frame, pixels=changed))]
        units.append(embedder.facts.embedding.unit(np.stack(both)))
    first, second = np.stack(units).transpose(1, 0, 2)
    assert (np.argmax(second @ first.T, axis=1) == np.arange(20)).mean() >= 0.9
