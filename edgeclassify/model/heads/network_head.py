"""The head that a classifier's network has itself: one of its outputs holds the scores of its classes."""

from collections.abc import Sequence

from edgeclassify.model.heads.broken_scores import BrokenScores
from edgeclassify.model.heads.scores import ScoreReader, Scores
from edgeclassify.model.interface import Head, Outputs


class NetworkHead(Head):
    """The classes of the network itself. `output`: the index of the output that holds them."""

    def __init__(
        self,
        labels: Sequence[str],
        reader: ScoreReader,
        broken: BrokenScores,
        *,
        output: int = 0,
        background: frozenset[int] = frozenset(),
        has_several_labels: bool = False,
    ) -> None:
        self._labels, self._reader, self._broken = labels, reader, broken
        self._output, self._background, self._has_several_labels = output, background, has_several_labels

    @property
    def labels(self) -> Sequence[str]:
        """Labels by class index."""
        return self._labels

    @property
    def background(self) -> frozenset[int]:
        """Class indices of the labels that mean that nothing is there."""
        return self._background

    @property
    def has_several_labels(self) -> bool:
        """True where several labels can hold at once (sigmoid outputs, several heads)."""
        return self._has_several_labels

    def scores(self, outputs: Outputs) -> Scores:
        """As of `Head`. What is broken is said once, and counts as 0."""
        # The array is not bound to a name: the runtime refuses to invoke while one on its memory is alive.
        scores, broken = self._reader.read(outputs[self._output])
        if broken is not None:
            self._broken.look(broken)
        return scores
