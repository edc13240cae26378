"""What may be asked of a node's taught models.

`model`: the name of a taught model; None: that of the view that is meant, or the only one of the node.
`fit`: a head is fitted to the examples at once. What needs a label and has None, or `unknown`, is about none of
the classes.
"""

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types.events import UNKNOWN

MAX_HOURS = 24 * 31
"""Longest time for which frames are collected."""
MOST_COLLECTED = 1000
"""Most frames of one collection."""
MOST_EXAMPLES = 100
"""Examples, looks or clusters in one answer."""


@dataclass(frozen=True, slots=True)
class AddExample:
    """An example of a label: what the view shows now, or what was behind an event. The first makes the model."""

    label: str | None
    view: str | None = None
    event_id: str | None = None
    model: str | None = None
    fit: bool = False


@dataclass(frozen=True, slots=True)
class CorrectEvent:
    """An event was of this label, whatever was said; None: it was not what was said, see `label_instead`."""

    event_id: str
    label: str | None
    model: str | None = None
    fit: bool = True


@dataclass(frozen=True, slots=True)
class Fit:
    """A head for the examples that there are. `one_class`: what is normal is all that is taught."""

    model: str | None = None
    one_class: bool = False


@dataclass(frozen=True, slots=True)
class ListTaught:
    """The taught models; of one that is named its examples as well.

    `label`: only of this one; `after`: those behind this example; at most `limit`.
    """

    model: str | None = None
    label: str | None = None
    after: str | None = None
    limit: int = MOST_EXAMPLES


@dataclass(frozen=True, slots=True)
class MoveExample:
    """An example is of another label."""

    example: str
    label: str | None
    model: str | None = None
    fit: bool = False


@dataclass(frozen=True, slots=True)
class RemoveExamples:
    """An example, or all of a label, are taken away. One of both is given."""

    example: str | None = None
    label: str | None = None
    model: str | None = None
    fit: bool = False


@dataclass(frozen=True, slots=True)
class UndoChange:
    """The last change of a model is taken back."""

    model: str | None = None


@dataclass(frozen=True, slots=True)
class Collect:
    """Frames of a view are gathered for a model for so many hours, at most `most`; `hours` None: how far it is.

    `stop`: no more of them.
    """

    view: str | None = None
    hours: float | None = None
    most: int | None = None
    stop: bool = False
    model: str | None = None


@dataclass(frozen=True, slots=True)
class ListClusters:
    """What was collected for a model, in groups of pictures that are alike."""

    model: str | None = None


@dataclass(frozen=True, slots=True)
class ListUnsure:
    """What a model was not sure of, the newest first."""

    view: str | None = None
    model: str | None = None
    limit: int = MOST_EXAMPLES


@dataclass(frozen=True, slots=True)
class LabelLooks:
    """What a cluster, or a look, shows is this label; `skip`: it is to be no example. One of both is given.

    `cluster`: as an answer to ListClusters names it.
    """

    label: str | None = None
    cluster: int | None = None
    look: int | None = None
    skip: bool = False
    model: str | None = None
    fit: bool = False


def class_of(label: str | None) -> str | None:
    """The class that a label names; None: none of the classes, which is called as the state of a view is then."""
    return None if label == UNKNOWN else label


TeachingOrder = (
    AddExample
    | CorrectEvent
    | Fit
    | ListTaught
    | MoveExample
    | RemoveExamples
    | UndoChange
    | Collect
    | ListClusters
    | ListUnsure
    | LabelLooks
)
