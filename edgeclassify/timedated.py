"""systemd-timedated is asked whether the clock is synchronised, where the kernel may not be: in a sandbox.

Reading the clock's state is a system call that can also set it, adjtimex(2), and the unit gives none of these.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

UNSET_S = 30.0
"""How old an answer may be that it is not synchronised."""
SET_S = 3600.0
"""How old an answer may be that it is. Each costs a process, and timedated a start."""
_PATIENCE_S = 5.0
_COMMAND = ("timedatectl", "show", "--property=NTPSynchronized", "--value")
_RUNNING = Path("/run/systemd/system")


def ask() -> bool | None:
    """Its answer now; None where there is none."""
    if not _RUNNING.is_dir():
        return None
    import subprocess  # the kernel tells, as a rule

    try:
        done = subprocess.run(_COMMAND, capture_output=True, text=True, timeout=_PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


class AskedClock:
    """Its last answer. The first is waited for; who asks later never waits: it is asked anew beside."""

    def __init__(self, ask: Callable[[], bool | None] = ask, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = ask, clock
        self._lock = threading.Lock()
        self._answer: bool | None = None
        self._due: float | None = None

    def synchronised(self) -> bool | None:
        """True where the clock is synchronised, None where nobody tells."""
        with self._lock:
            first, due = self._due is None, self._due is None or self._clock() >= self._due
            if due:
                self._due = self._clock() + UNSET_S
        if first:
            self._renew()
        elif due:
            threading.Thread(target=self._renew, name="timedated", daemon=True).start()
        return self._answer

    def _renew(self) -> None:
        answer = self._ask()
        with self._lock:
            self._answer, self._due = answer, self._clock() + (SET_S if answer else UNSET_S)
