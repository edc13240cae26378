"""What a Dask worker does: it hands batches to classifying processes of its own, and keeps those.

A worker may run several tasks at a time: each has a process for itself meanwhile. So an image that crashes a
decoder never ends the worker, and no model is opened twice in a process.
"""

import threading
from contextlib import suppress
from pathlib import Path

from edgeclassify.archive.interface import Batch
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.running.careful import rows_carefully
from edgeclassify.archive.running.classifying_process import ClassifyingProcess, DiedError, RefusedError
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.lazy_dataclass import dataclass

_MOST_ENDED = 1000


@dataclass(frozen=True, slots=True)
class CantOpen:
    """The model can't be opened on this worker, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class CantSee:
    """The worker sees nothing where a batch's images should lie."""

    location: str


class _Processes:
    """Those of this worker, by run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: dict[str, list[ClassifyingProcess]] = {}
        self._all: dict[str, set[ClassifyingProcess]] = {}
        self._ended: list[str] = []

    def take(self, run: str, wanted: Wanted) -> ClassifyingProcess:
        """One that nobody uses, with the classifier open. Raises RefusedError, DiedError."""
        with self._lock:
            free = self._free.setdefault(run, [])
            while free:
                process = free.pop()
                if process.is_alive:
                    return process
                self._forget(run, process)
        return self.start(run, wanted)

    def start(self, run: str, wanted: Wanted) -> ClassifyingProcess:
        """A new one."""
        process = ClassifyingProcess(wanted)
        with self._lock:
            self._all.setdefault(run, set()).add(process)
            if run in self._ended:
                process.kill()
        return process

    def give_back(self, run: str, process: ClassifyingProcess) -> None:
        """It is free again."""
        with self._lock:
            self._free.setdefault(run, []).append(process)

    def drop(self, run: str, process: ClassifyingProcess) -> None:
        """It is of no use any more."""
        with self._lock:
            self._forget(run, process)

    def has_ended(self, run: str) -> bool:
        """Whether nobody waits for the run's results any more."""
        with self._lock:
            return run in self._ended

    def end(self, run: str) -> None:
        """End all of a run."""
        with self._lock:
            self._ended = [*self._ended[-_MOST_ENDED:], run]
            for process in self._all.pop(run, ()):
                process.kill()
            for process in self._free.pop(run, ()):
                process.close()

    def _forget(self, run: str, process: ClassifyingProcess) -> None:
        self._all.get(run, set()).discard(process)
        process.close()


_here = _Processes()


def opened(run: str, wanted: Wanted) -> ClassifierFacts | CantOpen:
    """Open the classifier, and keep it for the run."""
    try:
        process = _here.take(run, wanted)
    except (RefusedError, DiedError) as error:
        return CantOpen(str(error))
    _here.give_back(run, process)
    return process.facts


def rows(run: str, wanted: Wanted, number: int, batch: Batch, look: bool) -> BatchResult | CantSee:
    """The rows of a batch. `look`: first, whether its images are to be seen from here at all."""
    if look and (location := _unseen(batch)) is not None:
        return CantSee(location)
    process = _here.take(run, wanted)
    try:
        result = process.rows(number, batch)
    except DiedError:
        _here.drop(run, process)
        if _here.has_ended(run):
            raise
        result, process = rows_carefully(number, batch, lambda: _here.start(run, wanted))
    _here.give_back(run, process)
    return result


def end(run: str) -> None:
    """Nobody waits for this run any more."""
    _here.end(run)


def _unseen(batch: Batch) -> str | None:
    """The first location of the batch, where it is a file, and neither it nor its folder is there."""
    location = next((item.location for item in batch.items if item.fault is None), None)
    if location is None or "://" in location:
        return None
    with suppress(OSError, ValueError):
        return None if Path(location).exists() else location
    return location
