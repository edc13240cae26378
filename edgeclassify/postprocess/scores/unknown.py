"""What keeps a label unknown: no single frame has spoken for it by itself.

A network that must answer with one of its labels answers so whatever it sees, and a filter over time makes any
answer certain that is only repeated. What gives the unknown away is that in no frame the answer is a sure one. Of
all that may tell it (score, margin to the second, entropy, and what can be made of them) the tempered score does
it as well as any: docs/decisions.md has them side by side (python -m tests.bench.unknown).
"""

import math

import numpy as np
from numpy.typing import NDArray

from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.timer import NS_PER_S

_REMEMBERED_S = 10.0
"""A frame's score counts for less and less: after so many seconds for 1/e of itself."""


class Recognition:
    """How sure single frames of late were of each label: the highest score, which fades."""

    def __init__(self) -> None:
        self._highest: NDArray[np.float32] | None = None
        self._at_ns = 0

    def note(self, observation: Observation) -> None:
        """A frame came. `observation`: its tempered scores, before any filter over time."""
        now_ns, before = observation.scene_ns, self._highest
        if before is None or now_ns < self._at_ns:  # time that runs back: files out of their order
            self._highest = observation.scores
        else:
            faded = math.exp((self._at_ns - now_ns) / NS_PER_S / _REMEMBERED_S)
            self._highest = np.maximum(before * np.float32(faded), observation.scores)
        self._at_ns = now_ns

    def of(self, index: int) -> float:
        """The highest score of a label of late, 0-1."""
        return 0.0 if self._highest is None else float(self._highest[index])

    def forget(self) -> None:
        """No frame until now is evidence any more."""
        self._highest = None

    def shift(self, by_ns: int) -> None:
        """Another time line begins."""
        self._at_ns += by_ns
