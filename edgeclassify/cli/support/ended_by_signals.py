"""Commands that have something to put in order when they are told to end, however they are told."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """While entered, SIGTERM and a terminal that goes away raise KeyboardInterrupt, as Ctrl-C does.

    One that is ignored (as under nohup) stays so.
    """

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    both = (signal.SIGTERM, signal.SIGHUP)
    heeded = [number for number in both if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
