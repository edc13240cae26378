"""A node that is killed: appends events, and ends itself by SIGKILL in the moment that it is told.

`python -m tests.publish.history.killed_node FOLDER MOMENT COUNT`: prints the number of each event that is in the
spool. Moments: `before` the history's commit, `between` that and the spool's note, `after` the note, which is not
yet on disk; `never`.
"""

import os
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from edgeclassify.config import HistoryConfig, SpoolConfig
from edgeclassify.publish.history.desk import HistoryDesk
from edgeclassify.publish.history.linger import Linger
from edgeclassify.publish.history.sink import HistoryPlace, HistorySink
from edgeclassify.publish.interface import SpooledEvent, SpoolReader
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from tests.publish.records import event, next_number
from tests.support.waiting import patient


class KillingReader(SpoolReader):
    """Ends the process, when the sink has had some events."""

    def __init__(self, reader: SpoolReader, moment: str, after: int) -> None:
        self._reader, self._moment, self._left = reader, moment, after

    def pending(self, limit: int, *, after: int = 0) -> Sequence[SpooledEvent]:
        found = self._reader.pending(limit, after=after)
        self._left -= len(found)
        self._at("before")
        return found

    def delivered(self, seqs: Iterable[int]) -> None:
        self._at("between")
        self._reader.delivered(seqs)
        self._at("after")

    @property
    def last_seq(self) -> int:
        return self._reader.last_seq

    @property
    def depth(self) -> int:
        return self._reader.depth

    def _at(self, moment: str) -> None:
        if moment == self._moment and self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, moment: str, count: int) -> None:
    """One run. It ends by itself where the moment never comes."""
    spool = DiskSpool(folder, SpoolConfig())
    numbers = EventNumbers(spool)
    spool.serve(["mqtt", "history"])
    sink = HistorySink(
        config=HistoryConfig(),
        place=HistoryPlace(folder),
        spool=KillingReader(spool.reader("history"), moment, count // 2),
        desk=HistoryDesk(folder),
        linger=Linger(0.0),
    )
    sink.start()
    mqtt = spool.reader("mqtt")
    for number in range(count):
        seq = next_number(numbers)
        one = event(seq, id=f"{seq:032x}")
        spool.append(SpooledEvent.of(one))
        print(seq, flush=True)
        sink.publish_event(one)
        if number % 3 == 0:
            mqtt.delivered([pending.seq for pending in mqtt.pending(100)])
        if number % 5 == 0:
            spool.maintain()
    sink.stop(patient(60))
    spool.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
