"""Jobs: each in a thread of its own, and whoever looks is told how far it is."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.lazy_dataclass import dataclass

log = logging.getLogger(__name__)

AT_ONCE = 2
KEPT = 20
"""Jobs that are remembered, those that are over too."""
TOLD_S = 0.2
"""Between two reports of how far a job is."""


class JobState(StrEnum):
    """How it stands with a job."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """`kind`: what is done, as in "fetch"; `name`: to what. `done` of `total`, in the work's own unit; `total`
    None: not known. `error`: why it failed, in one sentence."""

    id: str
    kind: str
    name: str
    done: int = 0
    total: int | None = None
    state: JobState = JobState.RUNNING
    error: str | None = None


Progress = Callable[[int, int | None], None]
"""Called with how much is done, and of how much, where that is known."""
Work = Callable[[Progress], None]
"""Raises EdgeClassifyError where it fails."""


class Jobs:
    """May be used from any thread. `tell` hears of each change, in the job's thread.

    Drop policy: of more than AT_ONCE jobs at a time the newest is refused.
    """

    def __init__(self, tell: Callable[[Job], None] = lambda _: None) -> None:
        self._tell = tell
        self._jobs: dict[str, Job] = {}
        self._begun = 0
        self._lock = threading.Lock()

    def begin(self, kind: str, name: str, work: Work) -> Job:
        """Begin it, unless it is under way already: then that one. Raises EdgeClassifyError where too many are."""
        with self._lock:
            running = [job for job in self._jobs.values() if job.state is JobState.RUNNING]
            same = next((job for job in running if (job.kind, job.name) == (kind, name)), None)
            if same is not None:
                return same
            if len(running) >= AT_ONCE:
                names = " and ".join(f"{job.kind} {job.name}" for job in running)
                raise EdgeClassifyError(f"{kind} {name}: {names} are under way: wait for one of them")
            self._begun += 1
            job = Job(str(self._begun), kind, name)
            self._jobs[job.id] = job
            self._forget_oldest()
        self._tell(job)
        try:
            threading.Thread(target=self._run, args=(job, work), name=f"page-{kind}", daemon=True).start()
        except RuntimeError as error:  # no thread left: it must not keep a place
            self._note(replace(job, state=JobState.FAILED, error=str(error)))
            raise EdgeClassifyError(f"{kind} {name}: {error}. Try again in a while.") from error
        return job

    def newest(self, kind: str, name: str) -> Job | None:
        """The last one of this kind that was begun for it; None: none is remembered."""
        with self._lock:
            return next(
                (job for job in reversed(self._jobs.values()) if (job.kind, job.name) == (kind, name)), None
            )

    def _forget_oldest(self) -> None:
        over = [job for job in self._jobs.values() if job.state is not JobState.RUNNING]
        for job in over[: max(0, len(self._jobs) - KEPT)]:
            del self._jobs[job.id]

    def _run(self, job: Job, work: Work) -> None:
        told_at = time.monotonic()

        def progress(done: int, total: int | None) -> None:
            nonlocal told_at, job
            job = replace(job, done=done, total=total)
            if time.monotonic() - told_at >= TOLD_S:
                told_at = time.monotonic()
                self._note(job)

        try:
            work(progress)
        except EdgeClassifyError as error:
            log.warning("%s %s: %s", job.kind, job.name, error)
            self._note(replace(job, state=JobState.FAILED, error=str(error)))
        except Exception as error:
            # A bug in a job ends that job alone, and whoever waits hears of it.
            log.exception("%s %s failed by a fault in edgeclassify", job.kind, job.name)
            self._note(replace(job, state=JobState.FAILED, error=f"{type(error).__name__}: {error}"))
        else:
            self._note(replace(job, state=JobState.DONE))

    def _note(self, job: Job) -> None:
        with self._lock:
            self._jobs[job.id] = job
        self._tell(job)
