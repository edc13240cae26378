"""Scores that are no numbers: what is said of them, and when a prediction is none."""

import logging
from collections.abc import Sequence

import numpy as np

from edgeclassify.documents.faults import listed
from edgeclassify.errors import ModelError
from edgeclassify.model.heads.scores import Broken
from edgeclassify.once import Once

log = logging.getLogger(__name__)


class BrokenScores:
    """Looks at the broken scores of one model: an error where all are, else one line in the log for good."""

    def __init__(self, model: str, labels: Sequence[str]) -> None:
        self._model, self._labels = model, labels
        self._said = Once()

    def look(self, broken: Broken) -> None:
        """`broken`: by class index. Raises ModelError where no score is left."""
        if broken.all():
            raise ModelError(
                f"{self._model}: expected numbers as scores, found NaN or infinity for all of its {len(broken)} "
                "labels. Its weights are damaged or too large for their type: convert the model again, as float32 "
                "or int8."
            )
        if not self._said.is_news():
            return
        named = listed([repr(self._labels[index]) for index in np.flatnonzero(broken).tolist()])
        log.warning(
            "%s: found NaN or infinity as the score of %s (%d of %d labels): it counts as 0; the other labels "
            "count as they are",
            self._model,
            named,
            int(broken.sum()),
            len(broken),
        )
