"""Whether the machine's clock is set, so that days can be told by it."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from edgeclassify import machine
from edgeclassify.files import StateFile

log = logging.getLogger(__name__)

FILE_NAME = "clock.json"
SLACK_S = 86_400.0
"""A clock that is behind what was counted last by more than that is not set, unless it was synchronised."""

PATIENCE_S = 600.0
"""A clock that is not set by then is worth a warning: a Pi's is synchronised a minute or two after its start."""

_SYNCHRONISED_BY_TIMESYNCD = Path("/run/systemd/timesync/synchronized")


def synchronised(
    noted: Path = _SYNCHRONISED_BY_TIMESYNCD, kernel: Callable[[], bool | None] = machine.clock_synchronised
) -> bool | None:
    """True where the clock is, or was since the machine's start; None: the kernel does not tell.

    `noted`: a file that is there from the first time on, where systemd-timesyncd sets the clock.
    """
    with suppress(OSError):
        if noted.exists():
            return True
    return kernel()


class SetClock:
    """A clock that was synchronised once since the machine's start stays set, also over a restart of the daemon.

    `folder`: where that is noted, once for each start of the machine; None: nowhere. `trusted`: the user says
    that it needs no synchronising. `floor`: the newest moment that was counted, seconds since the epoch: a clock
    that is not known to be synchronised is set only where it is not far behind that.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        trusted: bool = False,
        floor: float = 0.0,
        synchronised: Callable[[], bool | None] = synchronised,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        boot_id: Callable[[], str] = machine.boot_id,
    ) -> None:
        self._file = StateFile(None if folder is None else folder / FILE_NAME, _boot_of, None)
        self._trusted, self._floor = trusted, floor
        self._synchronised, self._wall, self._boot_id = synchronised, wall, boot_id
        self._clock, self._begin = clock, clock()
        self._said_at_level = logging.NOTSET
        self.is_set = False
        """True where days can be told by it."""
        boot = boot_id()
        if boot and self._file.read() == boot:
            self.is_set = True
        else:
            self.look()

    def trust(self, trusted: bool) -> None:
        """What the user says of it by now. A clock that is set stays so."""
        self._trusted = trusted
        self.look()

    def look(self) -> None:
        """Called about once a second: it may have been set meanwhile.

        That it is not is said at once, and after PATIENCE_S as a warning.
        """
        if self.is_set:
            return
        synchronised = self._synchronised()
        if synchronised:
            self._file.write({"synchronised_in_boot": self._boot_id()})
        behind_s = self._floor - self._wall()
        may_be_right = synchronised is None or self._trusted
        self.is_set = bool(synchronised) or (may_be_right and behind_s <= SLACK_S)
        level = logging.INFO if self._clock() - self._begin < PATIENCE_S else logging.WARNING
        if self.is_set and self._said_at_level:
            log.info("the clock is set: days are counted")
        elif not self.is_set and self._said_at_level < level:
            self._said_at_level = level
            log.log(level, "%s", _behind(behind_s) if may_be_right else UNSET)


UNSET = (
    "the clock is not set (it was not synchronised since this machine was started): days are not counted until it "
    "is. On a machine that has a clock with a battery: node.trust_clock = true."
)


def _behind(behind_s: float) -> str:
    return (
        f"the clock is {behind_s / 86_400:.1f} days behind what was counted last: days are not counted until "
        "it is set. Set it, or let it be synchronised."
    )


def _boot_of(document: Any) -> str:
    """Raises what StateFile takes for damage."""
    return str(document["synchronised_in_boot"])
