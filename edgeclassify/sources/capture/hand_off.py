"""The hand-off from all capture threads to inference."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from types import TracebackType

from edgeclassify.types import Frame, Outcome

Settled = list[tuple[int, Outcome]]
"""Frames that are done with: number, and what became of each."""


class FrameLease:
    """A frame that was taken: its taker says by `settle` that it is done with it. Used by one thread.

    Left (`with`) without that, nothing is told of the frame.
    """

    __slots__ = ("_told", "_turn", "frame", "waited")

    def __init__(
        self, frame: Frame, told: Settled | None, turn: threading.Condition, *, waited: bool = False
    ) -> None:
        """`told`: where the frame's source looks, under the lock `turn`; None: it does not ask."""
        self.frame = frame
        """The frame; its pixels may be lent, and go back when nobody holds the lease or them any more."""
        self.waited = waited
        """True where it was there before it was asked for."""
        self._told, self._turn = told, turn

    def __enter__(self) -> "FrameLease":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._told = None

    def settle(self, outcome: Outcome) -> None:
        """The frame is done with. Only the first call counts."""
        told, self._told = self._told, None
        if told is not None:
            with self._turn:
                told.append((self.frame.sequence, outcome))


class LatestFrames:
    """Hand-off from the capture threads to inference: one slot per camera, the newest frame wins.

    Drop policy: `put` overwrites a frame that nobody took, and counts it as dropped; `put_waiting` waits
    instead. `take` goes round the cameras, so that a fast one can't starve a slow one.

    Any number of frames may be out at a time, each on a lease of its own: `settled` tells which are done with, of
    those that had waited.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._slots: dict[str, Frame] = {}
        self._turns: deque[str] = deque()
        self._dropped: Counter[str] = Counter()
        self._settled: dict[str, Settled] = {}
        self._closed = False

    def put(self, frame: Frame) -> None:
        """Hand over a frame; one of the same camera that still waits is dropped."""
        with self._changed:
            if frame.camera in self._slots:
                self._dropped[frame.camera] += 1
            self._store(frame)

    def put_waiting(self, frame: Frame, cancelled: Callable[[], bool]) -> bool:
        """Hand over a frame once the camera's slot is empty; nothing is dropped.

        Returns False, without having handed it over, when closed or when `cancelled()` (looked at after each
        wake()) says so.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or cancelled() or frame.camera not in self._slots)
            if self._closed or cancelled() or frame.camera in self._slots:
                return False
            self._settled.setdefault(frame.camera, [])
            self._store(frame)
            return True

    def take(self, timeout_s: float) -> FrameLease | None:
        """The newest frame of the next camera in turn; None when none came in `timeout_s` or it is closed."""
        with self._changed:
            waited = bool(self._slots)
            if not waited:
                self._changed.wait_for(lambda: self._closed or self._slots, timeout_s)
            if self._closed:
                return None
            for camera in self._turns:
                if camera in self._slots:
                    self._turns.remove(camera)
                    self._turns.append(camera)
                    self._changed.notify_all()
                    frame = self._slots.pop(camera)
                    # Nobody asks after the frames of a live source; and one that is gone looks elsewhere.
                    return FrameLease(frame, self._settled.get(camera), self._changed, waited=waited)
            return None

    def settled(self, camera: str) -> Settled:
        """The camera's frames that their takers are done with. Each is told once."""
        with self._changed:
            waiting = self._settled.get(camera)
            told = list(waiting or ())
            if waiting:
                waiting.clear()
            return told

    def forget(self, camera: str) -> None:
        """The camera is gone: let its frame go, if one waits, and ignore what comes of those that are out."""
        with self._changed:
            self._slots.pop(camera, None)
            self._settled.pop(camera, None)
            self._dropped.pop(camera, None)
            self._changed.notify_all()

    def close(self) -> None:
        """Wake everybody; from now on nothing is handed over. Frames that wait are let go."""
        with self._changed:
            self._closed = True
            self._slots.clear()
            self._changed.notify_all()

    def wake(self) -> None:
        """Let waiting put_waiting() calls look at their `cancelled` again."""
        with self._changed:
            self._changed.notify_all()

    @property
    def waiting(self) -> bool:
        """True while a frame waits to be taken."""
        with self._changed:
            return bool(self._slots)

    @property
    def dropped(self) -> Mapping[str, int]:
        """Frames dropped so far, per camera."""
        with self._changed:
            return dict(self._dropped)

    def _store(self, frame: Frame) -> None:
        if self._closed:
            return
        if frame.camera not in self._turns:
            self._turns.append(frame.camera)
        self._slots[frame.camera] = frame
        self._changed.notify_all()
