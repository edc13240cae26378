"""How far a long command is: a bar on standard error, where a person waits there."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


def items_with_bar(items: Sequence[T], doing: str) -> Iterator[T]:
    """The items, with a bar where there are several of them."""
    if len(items) < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, doing, console=Console(stderr=True), transient=True)


@contextmanager
def bar_of(doing: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar of so many steps; call what it gives for each."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=total)
        yield lambda: progress.advance(task)
