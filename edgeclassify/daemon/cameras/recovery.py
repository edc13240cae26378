"""What is done for a camera that its capture thread could not bring back: a fresh process, then a reboot.

How often that has failed is kept in the state folder, so that the waits grow over restarts of the daemon.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from enum import Enum, auto
from pathlib import Path
from typing import Any

from edgeclassify.config import RecoveryConfig
from edgeclassify.files import StateFile, StateFileTexts
from edgeclassify.lazy_dataclass import dataclass

log = logging.getLogger(__name__)

FILE_NAME = "recovery.json"
_KEY = "fresh_processes_in_vain"
_TEXTS = StateFileTexts(
    unread="It counts as empty.",
    damaged="expected counts of fresh processes, found damage: {aside}.",
    unwritten="How often a fresh process was in vain is forgotten with a restart.",
)
ALONE_WAIT_S = 60.0
"""No camera works: the first fresh process comes at once, the second after this, doubling each time."""
MAX_ALONE_WAIT_S = 3600.0
OTHERS_WAIT_S = 600.0
"""Other cameras work, and a fresh process interrupts them for seconds: it comes after this, doubling each time."""
MAX_OTHERS_WAIT_S = 86_400.0


class Remedy(Enum):
    """What the daemon can do."""

    FRESH_PROCESS = auto()
    REBOOT = auto()


def wait_s(in_vain: int, *, alone: bool) -> float:
    """Seconds that a camera is lost before the next fresh process, after so many that failed."""
    if alone:
        return min(ALONE_WAIT_S * 2 ** min(in_vain - 1, 20), MAX_ALONE_WAIT_S) if in_vain else 0.0
    return float(min(OTHERS_WAIT_S * 2 ** min(in_vain, 20), MAX_OTHERS_WAIT_S))


def reboot_file(config: RecoveryConfig) -> Path:
    """The file that asks for a reboot: of an instance in its own folder of /run, where the config names none."""
    runtime = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    unnamed = config.reboot_file == RecoveryConfig.model_fields["reboot_file"].default
    return Path(runtime) / config.reboot_file.name if runtime and unnamed else config.reboot_file


def uptime_s() -> float:
    """Seconds since the machine was booted: a clock that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class FailedRecovery:
    """Fresh processes that did not bring a camera back, in a row."""

    count: int
    source: str
    """What was read, without credentials: another source of the same name begins anew."""
    worked: bool
    """True where it has ever given frames, in any of these processes."""


class Recovery:
    """Used by the daemon's thread. `folder` None: nothing survives a restart, and the waits do not grow.

    A file that can't be read or is damaged counts as none; one that can't be written is said once.
    """

    def __init__(
        self, folder: Path | None, config: RecoveryConfig, uptime: Callable[[], float] = uptime_s
    ) -> None:
        self.config = config
        self._uptime = uptime
        self._file = StateFile(None if folder is None else folder / FILE_NAME, _vain_in, _TEXTS)
        self._vain = self._file.read() or {}
        self._reboot_asked = False

    def in_vain(self, camera: str, source: str) -> int:
        """Fresh processes that did not bring this source of the camera back, in a row."""
        vain = self._vain.get(camera)
        return vain.count if vain is not None and vain.source == source else 0

    def worked_before(self, camera: str, source: str) -> bool:
        """True where it had given frames before the fresh processes that failed."""
        return bool(self.in_vain(camera, source)) and self._vain[camera].worked

    def settled(self, camera: str) -> None:
        """The camera works: the processes that failed are forgotten."""
        if self._vain.pop(camera, None) is not None:
            self._store()

    def due(self, camera: str, source: str, lost_s: float, *, alone: bool) -> Remedy | None:
        """What is to be done now for a camera that has been lost for so long. `alone`: no other one works."""
        count, config = self.in_vain(camera, source), self.config
        may_reboot = config.reboot and not self._reboot_asked and count >= config.reboot_after
        if may_reboot and alone and self._uptime() >= config.reboot_interval_s:
            return Remedy.REBOOT
        if config.fresh_process and lost_s >= wait_s(count, alone=alone):
            return Remedy.FRESH_PROCESS
        return None

    def take(self, remedy: Remedy, camera: str, source: str, *, worked: bool) -> None:
        """Note that a fresh process comes, or ask for a reboot. `worked`: it has given frames in this process."""
        if remedy is Remedy.FRESH_PROCESS:
            ever = worked or self.worked_before(camera, source)
            self._vain[camera] = FailedRecovery(self.in_vain(camera, source) + 1, source, ever)
            self._store()
            return
        self._reboot_asked = True
        file = reboot_file(self.config)
        count = self.in_vain(camera, source)
        log.error(
            "camera %s: %d fresh processes were in vain: asking for a reboot",
            camera,
            count,
            extra={"camera": camera},
        )
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"edgeclassify: camera {camera} is lost\n")
        except OSError as error:
            log.error(
                "recovery.reboot_file: %s: can't be written: %s. No reboot can be asked for.",
                file, error.strerror or error,
            )  # fmt: skip

    def _store(self) -> None:
        self._file.write({_KEY: {camera: asdict(vain) for camera, vain in self._vain.items()}})


def _vain_in(document: Any) -> dict[str, FailedRecovery]:
    """What the file says. Raises one of several errors where it is damaged."""
    vain = {str(camera): FailedRecovery(**fields) for camera, fields in document[_KEY].items()}
    if not all(type(one.count) is int and 0 < one.count <= 10**6 for one in vain.values()):
        raise ValueError
    return vain
