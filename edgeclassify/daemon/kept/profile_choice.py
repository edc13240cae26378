"""Which profile is on: chosen by hand, or by the times of the config; kept over restarts."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from edgeclassify.config import Config
from edgeclassify.config.profiles import name_of
from edgeclassify.daemon.week_schedule import WeekSchedule
from edgeclassify.files import StateFile, StateFileTexts
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.once import Once

log = logging.getLogger(__name__)

FILE_NAME = "profile.json"
LONGEST_S = 8 * 86_400.0
"""The times of a week change within that: what is later was told by a clock that was wrong."""
_NONE_IS_ON = "No profile is on until one is chosen, or the times of one begin."
_TEXTS = StateFileTexts(
    unread=_NONE_IS_ON,
    damaged="expected which profile is on, found {size} damaged bytes: {aside}. " + _NONE_IS_ON,
    unwritten="The profile that was chosen is lost with a restart. Make room, or make the folder writable.",
)
_UNSET = "the clock is not set: the times of profiles (when) do not count until it is. Profile %s stays."


@dataclass(frozen=True, slots=True)
class _Choice:
    """`name` None: none is on. `until`: of one chosen by hand, when the times hold again, seconds since the epoch;
    None: not known yet, or never."""

    name: str | None = None
    by_hand: bool = False
    until: float | None = None


class ProfileChoice:
    """Used by the daemon's thread alone. `path` None: in memory only. `wall`: seconds since the epoch.

    One that was chosen by hand stays on until the times of the config change the next time, for good where there
    are none. While the clock is not set (`is_clock_set`) nobody knows what they say.
    """

    def __init__(
        self,
        path: Path | None,
        is_clock_set: Callable[[], bool],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._file = StateFile(path, _choice_in, _TEXTS)
        self._choice = self._file.read() or _Choice()
        self._is_clock_set, self._wall = is_clock_set, wall
        self._schedule = WeekSchedule((), None)
        self._unset = Once()

    @property
    def name(self) -> str | None:
        """The one that is on; None: none is."""
        return self._choice.name

    @property
    def until(self) -> float | None:
        """When the times of the config hold again, seconds since the epoch; None: never, or not known."""
        return self._choice.until

    def adopt(self, config: Config) -> None:
        """At the start, and from a reload on: of this config's profiles, by its times."""
        choice, schedule = self._choice, WeekSchedule.of(config)
        if choice.name is not None and choice.name not in config.profile:
            log.warning("profile %s is off: the config has it no more", choice.name)
            choice = _Choice()
        elif choice.name is not None and not choice.by_hand and not schedule:
            log.info("profile %s is off: no profile has times any more", choice.name)
            choice = _Choice()
        elif self._schedule and schedule != self._schedule:
            choice = replace(choice, until=None)
        self._schedule = schedule
        self._take(choice)
        self.look()

    def choose(self, name: str | None) -> None:
        """By hand. The caller has seen to it that there is such a profile."""
        is_known = bool(self._schedule) and self._is_clock_set()
        until = self._schedule.next_change(self._wall()) if is_known else None
        self._take(_Choice(name, True, until))
        self.look()

    def look(self) -> bool:
        """What the times say; True where another profile is on now. Called about once a second."""
        if not self._schedule:
            return False
        if not self._is_clock_set():
            if self._unset.is_news():
                log.warning(_UNSET, name_of(self.name))
            return False
        self._unset.is_over()
        before, now = self._choice, self._wall()
        choice = self._by_hand_at(now) if before.by_hand else before
        if not choice.by_hand:
            choice = replace(choice, name=self._schedule.at(now))
        self._take(choice)
        if choice.name == before.name:
            return False
        log.info("profile %s, by the times of the config", name_of(choice.name))
        return True

    def _by_hand_at(self, now: float) -> _Choice:
        """What was chosen by hand, as long as that holds."""
        choice = self._choice
        if choice.until is None or choice.until > now + LONGEST_S:
            return replace(choice, until=self._schedule.next_change(now))
        return _Choice(choice.name) if now >= choice.until else choice

    def _take(self, choice: _Choice) -> None:
        if choice != self._choice:
            self._choice = choice
            self._file.write({"profile": choice.name, "by_hand": choice.by_hand, "until": choice.until})


def _choice_in(document: Any) -> _Choice:
    """Raises one of several errors where it is damaged."""
    name, by_hand, until = document["profile"], document["by_hand"], document["until"]
    if not isinstance(name, str | None) or not isinstance(by_hand, bool):
        raise TypeError
    if until is not None and not math.isfinite(until):
        raise ValueError
    return _Choice(name, by_hand, until)
