"""Frames of a script that wait before they are asked for, and choices that a test makes for the pipeline."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.interface import Onlookers
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.overlap.choice import FixedChoice, OverlapChoice
from edgeclassify.pipeline.view import View
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.scene.interface import SceneStep
from edgeclassify.types import Event, Frame, Moment, Outcome, Prediction, Roi, ViewState
from tests.support.sinks import RecordingSink
from tests.support.waiting import wait_for


class Changing(FixedChoice):
    """Another way after each frame."""

    def note(self, turns: int, seconds: float) -> None:
        self.overlaps = not self.overlaps


class WaitingLease:
    """Of a frame that was there before it was asked for."""

    waited = True

    def __init__(self, frame: Frame, told: Callable[[int, Outcome], None]) -> None:
        self.frame, self._told = frame, told

    def __enter__(self) -> "WaitingLease":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is told behind that."""

    def settle(self, outcome: Outcome) -> None:
        self._told(self.frame.sequence, outcome)


class WaitingFrames:
    """Gives out frames, all of which wait; `over` is called when there are no more."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        self._frames = deque(frames)
        self.over: Callable[[], None] = lambda: None
        self.outcomes: list[tuple[int, Outcome]] = []
        self.taken: list[int] = []

    def take(self, timeout_s: float) -> WaitingLease | None:
        if not self._frames:
            self.over()
            return None
        frame = self._frames.popleft()
        self.taken.append(frame.sequence)
        return WaitingLease(frame, lambda sequence, outcome: self.outcomes.append((sequence, outcome)))


class Audience:
    """Keeps, in one list, all that is offered to any of those who hear of frames."""

    def __init__(self) -> None:
        self.offered: list[tuple[object, ...]] = []

    def snapshot(self, frame: Frame, roi: Roi, state: ViewState, events: Sequence[Event]) -> None:
        self.offered.append(("snapshot", frame.sequence, roi, state.label, [event.seq for event in events]))

    def shown(self, view: str, frame: Frame, *, made_events: bool) -> None:
        self.offered.append(("shown", view, frame.sequence, made_events))

    def seen(
        self, view: str, frame: Frame, region: Roi, prediction: Prediction | None, state: ViewState | None,
        events: Sequence[Event], *, picture: bool,
    ) -> None:  # fmt: skip
        score = None if prediction is None else prediction.scores.tolist()
        self.offered.append(("seen", view, frame.sequence, region, score, len(events), picture))


class _Offer:
    """One of the interfaces, whose only method is `offer`."""

    def __init__(self, offer: Callable[..., None]) -> None:
        self.offer = offer


class Run:
    """The views over these frames, by a choice; ended when `play` returns."""

    def __init__(
        self,
        views: Sequence[View],
        frames: Sequence[Frame],
        choice: OverlapChoice,
        *,
        max_frames: int | None = None,
        scenes: Mapping[str, SceneStep] = MappingProxyType({}),
        onlookers: Onlookers | None = None,
    ) -> None:
        self.frames, self.sink, self.health = WaitingFrames(frames), RecordingSink(), HealthMonitor()
        self.audience, self.fed = Audience(), 0
        self.outlet = Outlet(self.sink, self.health, EventNumbers(MemorySpool()))
        self.pipeline = Pipeline(
            frames=self.frames,
            views=views,
            outlet=self.outlet,
            on_frame=self._feed,
            max_frames=max_frames,
            snapshots=_Offer(self.audience.snapshot),
            shown_frames=_Offer(self.audience.shown),
            seen_frames=_Offer(self.audience.seen),
            scenes=scenes,
            onlookers=onlookers,
            clock=lambda: Moment(0, 0.0),
            choice=choice,
        )
        self.frames.over = self.pipeline.drain

    def _feed(self) -> None:
        self.fed += 1

    def play(self) -> None:
        self.pipeline.start()
        wait_for(lambda: self.pipeline.finished, 30)
