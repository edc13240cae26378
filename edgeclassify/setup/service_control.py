"""The service of a config: whether it runs, stopped while its camera is tried, and started at the end."""

import subprocess
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from edgeclassify.config import CameraConfig
from edgeclassify.config.source_kinds import is_device_or_stream
from edgeclassify.errors import EdgeClassifyError, ExitStatus
from edgeclassify.redaction import scrubbed
from edgeclassify.service.places import is_services, unit_of
from edgeclassify.setup.terminal.talk import Talk

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]
_SYSTEMCTL_S = 120.0
_LAST_LINES = 6


class ServiceStartError(EdgeClassifyError):
    """systemd did not start the service, or it ended at once."""

    exit_status = ExitStatus.UNAVAILABLE


def service_unit(config: Path) -> str | None:
    """The unit that runs with a config; None where it lies elsewhere, and is no service's."""
    return unit_of(config.resolve()) if is_services(config) else None


def _run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_SYSTEMCTL_S, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


@dataclass
class ServiceControl:
    """`unit` None: the config is no service's. `as_root`: we may start and stop it. Used by one thread. A context
    manager: what was stopped here runs again at its end, unless it is to stay so."""

    unit: str | None
    as_root: bool
    run: Run = _run
    _was_stopped: bool = field(default=False, init=False)

    @property
    def is_there(self) -> bool:
        """systemd runs, and knows the unit."""
        if self.unit is None:
            return False
        shown = self.run(("systemctl", "show", self.unit, "--property=LoadState", "--value"))
        return shown.returncode == 0 and shown.stdout.strip() == "loaded"

    @property
    def is_active(self) -> bool:
        """It runs."""
        return self.unit is not None and self.run(("systemctl", "is-active", "--quiet", self.unit)).returncode == 0

    def let_go_of(self, camera: CameraConfig, talk: Talk) -> None:
        """A camera has one user: where the service has one and we may, it is stopped until the end."""
        if not is_device_or_stream(camera.source) or not self.as_root or self._was_stopped or not self.is_active:
            return
        if talk.yes("The service runs, and a camera has one user. Stop it until this is done?"):
            self._was_stopped = True  # before it is: whatever ends us meanwhile, it is started again
            self.run(("systemctl", "stop", str(self.unit)))

    def stay_stopped(self) -> bool:
        """Where it was stopped here it is not started again at the end; True where that is so."""
        stays, self._was_stopped = self._was_stopped, False
        return stays

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Start it again where it was stopped here. Raises ServiceStartError, where nothing else was raised."""
        if not self._was_stopped:
            return
        self._was_stopped = False
        with nullcontext() if error is None else suppress(ServiceStartError):
            self._do("start")

    def start(self, *, anew: bool = False) -> None:
        """Start it, now and at each start of the machine; one that runs takes the config over, `anew`: restarts.

        Raises ServiceStartError.
        """
        if self.is_active:
            self._do("restart" if anew else "reload")
            return
        self._was_stopped = False
        self._do("enable", "--now")

    def _do(self, *verb: str) -> None:
        done = self.run(("systemctl", *verb, str(self.unit)))
        if done.returncode == 0:
            return
        log = self.run(("journalctl", "-u", str(self.unit), "-n", str(_LAST_LINES), "-o", "cat", "--no-pager"))
        reason = done.stderr.strip() or "no reason given"
        said = (
            f"{self.unit}: expected it to {verb[0]}, found that it did not: {reason}",
            *log.stdout.splitlines(),
        )
        raise ServiceStartError(scrubbed("\n  ".join(said)))
