"""A picture → an example: what the network sees in it and in changed copies of it, and a small picture to keep."""

import time
from pathlib import Path
from typing import Protocol

import numpy as np

from edgeclassify.errors import ImageError
from edgeclassify.model.taught.manifest import Base, Manifest
from edgeclassify.pictures.jpeg import frame_jpeg
from edgeclassify.pixels import brightness
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.teaching.augmentation import variants
from edgeclassify.teaching.interface import Example, Look, LookKind, Picture
from edgeclassify.teaching.store.example_files import read_picture
from edgeclassify.types import FULL_FRAME, Embedding, Frame, PixelFormat, Pixels, Roi

KEPT_SIDE = 320
"""Pixels of a kept picture's longer side: enough for eyes, and for any base."""
_QUALITY = 85


class PictureEmbedder(Protocol):
    """A base, open: pictures in, embeddings out."""

    @property
    def facts(self) -> Base:
        """Which base it is."""

    def embed(self, picture: Pixels, /) -> Embedding:
        """What the network sees in a picture, RGB uint8 (height, width, 3): a copy."""

    def wanted_side(self, roi: Roi = FULL_FRAME, /) -> int:
        """Pixels that a picture's shorter side needs so that nothing is scaled up."""

    def close(self) -> None:
        """Let go of the network."""


def example_of(picture: Picture, label: str | None, embedder: PictureEmbedder, *, keep_picture: bool) -> Example:
    """The picture as an example, with changed copies. `keep_picture`: with a small JPEG of it."""
    frame, first = _frame(picture), embedder.embed(picture.pixels)
    return Example(
        label=label,
        source=picture.source,
        embeddings=_with_copies(first, picture.pixels, embedder),
        brightness=brightness(frame),
        captured_at=picture.captured_at,
        view=picture.view,
        event_id=picture.event_id,
        was=picture.was,
        jpeg=frame_jpeg(frame, _QUALITY, KEPT_SIDE).data if keep_picture else None,
    )


def example_of_look(look: Look, label: str | None, embedder: PictureEmbedder, *, keep_picture: bool) -> Example:
    """What was seen as an example: by its own embedding where that is of this base, else by its picture.

    Raises ImageError where it has neither.
    """
    pixels = None if look.jpeg is None else picture_pixels(look.jpeg, f"the picture of {name_of(look)}")
    if look.facts.fits(embedder.facts.embedding):
        first = look.embedding
    elif pixels is not None:
        first = embedder.embed(pixels)
    else:
        raise ImageError(
            f"{name_of(look)}: expected what {embedder.facts.embedding.base} saw, or a picture, found what "
            f"{look.facts.base} saw, without a picture (node.labels_only). Show it anew."
        )
    return Example(
        label=label,
        source=name_of(look),
        embeddings=_with_copies(first, pixels, embedder),
        brightness=look.brightness,
        captured_at=look.at,
        view=look.view,
        event_id=look.event_id,
        # Collected frames are no mistakes of anybody.
        was=look.label if look.kind is not LookKind.COLLECTED and look.label != label else None,
        jpeg=look.jpeg if keep_picture else None,
    )


def embedded_anew(folder: Path, manifest: Manifest, embedder: PictureEmbedder) -> dict[str, Embedding]:
    """What another base sees in the examples of a taught model, by their ids: of those that have a picture."""
    found = {}
    for record in manifest.examples:
        jpeg = read_picture(folder, record)
        if jpeg is not None:
            pixels = picture_pixels(jpeg, f"the picture of the example {record.id}")
            found[record.id] = _with_copies(embedder.embed(pixels), pixels, embedder)
    return found


def name_of(look: Look) -> str:
    """A look for people."""
    if look.event_id is not None:
        return f"event {look.event_id}"
    return f"view {look.view}"


def picture_pixels(jpeg: bytes, name: str) -> Pixels:
    """A kept JPEG as RGB uint8 (height, width, 3). Raises ImageError with `name` in it."""
    return np.ascontiguousarray(decode_image(jpeg, name).pixels[:, :, ::-1])


def _with_copies(first: Embedding, pixels: Pixels | None, embedder: PictureEmbedder) -> Embedding:
    """(1 + copies, elements). The same picture has the same copies: it is known again by them."""
    copies = [] if pixels is None else variants(pixels, first.tobytes())
    return np.stack([first, *map(embedder.embed, copies)])


def _frame(picture: Picture) -> Frame:
    height, width = picture.pixels.shape[:2]
    return Frame(
        pixels=picture.pixels,
        pixel_format=PixelFormat.RGB,
        width=width,
        height=height,
        camera=picture.view or "",
        sequence=0,
        captured_at_ns=time.monotonic_ns(),
        captured_at=picture.captured_at or 0.0,
        origin=picture.source,
    )
