"""A daemon that keeps looks, and is killed while it does: ends itself by SIGKILL in the moment that it is told.

`python -m tests.teaching.looks.killed_taker FILE MOMENT COUNT FIRST`: COUNT events and as many unsure frames, from
number FIRST on; prints the number of each event that has been written. Moments: `inside` a commit, `after` one,
`never`.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgeclassify.teaching.interface import Look
from edgeclassify.teaching.looks import rows
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.teaching.looks.taker import LookTaker
from edgeclassify.types import Roi
from tests.support.waiting import patient
from tests.teaching.looks.looks import event, frame, prediction, rules, state

UNSURE = (0.45, 0.55)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(path: Path, moment: str, count: int, first: int) -> None:
    """One run. It ends by itself where the moment never comes."""
    left = count // 2
    insert, add = rows.insert, LookStore.add

    def insert_or_die(connection: Any, look: Look) -> int | None:
        nonlocal left
        left -= 1
        number = insert(connection, look)
        if moment == "inside" and left <= 0:
            kill()
        return number

    def add_and_die(store: LookStore, looks: Sequence[Look], **more: Any) -> list[int | None]:
        numbers = add(store, looks, **more)
        for look in looks:
            if look.event_id is not None:
                print(int(look.event_id, 16), flush=True)
        if moment == "after" and left <= 0:
            kill()
        return numbers

    rows.insert = insert_or_die
    LookStore.add = add_and_die  # type: ignore[method-assign, assignment]
    taker = LookTaker(path, rules(review=5), least_free_bytes=0)
    taker.start()
    for number in range(first, first + count):
        seen = prediction(number % 90, UNSURE, seconds=60.0 * number)
        taker.offer("gate", frame(60.0 * number), Roi(), seen, state(), (event(number),), picture=True)
        if number % 3 == 0:
            taker.flush(20)
    taker.stop(patient(20))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
