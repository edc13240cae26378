"""Pictures and looks → examples, by the built-in model."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.errors import ImageError
from edgeclassify.pictures.jpeg import frame_jpeg
from edgeclassify.teaching.augmentation import VARIANTS
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.examples import example_of, example_of_look, picture_pixels
from edgeclassify.teaching.interface import Look, LookKind, Picture
from edgeclassify.types import Embedding, Frame, ModelChoice, PixelFormat, Pixels
from tests.support.lessons import CAT, ESPRESSO, part_of


@pytest.fixture(scope="module")
def embedder() -> Iterator[Embedder]:
    opened = Embedder.open(ModelChoice())
    yield opened
    opened.close()


def cosine(embedder: Embedder, one: Embedding, other: Embedding) -> float:
    unit = embedder.facts.embedding.unit
    return float(unit(one) @ unit(other))


def jpeg_of(pixels: Pixels) -> bytes:
    height, width = pixels.shape[:2]
    return frame_jpeg(Frame(pixels, PixelFormat.RGB, width, height, "", 0, 0, 0.0), 95).data


def look(embedder: Embedder, pixels: Pixels, kind: LookKind = LookKind.EVENT) -> Look:
    return Look(
        id=7, kind=kind, view="yard", at=1000.0, label="dog", score=0.6, facts=embedder.facts.embedding,
        embedding=embedder.embed(pixels), brightness=0.4, jpeg=jpeg_of(pixels), event_id="e7",
    )  # fmt: skip


def test_a_picture_is_embedded_as_it_is_and_in_changed_copies(embedder: Embedder) -> None:
    pixels = part_of(CAT, 1)
    picture = Picture(pixels, "cat.jpg", captured_at=12.0, view="yard", event_id="e1", was="dog")
    example = example_of(picture, "cat", embedder, keep_picture=True)
    assert (example.label, example.source, example.captured_at) == ("cat", "cat.jpg", 12.0)
    assert (example.view, example.event_id, example.was) == ("yard", "e1", "dog")
    assert example.embeddings.shape == (1 + VARIANTS, embedder.facts.embedding.elements)
    assert (example.embeddings[0] == embedder.embed(pixels)).all()
    others = [cosine(embedder, example.embeddings[0], copy) for copy in example.embeddings[1:]]
    assert max(others) < 0.9999
    assert min(others) > cosine(embedder, example.embeddings[0], embedder.embed(part_of(ESPRESSO, 1)))
    assert example.brightness == pytest.approx(pixels[:, :, 1].mean() / 255, abs=0.02)


def test_the_same_picture_makes_the_same_example(embedder: Embedder) -> None:
    pictures = [Picture(part_of(CAT, 1), name) for name in ("a", "b")]
    first, second = (example_of(one, "cat", embedder, keep_picture=True) for one in pictures)
    assert (first.embeddings == second.embeddings).all()
    other = example_of(Picture(part_of(CAT, 2), "c"), "cat", embedder, keep_picture=True)
    assert (first.embeddings != other.embeddings).any()


def test_a_kept_picture_is_small_and_of_the_right_colours(embedder: Embedder) -> None:
    pixels = np.zeros((800, 1200, 3), np.uint8)
    pixels[...] = (200, 40, 10)
    example = example_of(Picture(pixels, "red"), "red", embedder, keep_picture=True)
    assert example.jpeg is not None
    kept = picture_pixels(example.jpeg, "red")
    assert kept.shape == (213, 320, 3)
    assert np.abs(kept.astype(int) - (200, 40, 10)).max() < 8
    assert example_of(Picture(pixels, "red"), "red", embedder, keep_picture=False).jpeg is None


def test_a_look_of_this_base_keeps_its_embedding(embedder: Embedder) -> None:
    seen = replace(look(embedder, part_of(CAT, 1)), embedding=embedder.embed(part_of(CAT, 2)))
    example = example_of_look(seen, "cat", embedder, keep_picture=True)
    assert (example.embeddings[0] == seen.embedding).all()
    assert len(example.embeddings) == 1 + VARIANTS
    assert example.jpeg == seen.jpeg
    assert (example.source, example.event_id, example.view, example.was) == ("event e7", "e7", "yard", "dog")
    assert (example.captured_at, example.brightness) == (1000.0, 0.4)


def test_a_look_without_a_picture_has_no_changed_copies(embedder: Embedder) -> None:
    seen = replace(look(embedder, part_of(CAT, 1)), jpeg=None)
    example = example_of_look(seen, "cat", embedder, keep_picture=True)
    assert example.embeddings.shape[0] == 1
    assert example.jpeg is None


def test_a_look_of_another_base_is_embedded_by_its_picture(embedder: Embedder) -> None:
    seen = look(embedder, part_of(CAT, 1))
    other = replace(seen, facts=replace(seen.facts, sha256="0" * 64), embedding=np.zeros(3, np.uint8))
    example = example_of_look(other, "cat", embedder, keep_picture=True)
    assert cosine(embedder, example.embeddings[0], seen.embedding) > 0.97
    with pytest.raises(ImageError, match="event e7: expected what builtin saw, or a picture"):
        example_of_look(replace(other, jpeg=None), "cat", embedder, keep_picture=True)


@pytest.mark.parametrize(
    ("kind", "label", "was"),
    [
        (LookKind.EVENT, "cat", "dog"),
        (LookKind.EVENT, "dog", None),
        (LookKind.EVENT, None, "dog"),
        (LookKind.UNSURE, "cat", "dog"),
        (LookKind.COLLECTED, "cat", None),
    ],
)
def test_what_was_said_wrongly_is_kept(
    embedder: Embedder, kind: LookKind, label: str | None, was: str | None
) -> None:
    assert example_of_look(look(embedder, part_of(CAT, 1), kind), label, embedder, keep_picture=True).was == was


def test_a_kept_picture_that_is_damaged_is_named() -> None:
    with pytest.raises(ImageError, match="the picture of 7"):
        picture_pixels(b"\xff\xd8\xff", "the picture of 7")
