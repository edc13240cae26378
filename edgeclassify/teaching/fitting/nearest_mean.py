"""Nearest class mean by cosine."""

import numpy as np

from edgeclassify.model.taught.head_parameters import Floats
from edgeclassify.teaching.fitting.logistic import Problems


def means(problems: Problems) -> Floats:
    """As `solve` gives its coefficients: of each problem and class the mean's direction, and a constant of 0."""
    count, dimensions = problems.count, problems.rows.shape[1]
    is_of = (problems.classes == np.arange(count)[:, None]).astype(np.float32)
    weights = (problems.weights[:, None] * is_of).reshape(-1, len(problems.rows))
    sums = (weights @ problems.rows).reshape(-1, count, dimensions)
    lengths = np.linalg.norm(sums, axis=2, keepdims=True)
    found = np.zeros((len(sums), count, dimensions + 1), np.float32)
    found[..., :-1] = sums / np.where(lengths > 0, lengths, 1)
    return found
