"""A replay in words: a line for each event, and between them what the views waited for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edgeclassify.files import printable
from edgeclassify.recording.format.frame_images import FrameImages
from edgeclassify.recording.interface import time_of
from edgeclassify.recording.replay.replaying import Replayed
from edgeclassify.recording.replay.tally import SecondsOf, Tally
from edgeclassify.sentences import is_far, sentence_of, waiting
from edgeclassify.types import Block, Candidate, EventType

WAITING_EVERY_S = 5.0
"""At most so often, in the time of the recording, as long as nothing else holds the change back."""
AROUND_S = 30.0
"""So much before and after a moment that is asked for."""
_LEAST_EARLIER_S = 0.05


@dataclass(slots=True)
class _Told:
    """What was told last of a view that waits."""

    change: EventType
    label: str
    blocked_by: Block | None
    at_s: float


class Trace:
    """`at_s`: what came around then, in seconds of the recording, frame by frame; None: all of it, in short.

    `images`: of the frames that were recorded; None: there are none.
    """

    def __init__(self, seconds_of: SecondsOf, at_s: float | None, images: FrameImages | None = None) -> None:
        self._seconds_of, self._at_s, self._images = seconds_of, at_s, images
        self._tally = Tally(seconds_of)
        self._told: dict[str, _Told] = {}

    def lines(self, replayed: Iterable[Replayed]) -> Iterator[str]:
        """In the order of time."""
        for one in replayed:
            events = self._tally.count(one)
            for came in events:
                if self._is_asked_for(came.t):
                    event = came.event
                    said = f"{event.event_type} of {printable(event.label)}: {sentence_of(event)}"
                    yield f"{came.t:9.2f} s  {came.view}  {said}".rstrip(": ")
                    yield from self._image(one)
            if events:
                self._told.pop(one.facts.view, None)
                continue
            if (line := self._waiting(one)) is not None:
                yield line

    def _waiting(self, one: Replayed) -> str | None:
        state, now = one.step.state, time_of(one.what)
        if state is None or now is None or not self._is_asked_for(at_s := self._seconds_of(now)):
            return None
        view, candidate = one.facts.view, state.candidate
        if candidate is None or is_far(candidate):
            self._told.pop(view, None)
            return None
        if not self._is_news(view, candidate, at_s):
            return None
        self._told[view] = _Told(candidate.change, candidate.label, candidate.blocked_by, at_s)
        shown = printable(state.label)
        return f"{at_s:9.2f} s  {view}    stays {shown}: {waiting(candidate, state.label)}"

    def _image(self, one: Replayed) -> Iterator[str]:
        """What the camera showed then, where there is an image of it."""
        now = time_of(one.what)
        if self._images is None or now is None or (found := self._images.of(one.facts.camera, now.ns)) is None:
            return
        earlier = f"  ({found.earlier_s:.1f} s before)" if found.earlier_s >= _LEAST_EARLIER_S else ""
        yield f"{'':11}  {one.facts.view}    picture: {printable(found.path)}{earlier}"

    def _is_news(self, view: str, candidate: Candidate, at_s: float) -> bool:
        told = self._told.get(view)
        if self._at_s is not None or told is None:
            return True
        if (told.change, told.blocked_by) != (candidate.change, candidate.blocked_by):
            return True
        if told.label != candidate.label and candidate.score >= candidate.threshold:
            return True  # below it the best of many may be another one in every frame
        return at_s - told.at_s >= WAITING_EVERY_S

    def _is_asked_for(self, at_s: float) -> bool:
        return self._at_s is None or abs(at_s - self._at_s) <= AROUND_S
