"""Nearest class mean by cosine."""

import numpy as np

from edgeclassify.model.taught.head_parameters import Floats
from edgeclassify.teaching.fitting.logistic import Problems


def means(problems: Problems) -> Floats:
    """As `solve` gives its coefficients: of each problem and class the mean's direction, and a constant of 0."""
    count, dimensions = problems.count, problems.rows.shape[1]
    is_of = (problems.classes == np.arange(count)[:, None]).astype(np.float32)
    found = np.zeros((len(problems.weights), count, dimensions + 1), np.float32)
    for one, weights in zip(found, problems.weights, strict=True):
        sums = (is_of * weights) @ problems.rows
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        one[:, :-1] = sums / np.where(lengths > 0, lengths, 1)
    return found
