"""One run over an archive: batches go to a runner, what comes back to the journal, and from there to parts."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from edgeclassify.archive.interface import Batch
from edgeclassify.archive.journal.journal import Journal
from edgeclassify.archive.journal.records import BatchResult, Counts, Part
from edgeclassify.archive.listing.listing import Listing
from edgeclassify.archive.output.parts import write_part
from edgeclassify.archive.packing import unpack_values
from edgeclassify.archive.running.interface import Runner
from edgeclassify.lazy_dataclass import dataclass

COMMIT_S = 1.0
"""Results are put on disk so often: so much work a kill may cost, beside the batches under way."""
_TURN_S = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `done`: with what earlier runs did; `here`: images of this run alone."""

    images: int
    done: Counts
    here: int


def run(
    listing: Listing,
    journal: Journal,
    runner: Runner,
    folder: Path,
    facts: Mapping[str, Any],
    said: Callable[[Progress], None],
) -> Counts:
    """Classify what is not done yet, and write all parts; returns the counts of all images.

    `facts`: of the parts' metadata. `said`: called some times a second. Raises EdgeClassifyError where it can't go
    on: what is done until then is kept. That, an interrupt by the user and any other error are raised after it was
    written.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="archive-parts") as pool:
        running = _Run(journal, runner, pool, folder, facts)
        try:
            running.all_of(
                _waiting(listing, journal), lambda here: said(Progress(listing.images, journal.counts, here))
            )
        except (KeyboardInterrupt, Exception):
            runner.close()
            with suppress(Exception):  # the first one tells more
                running.finish()
            raise
        running.finish()
    return journal.counts


def _waiting(listing: Listing, journal: Journal) -> Iterator[tuple[int, Batch]]:
    first = journal.first
    for number, batch in enumerate(listing.batches(first), first):
        if not journal.is_done(number):
            yield number, batch


class _Run:
    """The loop."""

    def __init__(
        self, journal: Journal, runner: Runner, pool: ThreadPoolExecutor, folder: Path, facts: Mapping[str, Any]
    ) -> None:
        self._journal, self._runner, self._pool = journal, runner, pool
        self._folder, self._facts = folder, facts
        self._came: list[BatchResult] = []
        self._committed_at = time.monotonic()
        self._here = 0
        self._part: tuple[Part, Future[int]] | None = None

    def all_of(self, waiting: Iterator[tuple[int, Batch]], said: Callable[[int], None]) -> None:
        """Until every batch is done and kept."""
        in_flight, more = 0, True
        while more or in_flight:
            while more and self._runner.room > 0:
                found = next(waiting, None)
                if found is None:
                    more = False
                    break
                self._runner.submit(*found)
                in_flight += 1
            if not more and not in_flight:
                break
            came = self._runner.wait(_TURN_S)
            in_flight -= len(came)
            self._came += came
            self._here += sum(one.images for one in came)
            if time.monotonic() - self._committed_at >= COMMIT_S:
                self._commit()
            said(self._here + self._runner.under_way)
        self._commit()
        said(self._here)

    def finish(self) -> None:
        """All that came is kept, and in parts."""
        self._commit()
        self._end_part()
        while (part := self._journal.begin_part(early=True)) is not None:
            self._write(part)
            self._journal.end_part(part)

    def _commit(self) -> None:
        came, self._came = self._came, []
        self._journal.keep(came)
        self._committed_at = time.monotonic()
        if self._part is not None and not self._part[1].done():
            return
        self._end_part()
        part = self._journal.begin_part()
        if part is not None:
            self._part = part, self._pool.submit(self._write, part)

    def _end_part(self) -> None:
        """Wait for the one that is being written, if any."""
        if self._part is not None:
            (part, writing), self._part = self._part, None
            writing.result()
            self._journal.end_part(part)

    def _write(self, part: Part) -> int:
        rows = (row for packed in self._journal.rows_of(part) for row in unpack_values(packed))
        return write_part(self._folder, part.number, rows, self._facts)
