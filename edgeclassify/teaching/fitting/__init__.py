"""Examples → a head: `fit(lesson)` chooses, calibrates and judges it."""

from edgeclassify.teaching.fitting.fit import fit
from edgeclassify.teaching.fitting.interface import NOT_JUDGED, Fitted

__all__ = ["NOT_JUDGED", "Fitted", "fit"]
