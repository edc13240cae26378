"""Talks to systemd: ready, watchdog, reloading, stopping, status. A no-op where systemd did not start us.

Protocol: sd_notify(3), newline-separated KEY=VALUE datagrams to the socket named by NOTIFY_SOCKET.
"""

import logging
import os
import socket
import time

from edgeclassify.once import Once
from edgeclassify.redaction import scrubbed

log = logging.getLogger(__name__)


class Notifier:
    """Sends notifications to the service manager."""

    def __init__(self, address: str | None = None) -> None:
        address = os.environ.get("NOTIFY_SOCKET") if address is None else address
        # A leading "@" stands for the abstract namespace's zero byte.
        self._address = "\0" + address[1:] if address and address.startswith("@") else address
        self._said = Once()

    @property
    def active(self) -> bool:
        """True where a service manager that listens started us."""
        return bool(self._address)

    def ready(self, status: str = "") -> None:
        """The service has started, or has finished reloading."""
        self.send("READY=1", f"STATUS={scrubbed(status)}")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self.send(f"STATUS={scrubbed(text)}")

    def reloading(self) -> None:
        """A reload begins; `ready` ends it. systemd wants the moment on its clock."""
        self.send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The service begins to stop."""
        self.send("STOPPING=1")

    def watchdog(self) -> None:
        """Work was done: a frame was captured, inferred and handed over."""
        self.send("WATCHDOG=1")

    def extend_watchdog(self, seconds: float) -> None:
        """Ask for another watchdog time than the unit's, e.g. where frames are a minute apart."""
        self.send(f"WATCHDOG_USEC={int(seconds * 1_000_000)}")

    def send(self, *lines: str) -> None:
        """One message of these assignments (KEY=VALUE)."""
        if not self._address:
            return
        message = "\n".join(line.replace("\n", " ") for line in lines).encode()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.settimeout(1.0)
                channel.connect(self._address)
                channel.sendall(message)
        except OSError as error:
            # Without its socket systemd will restart us; once is enough to say so.
            if self._said.is_news():
                log.warning("can't notify systemd at %s: %s", self._address.replace("\0", "@"), error)


def watchdog_interval_s() -> float | None:
    """The unit's watchdog time in seconds, None without one (or where it is meant for another process)."""
    try:
        microseconds = int(os.environ.get("WATCHDOG_USEC", ""))
        pid = int(os.environ.get("WATCHDOG_PID", os.getpid()))
    except ValueError:
        return None
    return microseconds / 1_000_000 if microseconds > 0 and pid == os.getpid() else None
