"""The threads that work on the views of one config: inference, and the taking of snapshots."""

import logging
import time
from collections.abc import Callable

from edgeclassify.daemon.assembly import Parts
from edgeclassify.daemon.publishing import SnapshotFactory
from edgeclassify.pipeline.inference import TAKE_TIMEOUT_S, Pipeline
from edgeclassify.pipeline.interface import Frames, Onlookers, SeenFrames, ShownFrames
from edgeclassify.pipeline.outlet import Outlet

log = logging.getLogger(__name__)

SNAPSHOTS_LEAST_S = 0.05


class ViewThreads:
    """Each started once, stopped once. `on_progress` is called for each frame that went through.

    `max_frames`: inference ends after so many frames. `shown_frames` hears of them, where pictures are allowed,
    `seen_frames` of what was seen there, in any case; `onlookers` look at frames where pictures are allowed.
    """

    def __init__(
        self,
        parts: Parts,
        frames: Frames,
        *,
        outlet: Outlet,
        on_progress: Callable[[], None],
        max_frames: int | None,
        make_snapshots: SnapshotFactory,
        shown_frames: ShownFrames | None = None,
        seen_frames: SeenFrames | None = None,
        onlookers: Onlookers | None = None,
    ) -> None:
        self.snapshots = make_snapshots(parts.config, outlet.sink.publish_snapshot)
        """What takes snapshots; None: none may be taken."""
        self.inference = Pipeline(
            frames=frames,
            views=parts.views,
            outlet=outlet,
            on_frame=on_progress,
            max_frames=max_frames,
            snapshots=self.snapshots,
            shown_frames=None if parts.config.node.labels_only else shown_frames,
            seen_frames=seen_frames,
            onlookers=None if parts.config.node.labels_only else onlookers,
            scenes=parts.scenes,
        )

    def start_snapshots(self) -> None:
        """Before inference, which offers them."""
        if self.snapshots is not None:
            self.snapshots.start()

    def start_inference(self) -> None:
        """Before the cameras, so that somebody waits for the first frame."""
        self.inference.start()

    def stop_inference(self, deadline: float) -> None:
        """By then (monotonic seconds), with the frame that is being inferred; one that was taken behind it is
        dropped."""
        self._stop_inference(deadline, 0.0, finish=False)

    def finish_inference(self, deadline: float, patience_s: float) -> None:
        """The same where cameras live on: all frames that were taken are inferred, or their cameras would never
        give them again. `patience_s`: how much longer than `deadline` they are waited for."""
        self._stop_inference(deadline, patience_s, finish=True)

    def _stop_inference(self, deadline: float, patience_s: float, *, finish: bool) -> None:
        # At least as long as it may wait for a frame before it looks.
        timeout_s = max(2 * TAKE_TIMEOUT_S, deadline - time.monotonic()) + patience_s
        if not self.inference.stop(timeout_s, finish=finish):
            log.warning("inference did not end in time")

    def stop_snapshots(self, deadline: float) -> None:
        """After inference, by then (monotonic seconds). Those that wait are still taken."""
        if self.snapshots is not None:
            self.snapshots.stop(max(SNAPSHOTS_LEAST_S, deadline - time.monotonic()))
