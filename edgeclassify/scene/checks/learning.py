"""How a camera's reference comes about: learned from frames that nothing is wrong with, kept, taken over anew."""

from edgeclassify.scene.checks.comparison import Comparison
from edgeclassify.scene.checks.reference import Reference
from edgeclassify.scene.checks.structure import Structure, coherence

SAME_PLACE = 0.3
"""Coherence from which on a frame shows the place of the reference, whatever stands in it."""
NEW_PLACE_LEAST_S, NEW_PLACE_MOST_S = 60.0, 3600.0
"""Another picture takes the place of a reference when it has stayed for as long as that one did: within these."""


class Learning:
    """The reference of one camera. `known`: what was kept of it over a restart."""

    def __init__(self, known: Reference | None = None) -> None:
        self.reference = known
        """None until the first frame."""
        self._candidate: Reference | None = None

    def comparison(self, structure: Structure) -> Comparison | None:
        """The frame against the reference; None while there is none that anything could be judged by."""
        reference = self.reference
        return Comparison(structure, reference) if reference is not None and reference.mature else None

    def learn(self, structure: Structure, elapsed_s: float) -> bool:
        """A frame that nothing is wrong with. True where it has made another picture the reference."""
        reference = self.reference
        if reference is None:
            self.reference = Reference.of(structure)
            return False
        alike = coherence(structure.edges, reference.edges)
        if alike >= SAME_PLACE or not reference.mature:
            self.reference = reference.followed(structure, alike, elapsed_s)
            self._candidate = None
            return False
        return self._try(structure, elapsed_s, min(max(reference.age_s, NEW_PLACE_LEAST_S), NEW_PLACE_MOST_S))

    def take_over(self, structure: Structure, elapsed_s: float, after_s: float) -> bool:
        """A frame from another place, which was told. True where that has become the reference, after so long."""
        return self._try(structure, elapsed_s, after_s)

    def _try(self, structure: Structure, elapsed_s: float, after_s: float) -> bool:
        """Learn what may become the reference: a picture that stays."""
        candidate = self._candidate
        alike = 0.0 if candidate is None else coherence(structure.edges, candidate.edges)
        if candidate is None or (candidate.mature and alike < SAME_PLACE):
            self._candidate = Reference.of(structure)
            return False
        self._candidate = candidate.followed(structure, alike, elapsed_s)
        if self._candidate.age_s < after_s or not self._candidate.mature:
            return False
        self.reference, self._candidate = self._candidate, None
        return True
