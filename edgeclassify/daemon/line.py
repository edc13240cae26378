"""Inference over one config: the thread that takes the cameras' frames, with its views."""

import logging
import time
from collections.abc import Callable

from edgeclassify.daemon.assembly import Parts
from edgeclassify.daemon.cameras.capture_threads import Cameras
from edgeclassify.pipeline.inference import TAKE_TIMEOUT_S, Pipeline
from edgeclassify.pipeline.interface import Snapshots
from edgeclassify.pipeline.outlet import Outlet

log = logging.getLogger(__name__)


class Line:
    """Started once, stopped once. `on_progress` is called for each frame that went through.

    `max_frames`: end after so many frames; `snapshots`: None where no picture is taken.
    """

    def __init__(
        self,
        parts: Parts,
        cameras: Cameras,
        *,
        outlet: Outlet,
        on_progress: Callable[[], None],
        max_frames: int | None,
        snapshots: Snapshots | None,
    ) -> None:
        self._cameras = cameras
        self._pipeline = Pipeline(
            frames=cameras.frames,
            views=parts.views,
            outlet=outlet,
            on_frame=on_progress,
            max_frames=max_frames,
            snapshots=snapshots,
        )

    @property
    def finished(self) -> bool:
        """Has inference ended by itself? Raises what it broke of, or why a camera failed while others ended."""
        if not self._pipeline.finished:
            return False
        if self._pipeline.error is not None:
            raise self._pipeline.error
        if (failure := self._cameras.failure) is not None:
            raise failure
        return True

    @property
    def frames_left(self) -> int | None:
        """Of `max_frames`: what another one is to go on with."""
        return self._pipeline.left

    @property
    def idle(self) -> bool:
        """Does inference wait for a frame?"""
        return not self._pipeline.busy

    def start(self) -> None:
        """Before the cameras, so that somebody waits for the first frame."""
        self._pipeline.start()

    def watch(self) -> None:
        """Called again and again: drains when the input has ended."""
        if self._cameras.ended:
            self._pipeline.drain()

    def stop(self, deadline: float, patience_s: float = 0.0) -> None:
        """By then (monotonic seconds). Frames that were handed over are still inferred.

        `patience_s`: how much longer the frame that is being inferred is waited for.
        """
        # At least as long as it may wait for a frame before it looks.
        if not self._pipeline.stop(max(2 * TAKE_TIMEOUT_S, deadline - time.monotonic()) + patience_s):
            log.warning("inference did not end in time")
