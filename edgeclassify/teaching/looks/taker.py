"""Keeps looks in a thread of its own, so that inference never waits for JPEG, comparison or disk."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Condition, Event, Thread

from edgeclassify.files.age import AgeClock
from edgeclassify.pulse import Pulse
from edgeclassify.teaching.looks import collecting
from edgeclassify.teaching.looks.batch import Batch
from edgeclassify.teaching.looks.hand_off import HandOff, Offered
from edgeclassify.teaching.looks.interface import LookRules, Ticket
from edgeclassify.teaching.looks.keeper import LEAST_FREE_BYTES, LookKeeper
from edgeclassify.teaching.looks.making import LookMaker
from edgeclassify.teaching.looks.selection import Place, Selection
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.types import Event as LabelEvent, Frame, Prediction, Roi, ViewState

log = logging.getLogger(__name__)

LINGER_S = 60.0
"""How long a look waits for others that are written with it; a power cut loses it until then."""
PROGRESS_S = 900.0
"""How often it is noted how far collections are, while they find nothing new."""
POLL_S = 1.0
"""How often it is looked whether a command has left something in the file."""
BOUND_S = 3600.0
"""How often it is looked whether looks are too old, while no others come."""
TURN_LIMIT_S = 300.0
"""For one commit, or the check of a large file after a crash, on a slow card."""


class LookTaker:
    """Keeps looks of events, unsure frames, and what collections gather, in one file.

    `offer` belongs to the inference thread, `adopt` and `flush` may be called from any. The file is made when
    there is something to keep. `linger_s`: see LINGER_S.
    """

    def __init__(
        self,
        path: Path,
        rules: LookRules,
        *,
        bytes_written_day: Callable[[], int | None] = lambda: None,
        least_free_bytes: int = LEAST_FREE_BYTES,
        linger_s: float = LINGER_S,
        poll_s: float = POLL_S,
        age: AgeClock | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._changed = Condition()
        self._hand_off = HandOff(rules, self._changed)
        self._rules = rules
        self._adopted: LookRules | None = rules
        self._keeper = LookKeeper(
            path, bytes_written_day=bytes_written_day, least_free_bytes=least_free_bytes, clock=clock
        )
        self._maker, self._selection, self._batch = LookMaker(clock), Selection(rules, clock), Batch()
        self._linger_s, self._poll_s = linger_s, poll_s
        self._age, self._clock = age or AgeClock(), clock
        self._write_at: float | None = None
        self._poll_at, self._bound_at = 0.0, 0.0
        self._erasing = False
        self._asked: list[Event] = []
        self._ending = False
        self._pulse = Pulse()
        self._dropped = 0
        self._thread: Thread | None = None

    @property
    def dropped(self) -> int:
        """Looks that were lost: they came too fast, or the disk did not take them. Since the start."""
        return self._dropped + self._hand_off.dropped

    @property
    def hangs(self) -> bool:
        """True while the thread has not moved within its limit."""
        return self._pulse.late

    def start(self) -> None:
        """Begin to keep looks."""
        self._thread = Thread(target=self._run, name="looks", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """No more looks come: write what waits, and end."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    def stop(self, timeout_s: float) -> None:
        """Have it ended, within so many seconds."""
        self.finish()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def adopt(self, rules: LookRules) -> None:
        """Go by these from the next frame on. Called while no frame is offered."""
        if rules == self._hand_off.rules:
            return
        with self._changed:
            self._hand_off.adopt(rules)
            self._adopted = rules
            self._changed.notify_all()

    def offer(
        self,
        view: str,
        frame: Frame,
        region: Roi,
        prediction: Prediction | None,
        state: ViewState | None,
        events: Sequence[LabelEvent],
        *,
        picture: bool,
    ) -> None:
        """As of a SeenFrames of the pipeline: returns at once."""
        self._hand_off.offer(view, frame, region, prediction, state, events, picture=picture)

    def flush(self, timeout_s: float) -> bool:
        """Have all that was offered written: True where it is in the file when this returns, or can't be."""
        done = Event()
        with self._changed:
            if self._thread is None or self._ending:
                return False
            self._asked.append(done)
            self._changed.notify_all()
        return done.wait(timeout_s)

    # --- the thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            offered, asked, is_last = self._wait()
            try:
                self._turn(offered, now=bool(asked) or is_last)
            except Exception:
                # It must not end a daemon that runs for months.
                log.exception("keeping looks failed by a fault in edgeclassify")
            for one in asked:
                one.set()
            if is_last:
                break
        self._keeper.close()
        self._pulse.rest()

    def _wait(self) -> tuple[list[Offered], list[Event], bool]:
        """Until there is something to do: what was offered, who waits, whether it is the last turn."""
        with self._changed:
            self._pulse.rest()
            if not (self._hand_off or self._asked or self._adopted or self._ending):
                self._changed.wait(self._poll_s)
            self._pulse.beat(TURN_LIMIT_S)
            offered, asked = self._hand_off.take(), self._asked
            self._asked = []
            return offered, asked, self._ending

    def _turn(self, offered: Sequence[Offered], *, now: bool) -> None:
        self._take_over()
        self._erase()
        self._poll()
        for one in offered:
            self._take(one)
        self._end_collections()
        if now or (self._write_at is not None and self._clock() >= self._write_at):
            self._write()
        if self._clock() >= self._bound_at and not self._ending:
            more = self._keeper.bound(self._rules.bounds, self._age.now())
            self._bound_at = self._clock() + (0.0 if more else BOUND_S)

    def _take_over(self) -> None:
        """Other rules hold since."""
        with self._changed:
            rules, self._adopted = self._adopted, None
        if rules is None:
            return
        self._write()
        self._rules, self._erasing, self._bound_at = rules, not rules.pictures, 0.0
        self._selection.adopt(rules)
        self._hand_off.gathered_views = frozenset()
        self._keeper.read_again()
        self._poll_at = 0.0

    def _erase(self) -> None:
        """No pictures may be kept any more: those that were are gone, as soon as that can be."""
        if not self._erasing:
            return
        self._batch.without_pictures()
        if not self._keeper.is_there:
            self._erasing = False
        elif (found := self._keeper.do(lambda store: store.erase_pictures())) is not None:
            self._erasing = False
            if found:
                log.info("%s: node.labels_only is true: all pictures in it were removed", self.path)

    def _poll(self) -> None:
        """Know what is in the file, and what others have changed there."""
        if self._clock() < self._poll_at:
            return
        self._poll_at = self._clock() + self._poll_s
        if self._keeper.is_unread:
            self._write()  # what waits is in the file then, and is read with the rest
        if self._keeper.poll(self._selection.read, self._selection.follow):
            self._hand_off.gathered_views = self._selection.gathered_views
            self._note_progress()

    def _take(self, offered: Offered) -> None:
        for look in self._maker.of_events(offered):
            self._batch.add(look, Ticket())
        if offered.may_wait:
            for chosen in self._selection.judge(offered):
                self._batch.add(self._maker.of_choice(offered, chosen), chosen.ticket, chosen.in_place_of)
        if len(self._batch):
            due = self._clock() + self._linger_s
            self._write_at = due if self._write_at is None else min(self._write_at, due)
        if self._batch.is_full:
            self._write()

    def _end_collections(self) -> None:
        for place in self._selection.finished:
            self._write()
            self._keeper.do(partial(_end, place))
            self._selection.end(place)
            self._hand_off.gathered_views = self._selection.gathered_views
            log.info("teach %s: the frames of view %s are gathered: %s", *place, collecting.DONE)

    def _write(self) -> None:
        watched = self._selection.watched_s
        if len(self._batch) or (watched and self._write_at is not None):
            if not self._rules.pictures:
                self._batch.without_pictures()
            if not self._keeper.write(self._batch, watched, self._rules.most_written_day):
                self._write_at = self._clock() + self._linger_s
                while self._batch.is_full:
                    self._selection.lose([self._batch.drop_oldest()])
                    self._dropped += 1
                return
            self._bound_at = 0.0
        self._write_at = None
        self._note_progress()

    def _note_progress(self) -> None:
        """While something is gathered it is noted now and then how far that is."""
        if self._write_at is None and self._hand_off.gathered_views:
            self._write_at = self._clock() + PROGRESS_S


def _end(place: Place, store: LookStore) -> int:
    model, view = place
    return store.end_collection(model, view, collecting.DONE)
