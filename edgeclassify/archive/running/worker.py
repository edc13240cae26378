"""A process of its own that classifies: what others start, with the number of its socket as the only argument.

Whatever an image does to native code ends this process alone. It ends by itself when nobody holds the other end of
its socket any more, or nobody has asked anything for long.
"""

import gc
import sys
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from edgeclassify.errors import EdgeClassifyError
from edgeclassify.native_stderr import diverted_native_stderr

IDLE_S = 900.0
"""A cluster's worker may stay for weeks after an archive is done."""
_SAY_EACH_S = 0.5
"""So often it says that it is alive."""


def main() -> int:
    """Serve until the other end is closed."""
    with Connection(int(sys.argv[1])) as owner, diverted_native_stderr():
        try:
            _serve(owner)
        except (EOFError, OSError):  # the owner went away
            return 0
    return 0


def _serve(owner: Any) -> None:
    from edgeclassify.archive.running.orders import CarefulOrder, Failed, Ready, Refused

    opening = owner.recv()
    try:
        import cv2

        from edgeclassify.archive.classifying import BatchClassifier

        cv2.setNumThreads(1)  # images are decoded beside each other already
        classifier = BatchClassifier(opening.wanted)
    except EdgeClassifyError as error:
        owner.send(Refused(str(error), int(error.exit_status)))
        return
    gc.freeze()  # what is there stays
    owner.send(Ready(classifier.facts))
    while owner.poll(IDLE_S):
        order = owner.recv()
        if order is None:
            return
        try:
            done = (
                _carefully(classifier, order, owner)
                if isinstance(order, CarefulOrder)
                else _quickly(classifier, order, owner)
            )
        except (EOFError, OSError):
            raise
        except Exception:  # noqa: BLE001  a bug: it is raised where the run is
            done = Failed(traceback.format_exc())
        owner.send(done)


def _quickly(classifier: Any, order: Any, owner: Any) -> Any:
    from edgeclassify.archive.running.orders import At

    said = time.monotonic()

    def tell(count: int) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said > _SAY_EACH_S:
            said = now
            owner.send(At(count))

    return _done(order, classifier.rows(order.batch, tell))


def _carefully(classifier: Any, order: Any, owner: Any) -> Any:
    from edgeclassify.archive.running.orders import At

    rows = classifier.rows_one_by_one(order.batch, dict(order.deadly), lambda place: owner.send(At(place)))
    return _done(order, rows)


def _done(order: Any, rows: Any) -> Any:
    from edgeclassify.archive.journal.records import BatchResult
    from edgeclassify.archive.packing import pack

    faults, still = sum(row.fault is not None for row in rows), sum(row.still for row in rows)
    return BatchResult(order.number, pack(rows), len(rows), faults, still)


if __name__ == "__main__":
    sys.exit(main())
