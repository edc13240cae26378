"""What views were shown last, while somebody teaches them: what is on the screen is what becomes an example."""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from edgeclassify.errors import ImageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pipeline.interface import Onlookers
from edgeclassify.pixels import region_rgb, to_keep
from edgeclassify.types import Frame, Pixels, Roi
from edgeclassify.web.pictures.interface import KEPT_BYTES

LONGEST_SIDE = 480
"""Pixels: enough for any base, and for a kept picture."""
KEPT = 8
"""Of each view: a finger comes a moment after the eye. 0.5 MB each at most."""
MOST_VIEWS = 2
MOST_WAITING = 32
"""Who waits for the next one of a view; more are given an error."""
APART_S = 0.25
"""Between two looks of a view that are held: lent pixels are copied for it."""


class Still:
    """What a view was shown. `captured_at`: seconds since the epoch; `origin`: the file or address that it came
    from, None: a camera."""

    def __init__(self, number: int, view: str, frame: Frame, region: Roi) -> None:
        self.number, self.view = number, view
        self.captured_at, self.origin = frame.captured_at, frame.origin
        self._source: tuple[Frame, Roi] | None = (frame, region)
        self._pixels: Pixels | None = None

    def pixels(self) -> Pixels:
        """The region alone, RGB uint8 (height, width, 3), made in the first asker's thread: inference need not
        wait. Raises ImageError."""
        source, pixels = self._source, self._pixels
        if source is not None:
            pixels = region_rgb(source[0].shown, source[1], LONGEST_SIDE)
            self._pixels, self._source = pixels, None
        assert pixels is not None, "it was made before its source went"
        return pixels


@dataclass(frozen=True, slots=True)
class _Held:
    """A look that may be asked for, until the next one. `at`: monotonic seconds."""

    frame: Frame
    region: Roi
    at: float


class Stills(Onlookers):
    """Offered looks by the inference thread, asked from any other. `is_watched`: somebody has a page open; while
    nobody has, and nobody waits, a look costs nothing. `keeps_files`: who opens a page sees a file's last picture
    at once, and so it is held although nobody watched then.

    Drop policy: of the MOST_VIEWS views that were waited for last the newest KEPT are there; of each view that is
    watched, or is shown files, the newest look alone.
    """

    def __init__(self, is_watched: Callable[[], bool] = lambda: False, *, keeps_files: bool = False) -> None:
        self._is_watched, self._keeps_files = is_watched, keeps_files
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Future[Still]]] = {}
        self._kept: dict[str, deque[Still]] = {}
        self._held: dict[str, _Held] = {}

    def offer(self, frame: Frame) -> None:
        """Only what a view is shown counts."""

    def looked(self, view: str, frame: Frame, region: Roi) -> None:
        """Held where somebody may ask for it, kept where somebody waits."""
        if self._is_watched():
            self._hold(view, frame, region)
        elif self._held or self._stays(frame):
            self._let_go_but_of_files(view, frame, region)
        if view in self._waiting:
            self._give(view, frame, region)

    def newest(self, view: str) -> Still | None:
        """What the view was shown last; None: nothing that is still on a screen."""
        held = self._held.get(view)
        return None if held is None else self._still(view, held.frame, held.region)

    def next_of(self, view: str) -> "Future[Still]":
        """The next that the view is shown. Cancel it where it is not wanted any more."""
        future: Future[Still] = Future()
        with self._lock:
            waiting = [one for one in self._waiting.get(view, []) if not one.cancelled()]
            if len(waiting) < MOST_WAITING:
                self._waiting[view] = [*waiting, future]
                return future
        future.set_exception(ImageError(f"view {view}: {MOST_WAITING} wait for its next picture already"))
        return future

    def still(self, number: int) -> Still | None:
        """One that is kept; None: it is gone."""
        with self._lock:
            return next((one for kept in self._kept.values() for one in kept if one.number == number), None)

    def _stays(self, frame: Frame) -> bool:
        """Not one that is lent: each would be copied."""
        is_of_file = frame.origin is not None and not frame.lent
        return self._keeps_files and is_of_file and frame.pixels.nbytes <= KEPT_BYTES

    def _let_go_but_of_files(self, view: str, frame: Frame, region: Roi) -> None:
        """At once: somebody may be asking."""
        held = {name: one for name, one in self._held.items() if name != view and self._stays(one.frame)}
        if self._stays(frame):
            held[view] = _Held(frame, region, time.monotonic())
        self._held = held

    def _hold(self, view: str, frame: Frame, region: Roi) -> None:
        held, now = self._held.get(view), time.monotonic()
        if held is None or not frame.lent or now - held.at >= APART_S:
            self._held[view] = _Held(to_keep(frame), region, now)

    def _give(self, view: str, frame: Frame, region: Roi) -> None:
        still = self._still(view, to_keep(frame), region)
        with self._lock:
            waiting = self._waiting.pop(view, [])
            kept = self._kept[view] = self._kept.pop(view, deque(maxlen=KEPT))
            kept.append(still)
            while len(self._kept) > MOST_VIEWS:
                del self._kept[next(iter(self._kept))]
        for one in waiting:
            if one.set_running_or_notify_cancel():
                one.set_result(still)

    def _still(self, view: str, frame: Frame, region: Roi) -> Still:
        return Still(next(self._numbers), view, frame, region)
