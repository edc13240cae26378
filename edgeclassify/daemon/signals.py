"""Signals as flags: a handler only notes what was asked for, the supervisor's loop acts on it."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
RELOAD_SIGNAL = signal.SIGHUP


class Requests:
    """What was asked of the daemon, by signal or by a method call from any thread."""

    def __init__(self) -> None:
        self.stop = False
        self.reload = False

    def take_reload(self) -> bool:
        """Was a reload asked for since the last call?"""
        asked, self.reload = self.reload, False
        return asked


class SignalHandlers:
    """While entered: SIGTERM and SIGINT ask to stop, SIGHUP to reload. Only the main thread can do that;
    elsewhere (a test, an embedding program) this is a no-op."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (*STOP_SIGNALS, RELOAD_SIGNAL):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _note(self, number: int, _: FrameType | None) -> None:
        if number == RELOAD_SIGNAL:
            self._requests.reload = True
        else:
            self._requests.stop = True
