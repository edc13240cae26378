"""What the service manager is told of the daemon's life: ready, reloading, stopping, and a line of how it is."""

from collections.abc import Callable

from edgeclassify.systemd import Notifier, watchdog_interval_s

WATCHDOG_MARGIN_S = 10.0
"""How much later than a frame is due at the latest systemd ends the daemon."""
LONGEST_REFUSAL = 300
"""Characters that `systemctl status` shows of why a reload was refused; the journal has all."""


class ServiceManager:
    """`status`: in a few words how the daemon is; why its last reload was refused stands behind it."""

    def __init__(self, notifier: Notifier, status: Callable[[], str]) -> None:
        self._notifier, self._status = notifier, status
        self._refusal: str | None = None
        self._watchdog_s: float | None = None

    def ready(self) -> None:
        """The daemon has started, or is done with a reload, well or not."""
        self._notifier.ready(self._line())

    def reloading(self) -> None:
        """A reload begins; `accepted` or `refused` tells how it went, `ready` ends it."""
        self._notifier.reloading()

    def accepted(self) -> None:
        """The new config holds."""
        self._refusal = None

    def refused(self, error: Exception) -> None:
        """The old config stays: said in the status until a reload is accepted."""
        self._refusal = " ".join(str(error).split())[:LONGEST_REFUSAL]

    def show_status(self) -> None:
        """How it is by now."""
        self._notifier.status(self._line())

    def allow_silence(self, longest_s: float) -> None:
        """Seconds that frames may be apart: the watchdog waits longer, and never less than the unit says."""
        unit_s = watchdog_interval_s()
        if unit_s is None:
            return
        wanted_s = max(unit_s, longest_s + WATCHDOG_MARGIN_S)
        if wanted_s != (self._watchdog_s or unit_s):
            self._watchdog_s = wanted_s
            self._notifier.extend_watchdog(wanted_s)

    def stopping(self) -> None:
        """The daemon begins to stop."""
        self._notifier.stopping()

    def _line(self) -> str:
        refused = "" if self._refusal is None else f"; the last reload was refused: {self._refusal}"
        return f"{self._status()}{refused}"
