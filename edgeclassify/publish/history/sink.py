"""The sink that keeps the history: a thread takes events from the spool, which forgets what is on disk here."""

import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from threading import Condition, Thread

from edgeclassify.config import HistoryConfig
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.files.age import AgeClock
from edgeclassify.history.interface import Answer
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.history.answering import answer_to, pending
from edgeclassify.publish.history.desk import NOT_KEPT, HistoryDesk, Question
from edgeclassify.publish.history.keeper import RETRY_S, HistoryKeeper
from edgeclassify.publish.history.linger import Linger
from edgeclassify.publish.interface import EventSink, Sink, SpoolReader
from edgeclassify.pulse import Pulse
from edgeclassify.types import Event

log = logging.getLogger(__name__)

BOUND_S = 3600.0
"""How often it is looked whether events are too old, while no others come."""
MOST_QUESTIONS = 8
"""That wait for an answer; more are refused."""
TURN_LIMIT_S = 300.0
"""For one commit, one answer, or the check of a large history after a crash, on a slow card."""


@dataclass(frozen=True, slots=True)
class HistoryPlace:
    """`folder`: of the file; `pictures`: of the snapshots, None: none are kept. `zone`: whose days and hours count
    in an overview; None: the machine's."""

    folder: Path
    pictures: Path | None = None
    zone: tzinfo | None = None


class HistorySink(EventSink):
    """Keeps events in the state folder, bounded. It never blocks who publishes.

    `spool` keeps what is not on disk here; while `may_write()` is False nothing is written. `desk`: where it is
    asked, once it has been started: whoever asks has what lingers written first, or gets it from the spool.
    """

    def __init__(
        self,
        *,
        config: HistoryConfig,
        place: HistoryPlace,
        spool: SpoolReader,
        desk: HistoryDesk,
        may_write: Callable[[], bool] = lambda: True,
        linger: Linger = Linger(),  # noqa: B008 - frozen
        age: AgeClock | None = None,
    ) -> None:
        self._config, self._place, self._spool, self._desk = config, place, spool, desk
        self._may_write, self._linger = may_write, linger
        self._age = age or AgeClock()
        self._keeper = HistoryKeeper(place.folder, lambda: spool.last_seq)
        self._questions: deque[Question] = deque()
        self._changed = Condition()
        self._due: float | None = None
        self._came = 0
        self._stop_at: float | None = None
        self._pulse = Pulse()
        self._thread: Thread | None = None

    def describe(self) -> str:
        """What it is, without the file's name."""
        return "history"

    @property
    def hangs(self) -> str:
        """Writing, while its thread has not moved within its limit."""
        return "writing" if self._pulse.late else ""

    def start(self) -> None:
        """Begin with what is in the spool."""
        self._desk.answered_by(self._take)
        self._due = time.monotonic()
        self._thread = Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Write what has come, and close the file; what can't be written stays in the spool."""
        self._desk.answered_by(None)
        with self._changed:
            self._stop_at = time.monotonic() + timeout_s
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def adopt(self, other: Sink) -> bool:
        """Keep to other bounds from now on, in the same file. What lingers is written."""
        if not isinstance(other, HistorySink) or other._place.folder != self._place.folder:
            return False
        with self._changed:
            self._config, self._place, self._linger = other._config, other._place, other._linger
            self._due = time.monotonic()
            self._changed.notify_all()
        return True

    def publish_event(self, event: Event) -> None:
        """It is in the spool: written with others, when it has lingered for long or they are many."""
        with self._changed:
            self._came += 1
            due = time.monotonic() + (0.0 if self._came >= self._linger.events else self._linger.seconds)
            if self._due is None or due < self._due:
                self._due = due
                self._changed.notify_all()

    def _take(self, question: Question) -> None:
        with self._changed:
            if self._stop_at is not None:
                raise EdgeClassifyError(NOT_KEPT)
            if len(self._questions) >= MOST_QUESTIONS:
                raise EdgeClassifyError("the history is busy: too many requests wait. Ask again later.")
            self._questions.append(question)
            self._changed.notify_all()

    # --- the thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            is_last = self._wait()
            try:
                self._turn()
            except Exception:
                # It must not end a daemon that runs for months. What was not written is in the spool.
                log.exception("the history failed by a fault in edgeclassify")
            if is_last:
                break
        self._keeper.close()
        self._pulse.rest()

    def _wait(self) -> bool:
        """Until there is something to do; True where that is the last."""
        with self._changed:
            self._pulse.rest()
            begin = time.monotonic()
            while not self._questions and self._stop_at is None:
                due = begin + BOUND_S if self._due is None else self._due
                if (left := due - time.monotonic()) <= 0:
                    break
                self._changed.wait(left)
            self._due, self._came = None, 0
            self._pulse.beat(TURN_LIMIT_S)
            return self._stop_at is not None

    def _turn(self) -> None:
        if not self._write():
            with self._changed:
                self._due = time.monotonic() + RETRY_S
        while (question := self._next_question()) is not None:
            self._pulse.beat(TURN_LIMIT_S)
            self._answer(question)
        if self._stop_at is None:
            self._bound()

    def _write(self) -> bool:
        """All that is in the spool; False where it could not be done."""
        while self._in_time() and (events := pending(self._spool)):
            self._pulse.beat(TURN_LIMIT_S)
            if not (self._may_write() and self._keeper.write(events, eager=bool(self._questions))):
                return False
            self._spool.delivered([event.seq for event in events])
        return True

    def _bound(self) -> None:
        config = self._config
        while self._may_write() and self._keeper.bound(config.max_bytes, config.max_age_s, self._age.now()):
            self._pulse.beat(TURN_LIMIT_S)
            if not self._in_time() or self._questions:
                break

    def _in_time(self) -> bool:
        return self._stop_at is None or time.monotonic() < self._stop_at

    def _next_question(self) -> Question | None:
        with self._changed:
            return self._questions.popleft() if self._questions else None

    def _answer(self, question: Question) -> None:
        try:
            place = self._place
            answer = answer_to(question.query, self._keeper, self._spool, zone=place.zone, pictures=place.pictures)
        except Exception as error:  # noqa: BLE001 - whoever asked hears of it
            question.then(_raising(error))
        else:
            question.then(lambda: answer)


def _raising(error: Exception) -> Callable[[], Answer]:
    def give() -> Answer:
        raise error

    return give
