"""What the labels of a config are held against: the classes of a model."""

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ModelLabels:
    """The classes of a model. `name`: its own, for messages. `labels`: by class index. `background`: the indices
    of those that mean that nothing is there: they start no event, and count for `unknown`."""

    name: str
    labels: tuple[str, ...]
    background: frozenset[int] = frozenset()
