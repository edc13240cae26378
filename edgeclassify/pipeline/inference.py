"""The inference thread: frame → scene → classifier → decider → sink, for each view of the frame's camera.

Knows the stages' interfaces only. Frames come from a hand-off that keeps the newest one, so a slow model drops
frames and never queues them; events go to the sink, which never blocks and loses none. Where the next frame waits
already it is prepared while another thread infers this one; what follows is concluded here, in order.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.pipeline.concluding import Audience, Concluding
from edgeclassify.pipeline.interface import Frames, Onlookers, SeenFrames, ShownFrames, Snapshots
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.overlap.choice import OverlapChoice
from edgeclassify.pipeline.overlap.pending import Pending
from edgeclassify.pipeline.overlap.take_time import TakeTime
from edgeclassify.pipeline.showing import MOST_INFERENCES, Showing
from edgeclassify.pipeline.turns import Round
from edgeclassify.pipeline.view import View
from edgeclassify.scene.interface import SceneStep
from edgeclassify.types import Moment

log = logging.getLogger(__name__)

TAKE_TIMEOUT_S = 0.2
"""How long the thread waits for a frame before it looks whether it should stop."""
PASS_TIME_S = 0.5
"""How often the views are told that time passes, so that what no frame ends ends all the same."""
MOST_ROUNDS = 2
"""How many frames are out at a time."""


class Pipeline:
    """Runs the views in a thread of its own until it is stopped, `max_frames` are done, or it breaks."""

    def __init__(
        self,
        *,
        frames: Frames,
        views: Sequence[View],
        outlet: Outlet,
        on_frame: Callable[[], None],
        max_frames: int | None = None,
        snapshots: Snapshots | None = None,
        shown_frames: ShownFrames | None = None,
        seen_frames: SeenFrames | None = None,
        onlookers: Onlookers | None = None,
        scenes: Mapping[str, SceneStep] = MappingProxyType({}),
        clock: Callable[[], Moment] = Moment.now,
        choice: OverlapChoice | None = None,
    ) -> None:
        """`on_frame` is called after a frame was captured, inferred and handed over (feeds the watchdog).

        A frame that no view wanted, because all are switched off or it came between two intervals, counts too.
        `snapshots`: None where no snapshot is ever taken. `shown_frames`: who hears of each frame from which a
        view's decider got something; None: nobody. `seen_frames`: who hears what was seen in it, too. `onlookers`:
        who looks at every frame, as it comes. `scenes`: who examines a camera's frames first, by its name; nobody
        where none is named. `choice`: whether frames overlap; None: as is measured.
        """
        self._frames, self._views, self._outlet, self._clock = frames, views, outlet, clock
        self._stopping, self._draining, self._letting_go = (threading.Event() for _ in range(3))
        self._pending, self._take_time = Pending(self._letting_go), TakeTime()
        self._choice = OverlapChoice() if choice is None else choice
        self._concluding = Concluding(outlet, Audience(snapshots, shown_frames, seen_frames), on_frame)
        self._showing = Showing(
            views, scenes, onlookers, self._concluding, self._pending, self._choice, self._take_time
        )
        self._rounds = 0
        """Frames that are taken, and not concluded."""
        self._ended_s = 0.0
        """When the last one was (perf_counter)."""
        self._next_pass_ns = 0
        self.left = max_frames
        """Frames that are still to be looked at, with success or without; None: no end."""
        self._busy = False
        self._thread = threading.Thread(target=self._run, name="inference", daemon=True)
        self.error: BaseException | None = None
        """What ended the thread, if it broke."""

    @property
    def finished(self) -> bool:
        """True where the thread has ended by itself (all frames done, or broken)."""
        return self._thread.ident is not None and not self._thread.is_alive()

    @property
    def busy(self) -> bool:
        """True while a frame is being inferred."""
        return self._busy

    def start(self) -> None:
        """Begin to take frames."""
        self._thread.start()

    def drain(self) -> None:
        """No more frames will come: end when those that wait have been inferred."""
        self._draining.set()

    def stop(self, timeout_s: float, *, finish: bool = False) -> bool:
        """End after the frame at hand; False when the thread is still busy after `timeout_s` seconds.

        `finish`: with the frame that was taken behind it as well, where there is one. Else that is dropped, and
        nothing is told of it: where its source lives on it would be neither looked at nor given again.
        """
        self._stopping.set()
        if not finish:  # after the line above: what has ended takes no other frame
            self._letting_go.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - the thread's top: the daemon reports it and exits
            self.error = error
        finally:
            self._pending.close()
            self._busy = False

    def _work(self) -> None:
        while not self._stopping.is_set() and self.left != 0:
            draining = self._draining.is_set()  # asked before: what came until then is still taken
            if not self._pending:
                self._pass_time()
            elif not self._await_take_time():
                continue
            if not self._process_next() and draining:
                return
        self._pending.conclude_all()

    def _pass_time(self) -> None:
        now = self._clock()
        if now.ns < self._next_pass_ns:
            return
        self._next_pass_ns = now.ns + int(PASS_TIME_S * 1e9)
        for view in self._views:
            try:
                view.pass_time(now, self._outlet)
            except EdgeClassifyError as error:
                log.error("view %s: %s", view.name, error, extra={"view": view.name})

    def _await_take_time(self) -> bool:
        """While something is inferred: conclude what is done until it is time to take the next frame; False where
        something was concluded, and it is to be seen anew whether there is to be another one."""
        turn = self._pending.first
        if turn is None:
            return True
        is_full = self._rounds >= MOST_ROUNDS or self._pending.inferences >= MOST_INFERENCES
        if is_full or (self.left is not None and self.left <= self._rounds):
            return not self._conclude_next(None)
        wait_s = self._take_time.wait_s(turn, time.perf_counter())
        return wait_s <= 0 or not self._conclude_next(wait_s)

    def _conclude_next(self, timeout_s: float | None) -> bool:
        if not self._pending.conclude_next(timeout_s):
            return False
        self._pass_time()
        return True

    def _process_next(self) -> bool:
        """Take a frame and show it; False where none came. What is concluded of it is not held afterwards: it may
        be lent."""
        lease = self._frames.take(0.0 if self._pending else TAKE_TIMEOUT_S)
        if lease is None:
            return self._conclude_next(None)
        self._busy = True
        round_ = Round(lease)
        self._rounds += 1
        self._showing.show(round_)
        self._pending.add(partial(self._end_round, round_))
        return True

    def _end_round(self, round_: Round) -> None:
        """All its turns are concluded."""
        self._rounds -= 1
        if self._concluding.end_round(round_) and self.left is not None:
            self.left -= 1
        ended_s = time.perf_counter()
        if round_.turns > 1 or (round_.turns and round_.lease.waited):
            self._choice.note(round_.turns, ended_s - max(round_.taken_s, self._ended_s))
        self._ended_s = ended_s
        self._busy = bool(self._rounds)
