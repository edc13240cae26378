"""One copy of a network for all classifiers that would run the same one."""

from collections.abc import Iterable

from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.network import TfliteNetwork


def on_shared_network(opened: ImageClassifier, beside: Iterable[ImageClassifier]) -> ImageClassifier:
    """The classifier on the network of one of those beside it, where that was opened from the same; else itself.

    They differ in their labels, or in how their scores are tempered. Its own network, weights and all, goes.
    Nothing is run: the other one may be in use. The same thread must use both from then on.
    """
    if not isinstance(opened, NetworkClassifier):
        return opened
    for other in beside:
        if isinstance(other, NetworkClassifier) and _are_alike(opened.network, other.network):
            assert other.network is not None, "it is like one that is open"
            return opened.on(other.network)
    return opened


def _are_alike(one: object, other: object) -> bool:
    """True where both were opened from the same, with the same outputs."""
    return (
        isinstance(one, TfliteNetwork)
        and isinstance(other, TfliteNetwork)
        and one.origin is not None
        and one.origin == other.origin
        and one.embedding == other.embedding
    )
