"""The restart ladder: what is tried next to get a lost source back, and how long to wait before it."""

from enum import Enum, auto

from edgeclassify.errors import AbsentError, SourceError
from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of the ladder."""

    back_off_s: float = 0.5
    """Before the first re-open; it doubles with each further one."""
    max_back_off_s: float = 10.0
    given_up_s: float = 60.0
    """Between two quiet tries of a camera that counts as gone, while the daemon lives on for others."""
    settled_s: float = 60.0
    """A source that has given frames for so long is well: its next loss begins at the lowest rung again."""

    def back_off(self, time_: int) -> float:
        """Seconds before the first, second, … time in a row."""
        return float(min(self.back_off_s * 2 ** min(time_ - 1, 10), self.max_back_off_s))


WAITS = Waits()


class Rung(Enum):
    """What a capture thread can do, the least first. The daemon has two more: a fresh process, and a reboot."""

    RESTART = auto()  # the stream is stopped and started, the device stays open
    REOPEN = auto()  # closed, and opened again


@dataclass(frozen=True, slots=True)
class NextAttempt:
    """What is tried next, after a wait of so many seconds. `thorough`: nothing of the source is kept."""

    rung: Rung
    wait_s: float
    thorough: bool = False


class Ladder:
    """Climbs a rung with each loss in a row; frames for `settled_s` without a loss lead back to its foot.

    First the stream is restarted, where the source can do that and it was running. Then it is opened again, after
    0.5 s, doubling to 10 s, from the second time on thoroughly. After `attempts` re-opens the ladder is at its end
    (`given_up`), and the source is tried on every 60 s. What is absent has no end: it is looked for every 10 s.
    """

    def __init__(self, *, attempts: int, keeps_device: bool, waits: Waits = WAITS) -> None:
        self._attempts, self._keeps_device, self._waits = attempts, keeps_device, waits
        self._restarted = False
        self._reopens = self._looks = 0
        self._well_since: float | None = None
        self.given_up = False

    def well(self, now: float) -> bool:
        """A frame came; True once the source has been well for so long that its loss is forgotten."""
        if self._well_since is None:
            self._well_since = now
        if now - self._well_since < self._waits.settled_s:
            return False
        self._restarted, self._reopens, self._looks, self.given_up = False, 0, 0, False
        return True

    def lost(self, error: SourceError, *, running: bool) -> NextAttempt:
        """The source was lost. `running`: it was open, and only its stream broke or stalled."""
        self._well_since = None
        if running and self._keeps_device and not self._restarted and not self.given_up:
            self._restarted = True
            return NextAttempt(Rung.RESTART, 0.0)
        if isinstance(error, AbsentError):  # looked for without end, and at nobody's expense
            self._looks += 1
            return NextAttempt(Rung.REOPEN, max(self._waits.back_off(self._looks), error.retry_s), thorough=True)
        self._reopens += 1
        wait_s, thorough = self._waits.back_off(self._reopens), self._reopens > 1
        self.given_up = self.given_up or self._reopens > self._attempts
        return NextAttempt(Rung.REOPEN, self._waits.given_up_s if self.given_up else wait_s, thorough)

    def give_up(self) -> NextAttempt:
        """Trying again can't bring it back: go to the ladder's end."""
        self._well_since, self.given_up = None, True
        return NextAttempt(Rung.REOPEN, self._waits.given_up_s, True)
