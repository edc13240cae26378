"""Pictures of a camera, as examples are made of them: of many frames those that differ most."""

from collections.abc import Callable

import numpy as np

from edgeclassify.pixels import region_rgb
from edgeclassify.preflight.one_frame import frames_over
from edgeclassify.sources.interface import FrameSource
from edgeclassify.teaching.diversity.choice import choose_diverse
from edgeclassify.teaching.examples import PictureEmbedder
from edgeclassify.teaching.interface import Picture
from edgeclassify.types import Embedding, Roi

PER_EXAMPLE = 4
"""Frames that are looked at for each one that is kept."""
_LONGEST_SIDE = 480
"""Pixels of a picture that waits, since there may be two hundred: enough for any base, and for a kept picture."""


def camera_pictures(
    source: FrameSource,
    view: str | None,
    region: Roi,
    embedder: PictureEmbedder,
    count: int,
    seconds: float,
    advance: Callable[[], None],
) -> list[Picture]:
    """At most `count` pictures: those that differ most of what the camera shows in so many seconds.

    What is no camera (a folder, a film) gives its frames as they come. `advance`: called for each that was looked
    at, PER_EXAMPLE * count at most. Raises SourceError where none comes.
    """
    seen: list[tuple[Picture, Embedding]] = []
    for frame in frames_over(source, PER_EXAMPLE * count, seconds):
        pixels = region_rgb(frame, region, _LONGEST_SIDE)
        # The time of a file is no time of its picture.
        at = frame.captured_at if source.live else None
        seen.append((Picture(pixels, f"camera {source.camera}", at, view), embedder.embed(pixels)))
        if len(seen) >= 2 * count:
            seen = _most_different(seen, count, embedder)
        advance()
    return [picture for picture, _ in _most_different(seen, count, embedder)]


def _most_different(
    seen: list[tuple[Picture, Embedding]], count: int, embedder: PictureEmbedder
) -> list[tuple[Picture, Embedding]]:
    units = embedder.facts.embedding.unit(np.stack([embedding for _, embedding in seen]))
    return [seen[position] for position in choose_diverse(units, count)]
