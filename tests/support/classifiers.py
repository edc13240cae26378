"""Classifiers without a model."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from edgeclassify.model.interface import ImageClassifier, Prepared
from edgeclassify.types import (
    FULL_FRAME,
    EmbeddingFacts,
    Frame,
    ModelInfo,
    Prediction,
    Roi,
)


class BrightnessClassifier(ImageClassifier):
    """Knows two labels: the share of white is the score of "day", the rest that of "night"."""

    def __init__(self, name: str = "brightness") -> None:
        self.closed = False
        self.seen: list[tuple[int, Roi]] = []
        self._info = ModelInfo(name, f"/{name}.tflite", "0" * 64, "fake 1.0", 2, 8, 8)

    @property
    def info(self) -> ModelInfo:
        return self._info

    @property
    def labels(self) -> Sequence[str]:
        return ("night", "day")

    def prepare(self, frame: Frame, roi: Roi = FULL_FRAME) -> Prepared:
        """The ticket is the brightness."""
        self.seen.append((frame.sequence, roi))
        return Prepared(
            float(frame.pixels.mean()) / 255, 0.1, frame.sequence, frame.captured_at_ns, frame.captured_at,
            frame.origin, frame.scene_ns,
        )  # fmt: skip

    def infer(self, prepared: Prepared) -> Prediction:
        day = prepared.ticket
        assert isinstance(day, float)
        return Prediction(
            np.array([1 - day, day], np.float32), self.labels, prepared.preprocess_ms, 0.2,
            prepared.frame_sequence, prepared.captured_at_ns, prepared.captured_at, prepared.origin,
            prepared.scene_ns,
        )  # fmt: skip

    def discard(self, prepared: Prepared) -> None:
        """Nothing is held."""

    def wanted_side(self, roi: Roi = FULL_FRAME) -> int:
        return 8

    def close(self) -> None:
        self.closed = True


class SeeingClassifier(BrightnessClassifier):
    """Gives embeddings too: two numbers, so that a brighter picture lies in another direction."""

    @property
    def embedding(self) -> EmbeddingFacts:
        return EmbeddingFacts(self.info.name, self.info.sha256, "pool", 2, "float32", 0.0, 0)

    def infer(self, prepared: Prepared) -> Prediction:
        day = prepared.ticket
        assert isinstance(day, float)
        return replace(super().infer(prepared), embedding=np.array([1 - day, day], np.float32))
