"""Time without frames: when it is a gap, how long it has lasted, and on whose clock.

A frame in which nothing moved is one: its view was not lost. But it was not looked at: time with none but such
frames is no gap for what is in the view, and one for what is being confirmed.
"""

from dataclasses import replace

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.pace import Pace
from edgeclassify.postprocess.scores.observation import Observation
from edgeclassify.postprocess.timer import NS_PER_S
from edgeclassify.types import Moment, Reason


@dataclass(frozen=True, slots=True)
class Gap:
    """No frames came, or none has been seen since a restart. `since_ns`: when the last one did.

    `own`: that is on the time line of a file, else on the monotonic clock; the start of what is in the view is on
    the same.
    """

    reason: Reason
    since_ns: int
    own: bool

    def lasted_s(self, until_ns: int) -> float:
        """Seconds from the last frame until then."""
        return (until_ns - self.since_ns) / NS_PER_S


class Gaps:
    """When a view's frames came, and whether a gap is open. Who opens or crosses one forgets what it confirms."""

    def __init__(self) -> None:
        self.now: Gap | None = None
        """The gap that is open: what is in the view has not been seen since it began."""
        self.last: Observation | None = None
        """The newest one, as far as its time line still counts, at the time of the newest frame."""
        self._apart_ns = (0, 0)  # between the last three frames
        self._seen_ns: int | None = None  # when one was looked at, and between the last three of these
        self._seen_apart_ns = (0, 0)

    @property
    def origin(self) -> str | None:
        """The file of the newest frame, None for cameras."""
        return None if self.last is None else self.last.origin

    def note(self, observation: Observation) -> None:
        """A frame came, and was looked at."""
        now_ns = observation.scene_ns
        if self.last is not None:
            self._apart_ns = (self._apart_ns[1], max(0, now_ns - self.last.scene_ns))
        if self._seen_ns is not None:
            self._seen_apart_ns = (self._seen_apart_ns[1], max(0, now_ns - self._seen_ns))
        self.last, self._seen_ns = observation, now_ns

    def note_unseen(self, now: Moment) -> None:
        """A frame came, on the time line of those before, and was not looked at."""
        last = self.last
        if last is None:
            return
        self._apart_ns = (self._apart_ns[1], max(0, now.ns - last.scene_ns))
        self.last = last._replace(scene_ns=now.ns, captured_at=now.at)

    def opens_before(self, observation: Observation, pace: Pace) -> bool:
        """True where a gap lies between the last frame and this one: it is open then."""
        last = self.last
        if self.now is not None or last is None:
            return False
        late = observation.scene_ns - last.scene_ns > _longest_apart_ns(self._apart_ns, pace)
        if not late and observation.own_time is last.own_time:
            return False
        self.now = Gap(Reason.NO_FRAMES, last.scene_ns, last.own_time)
        return True

    def lies_unseen(self, observation: Observation, pace: Pace) -> bool:
        """True where frames came before this one, but none was looked at for so long that it would be a gap."""
        if self._seen_ns is None:
            return False
        return observation.scene_ns - self._seen_ns > _longest_apart_ns(self._seen_apart_ns, pace)

    def opens_by(self, now: Moment, pace: Pace) -> bool:
        """True where no frame has come for so long that it is a gap by now: it is open then."""
        last = self.last
        if self.now is not None or last is None or pace.waits or last.own_time:
            return False
        if now.ns - last.scene_ns <= _longest_apart_ns(self._apart_ns, pace):
            return False
        self.now = Gap(Reason.NO_FRAMES, last.scene_ns, own=False)
        return True

    def open_at(self, now: Moment, reason: Reason) -> tuple[Gap, int]:
        """No frames come from now on, by our clock. Returns the gap, and the shift (ns) of an older time line."""
        last, shift_ns = self.last, 0
        since_ns = now.ns
        if last is not None and last.own_time:
            shift_ns = now.ns - last.scene_ns
        elif last is not None:
            since_ns = last.scene_ns
        self.now = gap = Gap(reason, since_ns, own=False)
        self.forget_frames()
        return gap, shift_ns

    def change_clock(self, gap: Gap, observation: Observation) -> int:
        """Another time line begins within the gap, whose length can't be told then. Returns the shift (ns)."""
        self.now = replace(gap, since_ns=observation.scene_ns, own=observation.own_time)
        self.forget_frames()
        return observation.scene_ns - gap.since_ns

    def open_after_restart(self, last_ns: int) -> None:
        """What is in the view was last seen then, by the process before."""
        self.now = Gap(Reason.GONE_AFTER_RESTART, last_ns, own=False)

    def close(self) -> None:
        """It is known again what is in the view."""
        self.now = None

    def forget_frames(self) -> None:
        """What comes next is not compared with what came before."""
        self.last, self._apart_ns = None, (0, 0)
        self.forget_seen()

    def forget_seen(self) -> None:
        """What is confirmed begins anew in any case: when a frame was looked at before is of no use."""
        self._seen_ns, self._seen_apart_ns = None, (0, 0)

    def last_seen(self, now: Moment) -> tuple[int, bool]:
        """When the newest frame came, and whether that is on the time line of a file."""
        if self.now is not None:
            return self.now.since_ns, self.now.own
        if self.last is not None:
            return self.last.scene_ns, self.last.own_time
        return now.ns, False


def _longest_apart_ns(apart_ns: tuple[int, int], pace: Pace) -> float:
    return pace.longest_apart_s(min(apart_ns) / NS_PER_S) * NS_PER_S
