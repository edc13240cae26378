"""Embeddings of pictures for benchmarks, kept in a folder over runs: found again by the picture itself."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgeclassify.model.taught.manifest import Base
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.interface import Units
from edgeclassify.types import Embedding, Pixels


class KeptEmbeddings:
    """What a base sees in pictures. `folder`: where that is kept, None: nowhere."""

    def __init__(self, embedder: Embedder, folder: Path | None) -> None:
        self._embedder, facts = embedder, embedder.facts.embedding
        self._file = folder / f"{Path(facts.base).stem}-{facts.sha256[:12]}.npz" if folder else None
        self._known: dict[str, Embedding] = {}
        self._is_new = False
        if self._file and self._file.is_file():
            with np.load(self._file) as kept:
                self._known = dict(zip(kept["keys"].tolist(), kept["embeddings"], strict=True))

    @property
    def facts(self) -> Base:
        """The base."""
        return self._embedder.facts

    def units(self, pictures: Sequence[Pixels]) -> Units:
        """Of pictures, RGB: (n, elements), of length 1."""
        return self.facts.embedding.unit(self.embeddings(pictures))

    def embeddings(self, pictures: Sequence[Pixels]) -> Embedding:
        """The same as the network gives them: (n, elements)."""
        return np.stack([self._embedding(pixels) for pixels in pictures])

    def save(self) -> None:
        """Keep what is new."""
        if self._file and self._is_new:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, keys=np.array(list(self._known)), embeddings=np.stack(list(self._known.values())))
            self._is_new = False

    def _embedding(self, pixels: Pixels) -> Embedding:
        key = hashlib.sha1(pixels.tobytes(), usedforsecurity=False).hexdigest() + str(pixels.shape)
        if key not in self._known:
            self._known[key], self._is_new = self._embedder.embed(pixels), True
        return self._known[key]
