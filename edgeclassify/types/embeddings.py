"""Embeddings: what a network sees in a picture, as one vector, before its last layer makes classes of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass

Embedding = NDArray[Any]
"""One embedding as the network gives it: uint8, int8 or float32, shape (elements,)."""


@dataclass(frozen=True, slots=True)
class EmbeddingFacts:
    """Of which network embeddings are, and how they are read. Those of two networks can't be compared.

    `base`: the network's name, `sha256` its file's checksum, `tensor` the name of the tensor that holds the
    embedding. A quantized value stands for scale * (value - zero_point); scale 0: not quantized.
    """

    base: str
    sha256: str
    tensor: str
    elements: int
    dtype: str
    scale: float
    zero_point: int

    def unit(self, embeddings: Embedding) -> NDArray[np.float32]:
        """Embeddings (elements,) or (n, elements) as float32 vectors of length 1; one of zeros stays as it is."""
        values = np.asarray(embeddings, np.float32)
        if self.scale:
            values = (values - np.float32(self.zero_point)) * np.float32(self.scale)
        lengths = np.linalg.norm(values, axis=-1, keepdims=True)
        return np.asarray(values / np.where(lengths > 0, lengths, np.float32(1.0)), np.float32)

    def fits(self, other: "EmbeddingFacts") -> bool:
        """True where embeddings of both can be compared."""
        mine, its = (self.sha256, self.tensor, self.elements), (other.sha256, other.tensor, other.elements)
        return mine == its
