"""Signals as flags: a handler only notes what was asked for, the supervisor's loop acts on it.

Where that loop hangs nobody would look at the flags, nor would Python run the handler: so a thread of its own
hears of a stop too, and ends the process when nothing else does.
"""

import logging
import os
import signal
import threading
from types import FrameType, TracebackType
from typing import Self

from edgeclassify import early_sighup
from edgeclassify.errors import ExitStatus
from edgeclassify.logs import show_stacks

log = logging.getLogger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
RELOAD_SIGNAL = signal.SIGHUP
STOP_PATIENCE_S = 6.0
"""How long the process may go on after it was asked to stop: less than the unit's TimeoutStopSec, so that there is
still time to say where it hangs."""


class SignalFlags:
    """What was asked of the daemon, by signal or by a method call from any thread."""

    def __init__(self) -> None:
        self.stop = False
        self.reload = False

    def take_reload(self) -> bool:
        """True where a reload was asked for since the last call."""
        asked, self.reload = self.reload, False
        return asked


class SignalHandlers:
    """While entered: SIGTERM and SIGINT ask to stop, SIGHUP to reload. Only the main thread can do that;
    elsewhere (a test, an embedding program) this is a no-op."""

    def __init__(self, flags: SignalFlags) -> None:
        self._flags = flags
        self._before: dict[int, object] = {}
        self._last_word: _LastWord | None = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (*STOP_SIGNALS, RELOAD_SIGNAL):
                self._before[number] = signal.signal(number, self._note)
            self._flags.reload |= early_sighup.heard()  # while the daemon was being imported
            self._last_word = _LastWord()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        if self._last_word is not None:
            self._last_word.close()

    def _note(self, number: int, _: FrameType | None) -> None:
        if number == RELOAD_SIGNAL:
            self._flags.reload = True
        else:
            self._flags.stop = True


class _LastWord:
    """Hears of each signal through a pipe, whatever the main thread does; of a stop it makes an end in time."""

    def __init__(self) -> None:
        self._heard, self._hears = os.pipe()
        os.set_blocking(self._hears, False)
        self._before = signal.set_wakeup_fd(self._hears, warn_on_full_buffer=False)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="last-word", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """The main thread has come to its end by itself."""
        signal.set_wakeup_fd(self._before)
        self._stopped.set()
        os.write(self._hears, b"\0")
        self._thread.join()
        os.close(self._heard)
        os.close(self._hears)

    def _listen(self) -> None:
        while not self._stopped.is_set():
            if not set(os.read(self._heard, 64)).isdisjoint(STOP_SIGNALS):
                break
        if not self._stopped.wait(STOP_PATIENCE_S):
            log.critical("it has not stopped within %g s: ending it. Where it was:", STOP_PATIENCE_S)
            show_stacks()
            os._exit(ExitStatus.SOFTWARE)
