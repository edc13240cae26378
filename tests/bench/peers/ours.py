"""Ours: the library, as its page shows it."""

from edgeclassify import Classifier
from tests.bench.peers.way import arguments, report

model, labels, pictures = arguments()
classifier = Classifier(model, labels=labels)


def classify(picture: str) -> tuple[str, float]:
    """The best label."""
    best = classifier(picture).top(1)[0]
    return best.label, best.score


report(classify, pictures)
