"""Batches on processes of this machine, each with an interpreter of its own."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from edgeclassify.archive.interface import Batch
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.running.careful import rows_carefully
from edgeclassify.archive.running.classifying_process import ClassifyingProcess, DiedError
from edgeclassify.archive.running.interface import Runner
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import EdgeClassifyError, ModelError
from edgeclassify.model.runtime.cores import usable_cores

AHEAD = 2
"""Batches that each process has: one under way, one that waits."""
_LOOK_S = 0.2

Start = Callable[[Wanted], ClassifyingProcess]


class Processes(Runner):
    """So many processes. Each has a thread here, which hands it batches and waits for its rows.

    Held are `AHEAD` batches of each process, and their results until they are asked for. Making it raises as
    opening the classifier does.
    """

    def __init__(self, wanted: Wanted, jobs: int, *, start: Start = ClassifyingProcess) -> None:
        self._wanted, self._jobs, self._start = with_threads(wanted, jobs), jobs, start
        self._orders: queue.Queue[tuple[int, Batch] | None] = queue.Queue()
        self._results: queue.Queue[BatchResult | BaseException] = queue.Queue()
        self._in_flight, self._ends = 0, threading.Event()
        first = self._begun()
        self._facts = first.facts
        self._processes: list[ClassifyingProcess | None] = [first, *[None] * (jobs - 1)]
        self._under_way = [0] * jobs
        self._threads = [
            threading.Thread(target=self._drive, args=(slot,), name=f"archive-{slot}", daemon=True)
            for slot in range(jobs)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def facts(self) -> ClassifierFacts:
        """As of `Runner`."""
        return self._facts

    @property
    def room(self) -> int:
        """As of `Runner`."""
        return AHEAD * self._jobs - self._in_flight

    @property
    def under_way(self) -> int:
        """As of `Runner`."""
        return sum(self._under_way)

    def submit(self, number: int, batch: Batch) -> None:
        """As of `Runner`."""
        self._in_flight += 1
        self._orders.put((number, batch))

    def wait(self, timeout_s: float) -> Sequence[BatchResult]:
        """As of `Runner`."""
        found: list[BatchResult] = []
        try:
            came = self._results.get(timeout=timeout_s)
            while True:
                if isinstance(came, BaseException):
                    raise came
                self._in_flight -= 1
                found.append(came)
                came = self._results.get_nowait()
        except queue.Empty:
            return found

    def close(self) -> None:
        """As of `Runner`."""
        self._ends.set()
        for _ in self._threads:
            self._orders.put(None)
        for process in tuple(self._processes):
            if process is not None:
                process.kill()
        for thread in self._threads:
            thread.join()

    def _begun(self) -> ClassifyingProcess:
        try:
            return self._start(self._wanted)
        except DiedError as error:
            raise ModelError(
                f"{self._wanted.model.name}: expected a process that opens it, but {error}. Try it alone: "
                "edgeclassify models verify"
            ) from error

    def _drive(self, slot: int) -> None:
        """One process's thread."""
        try:
            while (order := self._orders.get()) is not None and not self._ends.is_set():
                self._results.put(self._done(slot, *order))
                self._under_way[slot] = 0
        except EdgeClassifyError as error:
            if not self._ends.is_set():
                self._results.put(error)
        except DiedError as error:
            if not self._ends.is_set():
                self._results.put(self._ended(error))
        except BaseException as error:  # noqa: BLE001  a bug: raised by wait()
            self._results.put(error)
        finally:
            self._drop(slot)

    def _done(self, slot: int, number: int, batch: Batch) -> BatchResult:
        def told(count: int) -> None:
            self._under_way[slot] = count

        try:
            return self._process(slot).rows(number, batch, told)
        except DiedError:
            self._drop(slot)
            if self._ends.is_set():
                raise
        self._under_way[slot] = 0
        result, _ = rows_carefully(number, batch, lambda: self._process(slot, anew=True))
        return result

    def _process(self, slot: int, *, anew: bool = False) -> ClassifyingProcess:
        found = self._processes[slot]
        if anew or found is None:
            if self._ends.is_set():
                raise DiedError("the run ends")
            found = self._processes[slot] = self._begun()
            if self._ends.is_set():
                found.kill()
        return found

    def _ended(self, error: DiedError) -> ModelError:
        return ModelError(
            f"{self._wanted.model.name}: expected a process that classifies, but {error}. What is done is kept: "
            "try the model alone (edgeclassify models verify), and give the same command again."
        )

    def _drop(self, slot: int) -> None:
        process, self._processes[slot] = self._processes[slot], None
        if process is not None:
            process.close()


def with_threads(wanted: Wanted, jobs: int, cores: int | None = None) -> Wanted:
    """The same, with as many threads per invoke as leave each process its share of the cores."""
    share = (usable_cores() if cores is None else cores) // jobs
    wanted = replace(wanted, reads_ahead=share > 1)  # which takes a core for itself
    if wanted.model.threads != "auto":
        return wanted
    return replace(wanted, model=replace(wanted.model, threads=max(1, share // 2)))
