"""A process of its own that classifies: what others start, with the number of its socket as the only argument.

Whatever an image does to native code ends this process alone. It ends by itself when nobody holds the other end of
its socket any more, or nobody has asked anything for long.
"""

import gc
import signal
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.native_stderr import diverted_native_stderr

IDLE_S = 900.0
"""A cluster's worker may stay for weeks after an archive is done."""
HUNG_S = 180
"""Whole seconds after which an image ends the process itself: its owner waits less, but may have been killed."""
_SAY_EACH_S = 0.5
"""So often it says that it is alive."""


def main() -> int:
    """Serve until the other end is closed."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with Connection(int(sys.argv[1])) as owner, diverted_native_stderr():
        try:
            _serve(_Owner(owner))
        except (EOFError, OSError):  # the owner went away
            return 0
    return 0


class _Owner:
    """Who is at the other end. Any thread may tell it something."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._lock, self._said = connection, threading.Lock(), 0.0
        self.recv, self.poll = connection.recv, connection.poll

    def send(self, message: object) -> None:
        """Tell it."""
        with self._lock:
            self._connection.send(message)

    def seldom(self, message: object) -> None:
        """Tell it, unless it has been told something so just now."""
        signal.alarm(HUNG_S)
        now = time.monotonic()
        if now - self._said > _SAY_EACH_S:
            self._said = now
            self.send(message)


def _serve(owner: _Owner) -> None:
    from edgeclassify.archive.running.orders import CarefulOrder, Failed, Ready, Refused

    opening = owner.recv()
    try:
        import cv2

        from edgeclassify.archive.classifying import BatchClassifier
        from edgeclassify.archive.reading import streams
        from edgeclassify.archive.running.orders import Skipping

        cv2.setNumThreads(1)  # images are decoded beside each other already
        classifier = BatchClassifier(opening.wanted)
    except EdgeClassifyError as error:
        owner.send(Refused(str(error), int(error.exit_status)))
        return
    streams.tell_of_skipping(lambda: owner.seldom(Skipping()))
    gc.freeze()  # what is there stays
    owner.send(Ready(classifier.facts))
    while owner.poll(IDLE_S):
        order = owner.recv()
        if order is None:
            return
        signal.alarm(HUNG_S)
        try:
            done = (
                _carefully(classifier, order, owner)
                if isinstance(order, CarefulOrder)
                else _quickly(classifier, order, owner)
            )
        except (EOFError, OSError, MemoryError):  # of memory too: the process ends, and the image is found
            raise
        except Exception:  # noqa: BLE001  a bug: it is raised where the run is
            done = Failed(traceback.format_exc())
        signal.alarm(0)
        owner.send(done)


def _quickly(classifier: Any, order: Any, owner: _Owner) -> Any:
    from edgeclassify.archive.running.orders import At

    return _done(order, classifier.rows(order.batch, lambda count: owner.seldom(At(count))))


def _carefully(classifier: Any, order: Any, owner: _Owner) -> Any:
    from edgeclassify.archive.running.orders import At

    def begins(place: int) -> None:
        signal.alarm(HUNG_S)
        owner.send(At(place))

    return _done(order, classifier.rows_one_by_one(order.batch, order.deadly, begins))


def _done(order: Any, rows: Any) -> Any:
    from edgeclassify.archive.journal.records import BatchResult
    from edgeclassify.archive.packing import pack

    faults, still = sum(row.fault is not None for row in rows), sum(row.still for row in rows)
    return BatchResult(order.number, pack(rows), len(rows), faults, still)


if __name__ == "__main__":
    sys.exit(main())
