"""Batches on the workers of a Dask cluster that is there."""

import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from edgeclassify.archive.interface import Batch
from edgeclassify.archive.journal.records import BatchResult
from edgeclassify.archive.running import on_worker
from edgeclassify.archive.running.admission import unfit
from edgeclassify.archive.running.classifying_process import ClassifyingProcess, DiedError
from edgeclassify.archive.running.interface import Runner
from edgeclassify.archive.running.on_worker import CantOpen, CantSee
from edgeclassify.archive.running.scheduler import CONNECT_S, Scheduler, first_line, quietly
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import ClusterError, ModelError
from edgeclassify.files.staged import random_word
from edgeclassify.types.model_choice import RUNTIMES, is_model_path

AHEAD = 2
"""Batches for each thread of a worker: one under way, one that waits there."""
WORKERS_S = 30.0
"""How long the first worker that fits is waited for."""
_LOOK_EACH_S = 2.0
_PAUSE_S = 0.01
"""Whether tasks are done is known here: asking costs next to nothing, and each worker has one more."""
_OPENING = -1
"""In place of a batch's number: the classifier is opened."""
_MOST_TRIES = 5
"""So often a batch may lose its worker."""


class _Worker:
    """One that takes part, or is asked whether it can."""

    def __init__(self, threads: int) -> None:
        self.threads, self.is_in = threads, False
        self.futures: dict[int, Any] = {}

    @property
    def room(self) -> int:
        return AHEAD * self.threads - len(self.futures) if self.is_in else 0


