"""What the pipeline needs (frames on lease, numbers of events, counts of labels, snapshots), and what it gives."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import FULL_FRAME, Event, Frame, Outcome, Prediction, Roi, Today, ViewState


class Lease(AbstractContextManager["Lease"], Protocol):
    """A frame that was taken. Left without having been settled, nothing is told of it: it is not done with."""

    @property
    def frame(self) -> Frame:
        """The frame; not to be kept, for its pixels may be lent."""

    @property
    def waited(self) -> bool:
        """True where it was there before it was asked for: frames come faster than they are taken."""

    def settle(self, outcome: Outcome) -> None:
        """The frame is done with. Only the first call counts."""


class Frames(Protocol):
    """Where the thread takes its frames from. Several may be out at a time."""

    def take(self, timeout_s: float) -> Lease | None:
        """The newest frame of some camera, None when none came in time."""


class Numbers(Protocol):
    """The numbers of a node's events."""

    def drawn(self, view: str) -> AbstractContextManager[int]:
        """The next one, for an event that is spooled within the block, and is used up only there."""

    def last_of(self, view: str) -> int:
        """The number of a view's last event; 0: none yet."""


class Tallies(Protocol):
    """What is counted of the labels in a node's views."""

    def counted(self, event: Event) -> Event:
        """The event with what is counted of its label, to be kept with it."""

    def keep(self, event: Event) -> None:
        """The event that was counted is kept."""

    def today(self, state: ViewState, now_at: float | None = None) -> Today:
        """The day's counts of a state's view. `now_at`: of this moment's day; None: of that of the state."""

    def turns(self, view: str, now_at: float) -> bool:
        """True where another day has begun since this was asked last of the view: its state says so."""


class NoTallies(Tallies):
    """Where nobody counts."""

    def counted(self, event: Event) -> Event:
        """As it is."""
        return event

    def keep(self, event: Event) -> None:
        """Nothing is."""

    def today(self, state: ViewState, now_at: float | None = None) -> Today:
        """Nothing is told of it."""
        return Today()

    def turns(self, view: str, now_at: float) -> bool:
        """Never."""
        return False


NO_TALLIES = NoTallies()


class Snapshots(Protocol):
    """What takes snapshots of events."""

    def offer(self, frame: Frame, roi: Roi, state: ViewState, events: Sequence[Event]) -> None:
        """The frame that made these events. Returns at once."""


class ShownFrames(Protocol):
    """What keeps frames that views were shown, beside what is recorded of these."""

    def offer(self, view: str, frame: Frame, *, made_events: bool) -> None:
        """A view was shown this frame, and events came of it or none. Returns at once; lent pixels are copied."""


class SeenFrames(Protocol):
    """What hears of all that views see, and keeps what is worth it."""

    def offer(
        self,
        view: str,
        frame: Frame,
        region: Roi,
        prediction: Prediction | None,
        state: ViewState | None,
        events: Sequence[Event],
        *,
        picture: bool,
    ) -> None:
        """A view saw this frame, and these events came of it. Returns at once; lent pixels are copied.

        `region`: the part of the frame that was looked at. `prediction` None: nothing had moved in it, and what
        was seen there last is there still. `picture` False: none may be taken of it.
        """


class Onlookers(Protocol):
    """Who looks at what cameras show, while it is there."""

    def offer(self, frame: Frame) -> None:
        """A camera gave this frame, whether or not a view wants it. Returns at once; lent pixels are copied."""

    def looked(self, view: str, frame: Frame, region: Roi) -> None:
        """A view is about to be shown this part of the frame. Returns at once."""


@dataclass(frozen=True, slots=True)
class ViewResult:
    """One view of one frame, as it was asked for. `region`: the part of the frame that was looked at."""

    frame: Frame
    prediction: Prediction
    state: ViewState
    region: Roi = FULL_FRAME
