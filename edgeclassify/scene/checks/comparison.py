"""One frame against the camera's reference: computed once, shared by the checks, and only as far as one asks."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgeclassify.scene.checks.reference import Reference
from edgeclassify.scene.checks.structure import (
    Blocks,
    Registration,
    Structure,
    block_coherence,
    coherence,
    shift_between,
)
from edgeclassify.scene.statistics import FrameStatistics

FARTHEST_SHIFT = 0.3
"""Fraction of the frame: of a picture that has shifted further too little is left to tell how far."""
_STRONG = 1e-3
"""Energy from which on a block of the reference has structure that can be lost."""
_LOST = 0.2
"""Part of that energy below which it is."""
_FOREIGN, _FAINT = 0.3, 3e-4
"""A block less coherent than this, with more energy than that, shows something else than the reference."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """`reference` is mature."""

    structure: Structure
    reference: Reference

    @property
    def statistics(self) -> FrameStatistics:
        """Those of the frame."""
        return self.structure.statistics

    @cached_property
    def coherence(self) -> float:
        """How alike the edges are: 1 the same, 0 nothing in common."""
        return coherence(self.structure.edges, self.reference.edges)

    @cached_property
    def shift(self) -> Registration:
        """How far the frame has shifted against the reference, if it has."""
        return shift_between(self.reference.edges, self.structure.edges, FARTHEST_SHIFT, self.reference.spectrum)

    @cached_property
    def best_coherence(self) -> float:
        """How alike the edges are where the picture lies best on the reference."""
        return max(self.coherence, self.shift.coherence) if self.coherence < ALIKE else self.coherence

    @cached_property
    def structured_blocks(self) -> int:
        """Blocks of the reference that have structure."""
        return int(np.count_nonzero(self.reference.energy > _STRONG))

    @cached_property
    def lost_share(self) -> float:
        """Part of those, 0-1, that have none in the frame; 0 where there are none."""
        usual = self.reference.energy
        lost = (usual > _STRONG) & (self.structure.energy < _LOST * usual)
        return float(np.count_nonzero(lost)) / max(1, self.structured_blocks)

    @cached_property
    def foreign_blocks(self) -> int:
        """Blocks of the frame that show something else than the reference has there."""
        return int(np.count_nonzero(self._clear & (self._coherences < _FOREIGN)))

    @cached_property
    def kept_blocks(self) -> int:
        """Blocks of the frame that show what the reference has there."""
        return int(np.count_nonzero(self._clear & (self._coherences >= _FOREIGN)))

    @cached_property
    def _clear(self) -> NDArray[np.bool_]:
        """Blocks in which there is something to see."""
        return np.asarray(self.structure.energy > np.maximum(_LOST * self.reference.energy, _FAINT))

    @cached_property
    def _coherences(self) -> Blocks:
        return block_coherence(self.structure.edges, self.reference.edges)


ALIKE = 0.75
"""Coherence from which on a frame shows the reference's scene where it was: nothing has shifted."""
