"""Pictures → embeddings, by a base that is open for teaching alone: nobody else waits for its network."""

from typing import Self

import numpy as np

from edgeclassify.errors import ModelError
from edgeclassify.model.interface import Network
from edgeclassify.model.opening.bases import open_base
from edgeclassify.model.opening.tried_interpreter import Trials
from edgeclassify.model.taught.manifest import Base
from edgeclassify.types import FULL_FRAME, Embedding, Frame, ModelChoice, PixelFormat, Pixels, Roi


class Embedder:
    """Not thread-safe. `base`: what its network is."""

    def __init__(self, network: Network, base: Base) -> None:
        if network.embedding is None:
            raise ValueError("expected a network with an embedding, found one without")
        self._network: Network | None = network
        self._embedding, self._base = network.embedding, base

    @classmethod
    def open(cls, config: ModelChoice, *, trials: Trials | None = None) -> Self:
        """By the model that `config` names. Raises ModelError or a subclass, as `open_base`."""
        opened = open_base(config, trials=trials)
        return cls(opened.network, opened.base)

    @property
    def facts(self) -> Base:
        """What the embeddings are of, and how pictures get into the network."""
        return self._base

    def embed(self, picture: Frame | Pixels, roi: Roi = FULL_FRAME) -> Embedding:
        """The embedding of a region of a frame, or of a picture: RGB uint8 (height, width, 3).

        As the network gives it, (elements,). Raises ImageError where the pixels are not as said, ModelError where
        the runtime fails or the embedder is closed.
        """
        network = self._open()
        frame = picture if isinstance(picture, Frame) else _frame_of(picture)
        outputs = network.infer(network.prepare(frame, roi))
        return self._embedding.copy_of(outputs[self._embedding.output])

    def wanted_side(self, roi: Roi = FULL_FRAME) -> int:
        """Pixels that a picture's shorter side needs so that nothing is scaled up."""
        return self._open().wanted_side(roi)

    def close(self) -> None:
        """Let go of the network; the embedder can't be used afterwards."""
        self._network = None

    def _open(self) -> Network:
        if self._network is None:
            raise ModelError(f"{self._base.embedding.base}: the embedder is closed.")
        return self._network


def _frame_of(pixels: Pixels) -> Frame:
    height, width = pixels.shape[:2]
    return Frame(
        pixels=np.ascontiguousarray(pixels),
        pixel_format=PixelFormat.RGB,
        width=width,
        height=height,
        camera="",
        sequence=0,
        captured_at_ns=0,
        captured_at=0.0,
    )
