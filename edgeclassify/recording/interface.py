"""A recording's records: whose decider it is, what it got, and what came of it while it was recorded.

Times: `ns` of the monotonic clock of the machine that recorded, `at` in seconds since the epoch.
"""

from collections.abc import Callable
from typing import Any

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import Decider, Rules
from edgeclassify.recording.scores import KeptScores
from edgeclassify.tempering import PLAIN, Tempering
from edgeclassify.types import PLAIN_SURROUNDINGS, EventType, Moment, OpenOccurrence, Reason, Surroundings


@dataclass(frozen=True, slots=True)
class Header:
    """The first record. `version`: of the edgeclassify that recorded; `started`: seconds since the epoch."""

    version: str
    node: str
    started: float


@dataclass(frozen=True, slots=True)
class LabelGroups:
    """A view's labels where they are not the model's; `members`: the class indices that each is the sum of."""

    labels: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """What a view's decider is made of, beside its rules.

    `labels` and `tempering` are the model's, and `background`: the class indices of labels that mean nothing.
    `camera`: whose frames it was shown, by which their images are found; "": recorded before that was noted.
    """

    view: str
    labels: tuple[str, ...]
    model: str
    groups: LabelGroups | None = None
    tempering: Tempering = PLAIN
    background: tuple[int, ...] = ()
    camera: str = ""

    @property
    def shown_labels(self) -> tuple[str, ...]:
        """Those that the view can show."""
        return self.labels if self.groups is None else self.groups.labels


@dataclass(frozen=True, slots=True)
class ViewBegins:
    """From here on inputs with this `number` are those of this view's decider.

    A view begins again where its decider is another one (after a reload), or where inputs were lost before.
    `memory`: what the decider knew by then, see `memory_of`; None: nothing. `open`: what was in the view.
    """

    number: int
    facts: ViewFacts
    rules: Rules
    memory: dict[str, Any] | None = None
    open: OpenOccurrence | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A prediction. `scene_ns` and `origin` as of its frame."""

    ns: int
    at: float
    scores: KeptScores
    scene_ns: int | None = None
    origin: str | None = None
    surroundings: Surroundings = PLAIN_SURROUNDINGS


@dataclass(frozen=True, slots=True)
class StillSeen:
    """A frame in which nothing had moved, and which was not classified."""

    now: Moment
    surroundings: Surroundings = PLAIN_SURROUNDINGS


@dataclass(frozen=True, slots=True)
class TimePassed:
    """No frame came until then."""

    now: Moment


@dataclass(frozen=True, slots=True)
class GapBegan:
    """Frames proved nothing of before from then on."""

    now: Moment
    reason: Reason


@dataclass(frozen=True, slots=True)
class WatchingEnded:
    """Watching ended, or paused."""

    now: Moment
    reason: Reason


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """Other rules hold from then on."""

    rules: Rules


@dataclass(frozen=True, slots=True)
class TakenUp:
    """This was in the view before a restart."""

    kept: OpenOccurrence
    now: Moment


Happening = Seen | StillSeen | TimePassed | GapBegan | WatchingEnded | RulesChanged | TakenUp
"""One call of a decider."""


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event that came of an input while it was recorded; by its id it is found among those that were sent."""

    event_type: EventType
    label: str
    id: str


@dataclass(frozen=True, slots=True)
class Input:
    """What the decider of view `number` got, and the events that came of it live."""

    number: int
    what: Happening
    events: tuple[LiveEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """So many inputs could not be written here: the disk was too slow."""

    inputs: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The last record of a recording that has ended as it should. `reason`: why."""

    reason: str


Record = ViewBegins | Input | Lost | Closed

DeciderFactory = Callable[[ViewFacts, Rules, Callable[[], str]], Decider]
"""Makes a decider of a view, with these rules; the last one gives ids of occurrences."""


def time_of(what: Happening) -> Moment | None:
    """When it happened; None for what has no time."""
    if isinstance(what, Seen):
        return Moment(what.ns, what.at)
    return None if isinstance(what, RulesChanged) else what.now
