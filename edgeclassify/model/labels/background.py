"""Classes that mean that nothing is there: by the words of the label file, or by what the sidecar says."""

from collections.abc import Sequence

NOTHING = frozenset(
    {
        "background", "__background__", "_background_", "_background_noise_", "unused background",
        "none", "none (class)", "nothing", "other", "others", "dummy", "???", "n/a",
    }
)  # fmt: skip
"""How label files call the class that stands for everything else, in lower case."""


def background_of(labels: Sequence[str], said: Sequence[str] | None) -> frozenset[int]:
    """The class indices of what is nothing.

    `said`: the labels that the model's sidecar names; None: it names none, and the label file's own words hold. A
    model that has no other labels means them.
    """
    if said is not None:
        return frozenset(i for i, label in enumerate(labels) if label in said)
    found = frozenset(i for i, label in enumerate(labels) if label.casefold() in NOTHING)
    return found if len(found) < len(labels) else frozenset()
