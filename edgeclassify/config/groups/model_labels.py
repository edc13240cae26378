"""What a config's labels are held against: the classes of a model, and those of them that mean "nothing"."""

from collections.abc import Sequence
from dataclasses import dataclass

NOTHING = frozenset(
    {
        "background", "__background__", "_background_", "_background_noise_", "unused background",
        "none", "none (class)", "nothing", "other", "others", "unknown", "unknown (class)", "dummy", "???", "n/a",
    }
)  # fmt: skip
"""Words by which label files call a class that stands for everything else, whatever their case."""


@dataclass(frozen=True, slots=True)
class ModelLabels:
    """The classes of a model. `name`: its own, for messages. `labels`: by class index. `background`: the indices
    of those that mean that nothing is there: they start no event, and count for `unknown`."""

    name: str
    labels: tuple[str, ...]
    background: frozenset[int] = frozenset()


def background_of(labels: Sequence[str], said: Sequence[str] | None) -> frozenset[int]:
    """The class indices that mean that nothing is there.

    `said`: the labels that the model's sidecar names; None: it names none, and the label file's own words hold. A
    model all of whose labels are such words has none that could be meant.
    """
    if said is not None:
        return frozenset(i for i, label in enumerate(labels) if label in said)
    found = frozenset(i for i, label in enumerate(labels) if label.casefold() in NOTHING)
    return found if len(found) < len(labels) else frozenset()
