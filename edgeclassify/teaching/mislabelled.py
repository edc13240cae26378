"""Which examples look mislabelled: a head that did not know them is sure that they are another class."""

from collections.abc import Sequence

from edgeclassify.model.taught.manifest import Doubt, ExampleRecord
from edgeclassify.teaching.fitting.interface import Fitted

SURE = 0.7
"""Score of another label from which on an example's own one is in doubt. Of two planted among 30 examples of a
fixed camera 82 % are found, and no other is named (`python -m tests.bench.mislabelled`)."""


def doubts(labels: Sequence[str], examples: Sequence[ExampleRecord], fitted: Fitted) -> tuple[Doubt, ...]:
    """Examples that look mislabelled, the surest first.

    `labels`: of the lesson, by class index; `examples`: in the lesson's order. What somebody has corrected is not
    doubted: that the model is sure of something else is why it was.
    """
    found = []
    for example, answered, score, is_unknown in zip(
        examples, fitted.left_out, fitted.scores, fitted.is_unknown, strict=True
    ):
        if answered < 0 or is_unknown or score < SURE or example.was is not None:
            continue
        if (seems := labels[answered]) != example.label:
            found.append(Doubt(example.id, seems, float(score)))
    return tuple(sorted(found, key=lambda doubt: (-doubt.score, doubt.example)))
