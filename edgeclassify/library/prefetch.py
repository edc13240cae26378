"""Many items, each worked on in a thread of a few, given in their order: bounded, however many there are."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Taken = TypeVar("Taken")
Done = TypeVar("Done")

_LEAST_WORKERS, _MOST_WORKERS = 2, 4
"""On one core, too, a card or a server is waited for while another picture is worked on. More than four decode no
faster on a Pi, and each holds a picture."""


def usual_workers() -> int:
    """The cores that this process may use, within these bounds."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(max(_LEAST_WORKERS, usable), _MOST_WORKERS)


def in_order(
    items: Iterable[Item],
    take: Callable[[Item], Taken],
    work: Callable[[Taken], Done],
    *,
    workers: int,
    ahead: int,
) -> Generator[Done]:
    """What `work` makes of each item, in the order of the items.

    Items are asked for, and taken, in the caller's own thread; `work` runs in so many others. At most `ahead`
    items are taken and not given yet. What fails is raised when its turn is, also what the items themselves raise,
    and ends it. Where the caller stops early, what waits is not begun any more.
    """
    waiting: deque[Future[Done]] = deque()
    coming, failure = iter(items), None
    with ThreadPoolExecutor(workers, thread_name_prefix="edgeclassify-many") as pool:
        try:
            while True:
                try:
                    item = next(coming)
                except StopIteration:
                    break
                except Exception as error:  # noqa: BLE001  raised below, after what came before it
                    failure = error
                    break
                waiting.append(pool.submit(work, take(item)))
                while waiting and (len(waiting) >= ahead or waiting[0].done()):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
    if failure is not None:
        raise failure
