"""Who looks at what cameras show: frames are taken and coded for them alone, once for all of them."""

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from edgeclassify.config import WebConfig
from edgeclassify.pipeline.interface import Onlookers
from edgeclassify.pixels import to_keep
from edgeclassify.types import Frame, Roi
from edgeclassify.web.interface import PageNode
from edgeclassify.web.pictures.coder import Coder
from edgeclassify.web.pictures.interface import KEPT_BYTES, Picture, Size
from edgeclassify.web.pictures.viewers import Viewer, Viewers

SMALLEST_SIDE = 64
JUST_BEFORE_S = 1.0
_EARLY = 0.2
"""The part of an interval by which a frame may come early: else every second one is passed over."""


class PictureTaker(Onlookers):
    """Offered frames by the inference thread, asked in the server's loop.

    While nobody looks a frame costs one look into an empty table. A node that shows no pictures takes none,
    whoever asks.
    """

    def __init__(self, config: WebConfig, node: PageNode, looked: Callable[[str, Roi], None]) -> None:
        """`looked`: hears which part of a frame a view is about to be shown."""
        self._least_s = 1 / config.fps
        self._sides = {Size.LARGE: config.longest_side, Size.SMALL: max(SMALLEST_SIDE, config.longest_side // 2)}
        self._shows_pictures = node.facts.shows_pictures
        self._hurry, self._looked = node.hurry, looked
        self._viewers = Viewers()
        self._coder = Coder(self._sides, self._put)
        self._taken: dict[str, float] = {}
        self._offered: dict[str, float] = {}
        self._hurried: dict[str, float] = {}
        self._newest: dict[tuple[str, Size], Picture] = {}
        self._of_files: dict[str, Frame] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._came = asyncio.Event()
        self._closed = False

    @property
    def least_s(self) -> float:
        """Pictures of a camera are at least so far apart."""
        return self._least_s

    @property
    def viewers(self) -> int:
        """How many look."""
        return len(self._viewers)

    @property
    def coded(self) -> int:
        """Pictures that were made."""
        return self._coder.coded

    def close(self, timeout_s: float = 0.2) -> None:
        """From any thread: nobody is shown anything any more."""
        self._closed = True
        self._coder.stop(timeout_s)
        self._wake_soon()

    # --- frames ----------------------------------------------------------------------------------------

    def offer(self, frame: Frame) -> None:
        """Taken where it is due for somebody, and the last one is under way to be coded at least."""
        if not self._shows_pictures:
            return
        if frame.origin is not None and frame.pixels.nbytes <= KEPT_BYTES:
            self._of_files[frame.camera] = frame
        wanted = self._viewers.wanted.get(frame.camera)
        if wanted is None:
            return
        now = self._offered[frame.camera] = time.monotonic()
        taken = self._taken.get(frame.camera, -math.inf)
        interval_s = self._least_s if wanted.since > taken else wanted.interval_s
        due = taken + interval_s
        if now < due - interval_s * _EARLY or self._coder.is_busy_with(frame.camera):
            return
        # In step with the interval, as far as that goes: who comes next may want more of them.
        self._taken[frame.camera] = min(max(due, now - interval_s), now + self._least_s)
        self._coder.give(to_keep(frame), wanted.sizes)

    def looked(self, view: str, frame: Frame, region: Roi) -> None:
        """Passed on."""
        self._looked(view, region)

    # --- who looks -------------------------------------------------------------------------------------

    def size_of(self, width: int | None) -> Size:
        """The smaller one where that is as wide as is asked for."""
        return Size.SMALL if width is not None and width <= self._sides[Size.SMALL] else Size.LARGE

    @contextmanager
    def viewing(self, camera: str, size: Size, interval_s: float) -> Iterator[Viewer]:
        """Somebody looks, within the block. Never on a node that shows no pictures: that is a fault."""
        assert self._shows_pictures, "no picture leaves this node"
        self._loop = asyncio.get_running_loop()
        if not self._closed:
            self._coder.start()
        viewer = Viewer(camera, size, max(interval_s, self._least_s), time.monotonic())
        self._viewers.come(viewer)
        self._show_last(viewer)
        try:
            yield viewer
        finally:
            self._viewers.go(viewer)

    def _show_last(self, viewer: Viewer) -> None:
        """Of a file, where nobody was shown it just now."""
        frame, picture = self._of_files.get(viewer.camera), self._newest.get((viewer.camera, viewer.size))
        was_shown = picture is not None and picture.made_at >= _oldest(viewer)
        if frame is not None and not was_shown and not self._coder.is_busy_with(viewer.camera):
            self._coder.give(frame, frozenset({viewer.size}))

    async def newest(self, viewer: Viewer, after: int, timeout_s: float) -> Picture | None:
        """The newest picture above that number, as soon as there is one that was made since the viewer came, or
        just before; None: none came in time."""
        deadline, oldest = time.monotonic() + timeout_s, _oldest(viewer)
        while not self._closed:
            picture = self._newest.get((viewer.camera, viewer.size))
            if picture is not None and picture.number > after and picture.made_at >= oldest:
                return picture
            now = time.monotonic()
            if now >= deadline:
                break
            with suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), min(deadline - now, self._hurry_up(viewer, now)))
        return None

    def _hurry_up(self, viewer: Viewer, now: float) -> float:
        """Views may want frames of the camera rarely; who looks does not. After so many seconds ask again."""
        due = max(self._offered.get(viewer.camera, 0.0), self._hurried.get(viewer.camera, 0.0)) + viewer.interval_s
        if now < due:
            return due - now
        self._hurried[viewer.camera] = now
        self._hurry(viewer.camera)
        return viewer.interval_s

    # --- pictures --------------------------------------------------------------------------------------

    def _put(self, picture: Picture) -> None:
        """In the coder's thread."""
        self._newest[picture.camera, picture.size] = picture
        self._wake_soon()

    def _wake_soon(self) -> None:
        if (loop := self._loop) is None:
            return
        with suppress(RuntimeError):  # the server has stopped: nobody waits
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._came.set()
        self._came = asyncio.Event()


def _oldest(viewer: Viewer) -> float:
    """When a picture may have been made at the earliest that still shows what is now."""
    return viewer.since - min(viewer.interval_s, JUST_BEFORE_S)