class DaskCluster(Runner):
    """A scheduler's workers. Those that do not fit are left out, each named once in `said` with the reason; others
    may come and go.

    Making it raises ClusterError where the scheduler can't be reached, is of another version, or has no worker
    that fits; as opening the classifier does where that fails here; RuntimeMissingError where Dask is missing.
    """

    def __init__(
        self,
        wanted: Wanted,
        address: str,
        said: Callable[[str], None],
        *,
        connect_s: float = CONNECT_S,
        workers_s: float = WORKERS_S,
    ) -> None:
        self._said = said
        self._facts = _facts_here(wanted)
        self._wanted = _for_workers(wanted, self._facts)
        self._run = random_word() + random_word()
        self._workers: dict[str, _Worker] = {}
        self._left_out: dict[str, str] = {}
        self._batches: dict[int, Batch] = {}
        self._again: deque[int] = deque()
        """Batches that wait for a worker."""
        self._tries: dict[int, int] = {}
        self._blind: set[int] = set()
        """Batches that nobody sees: their images are gone."""
        self._looked_at, self._has_none = 0.0, False
        self._scheduler = Scheduler(address, connect_s)
        try:
            self._wait_for_workers(workers_s)
        except BaseException:
            self.close()
            raise

    @property
    def facts(self) -> ClassifierFacts:
        """As of `Runner`."""
        return self._facts

    @property
    def room(self) -> int:
        """As of `Runner`."""
        return sum(one.room for one in self._workers.values()) - len(self._again)

    @property
    def under_way(self) -> int:
        """As of `Runner`: workers tell of whole batches alone."""
        return 0

    def submit(self, number: int, batch: Batch) -> None:
        """As of `Runner`."""
        self._batches[number] = batch
        self._again.append(number)
        self._hand_out()

    def wait(self, timeout_s: float) -> Sequence[BatchResult]:
        """As of `Runner`. Raises ClusterError where the scheduler is gone."""
        found: list[BatchResult] = []
        until = time.monotonic() + timeout_s
        while True:
            if time.monotonic() - self._looked_at >= _LOOK_EACH_S:
                self._look()
            for address, number, future in self._finished():
                result = self._taken(address, number, future)
                if result is not None:
                    found.append(result)
            self._hand_out()
            left = until - time.monotonic()
            if found or left <= 0:
                return found
            time.sleep(min(_PAUSE_S, left))

    def _finished(self) -> list[tuple[str, int, Any]]:
        return [
            (address, number, future)
            for address, worker in self._workers.items()
            for number, future in worker.futures.items()
            if future.done()
        ]

    def close(self) -> None:
        """As of `Runner`."""
        for worker in self._workers.values():
            for future in worker.futures.values():
                quietly(future.cancel)
        self._scheduler.close(list(self._workers), on_worker.end, self._run)

    def _wait_for_workers(self, workers_s: float) -> None:
        until = time.monotonic() + workers_s
        while True:
            self._look()
            asked = [one for one in self._workers.values() if not one.is_in]
            if not asked and (self._workers or self._left_out):
                break
            if time.monotonic() >= until:
                break
            self.wait(min(0.5, _LOOK_EACH_S))
        if any(one.is_in for one in self._workers.values()):
            return
        if self._left_out:
            raise self._none_fits()
        address = self._scheduler.address
        raise self._scheduler.fault(
            f"expected workers, found none in {workers_s:g} s. Start some: dask worker {address}"
        )

    def _none_fits(self) -> ClusterError:
        each = "; ".join(f"worker {address}: {why}" for address, why in self._left_out.items())
        return self._scheduler.fault(f"expected a worker that can take part, found none. {each}.")

    def _look(self) -> None:
        """Who is there, who came and who went."""
        self._looked_at = time.monotonic()
        there = self._scheduler.threads()
        for address in [one for one in self._workers if one not in there]:
            self._lose(address)
        new = [one for one in there if one not in self._workers and one not in self._left_out]
        versions = self._scheduler.other_versions() if new else {}
        for address in new:
            other = versions.get(address)
            if other:
                self._leave_out(address, other)
            elif other is not None:  # else it is gone again
                self._workers[address] = _Worker(there[address])
                self._send(address, _OPENING, on_worker.opened, self._run, self._wanted)
        self._say_whether_any()
        self._hand_out()

    def _say_whether_any(self) -> None:
        has_none = not self._workers
        if has_none and not self._has_none and self._batches:
            self._said(f"{self._scheduler.fault('no worker is left; waiting for one.')}")
        self._has_none = has_none

    def _send(self, address: str, number: int, function: Callable[..., Any], *given: Any) -> None:
        self._workers[address].futures[number] = self._scheduler.send(address, function, *given)

    def _hand_out(self) -> None:
        """What waits here, to the workers that have most room."""
        while self._again:
            address = max(
                self._workers, key=lambda one: self._workers[one].room / self._workers[one].threads, default=""
            )
            if not address or self._workers[address].room <= 0:
                return
            number = self._again.popleft()
            batch = self._batches[number]
            look = number not in self._blind
            self._send(address, number, on_worker.rows, self._run, self._wanted, number, batch, look)

    def _taken(self, address: str, number: int, future: Any) -> BatchResult | None:
        """What a task gave, or what follows from it."""
        worker = self._workers.get(address)
        if worker is None or worker.futures.get(number) is not future:
            return None  # of a worker that was given up
        del worker.futures[number]
        if future.status != "finished":
            self._failed(address, number, future)
            return None
        answer = future.result()
        if number == _OPENING:
            self._answered(address, answer)
            return None
        if isinstance(answer, CantSee):
            self._not_seen(address, number, answer)
            return None
        del self._batches[number]
        self._tries.pop(number, None)
        result: BatchResult = answer
        return result

    def _answered(self, address: str, answer: ClassifierFacts | CantOpen) -> None:
        why = unfit(self._facts, answer)
        if why:
            del self._workers[address]
            self._leave_out(address, why)
        else:
            self._workers[address].is_in = True

    def _not_seen(self, address: str, number: int, answer: CantSee) -> None:
        self._again.appendleft(number)
        if not Path(answer.location).exists():
            self._blind.add(number)
            return
        self._lose(address)
        self._leave_out(
            address,
            f"expected {answer.location!r} to be there as it is here, found nothing. Share the folder under the "
            "same path",
        )
        if not self._workers:
            raise self._none_fits()

    def _failed(self, address: str, number: int, future: Any) -> None:
        if not self._scheduler.is_there:
            raise self._scheduler.gone()
        error = None if future.status in ("cancelled", "lost") else future.exception()
        if number == _OPENING:
            del self._workers[address]
            if error is not None:  # else it went away: it is asked again if it comes back
                self._leave_out(address, first_line(error))
            return
        if error is not None and type(error).__name__ not in ("KilledWorker", "DiedError", "RefusedError"):
            raise error
        tries = self._tries[number] = self._tries.get(number, 0) + 1
        if tries >= _MOST_TRIES:
            from edgeclassify.archive.reading.images import path_of  # with OpenCV, which is needed here alone

            path = path_of(self._batches[number].items[0])
            raise self._scheduler.fault(
                f"expected a worker to live through a batch, found {tries} that did not, from {path!r} on: "
                f"{first_line(error) if error else 'they went away'}."
            )
        self._again.appendleft(number)

    def _lose(self, address: str) -> None:
        """What it had is for others."""
        worker = self._workers.pop(address)
        for number, future in worker.futures.items():
            quietly(future.cancel)
            if number != _OPENING:
                self._again.appendleft(number)

    def _leave_out(self, address: str, why: str) -> None:
        self._left_out[address] = why
        self._said(f"worker {address} is left out: {why}.")


def _facts_here(wanted: Wanted) -> ClassifierFacts:
    """Of the model as it is here: what workers are held against. Raises as opening it does."""
    try:
        process = ClassifyingProcess(wanted)
    except DiedError as error:
        raise ModelError(f"{wanted.model.name}: expected a process that opens it, but {error}.") from error
    facts = process.facts
    process.close()
    return facts


def _for_workers(wanted: Wanted, facts: ClassifierFacts) -> Wanted:
    """What a worker is asked for: the same from any folder, in the runtime that runs here."""
    model, runtime = wanted.model, next(one for one in RUNTIMES if facts.runtime.startswith(f"{one} "))
    return replace(
        wanted,
        model=replace(
            model,
            name=os.path.abspath(model.name) if is_model_path(model.name) else model.name,  # noqa: PTH100
            labels=None if model.labels is None else model.labels.absolute(),
            runtime=runtime,
            threads=1 if model.threads == "auto" else model.threads,
        ),
    )
