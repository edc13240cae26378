"""Scores whose temperature is known, since they were made with it."""

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.calibration.labelled_scores import LabelledScores


def made_at(temperature: float, pictures: int = 3000, classes: int = 8, seed: int = 0) -> LabelledScores:
    """Scores that mean what they say when they are tempered by `temperature`, and labels drawn by these."""
    draws = np.random.default_rng(seed)
    logits = draws.normal(0, 2.0, (pictures, classes))
    truth = np.array([draws.choice(classes, p=row) for row in softmax(logits)], np.intp)
    scores = softmax(logits * temperature).astype(np.float32)
    return LabelledScores.of_classes(scores, [f"label {i}" for i in range(classes)], truth)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
