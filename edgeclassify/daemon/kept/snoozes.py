"""How long views are still left alone, over restarts: counted by the clock that does not jump."""

import math
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from edgeclassify.files import StateFile, StateFileTexts
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.publish.spool.clocks import CLOCKS, Clocks, Stamp
from edgeclassify.types.limits import MAX_SNOOZE_S

FILE_NAME = "snoozes.json"
NOTE_S = 600.0
"""While the clock is not set: so much of a snooze may count twice where the power fails."""
_WATCHED = "Views that were snoozed are watched again."
_TEXTS = StateFileTexts(
    unread=_WATCHED,
    damaged="expected how long views are left alone, found {size} damaged bytes: {aside}. " + _WATCHED,
    unwritten="After a restart snoozed views are watched again. Make room, or make the folder writable.",
)


@dataclass(frozen=True, slots=True)
class _Snooze:
    """`ends_s`: on the monotonic clock of this start of the machine. `ends_at`: seconds since the epoch, as an
    earlier start knew it; None: that is known no better, or was looked at already."""

    ends_s: float
    ends_at: float | None = None

    def at(self, now: Stamp) -> "_Snooze":
        """By a clock that is set: the time for which the machine was off counts too; nothing is prolonged."""
        if self.ends_at is None:
            return self
        return _Snooze(min(self.ends_s, now.clock_s + self.ends_at - now.wall_s))


class Snoozes:
    """Used by the daemon's thread alone. `path` None: in memory only.

    What the wall clock does while the machine runs changes nothing. How long the machine was off is known where
    the clock is set (`is_clock_set`) and was before; until then only running time counts.
    """

    def __init__(self, path: Path | None, is_clock_set: Callable[[], bool], clocks: Clocks = CLOCKS) -> None:
        self._is_clock_set, self._clocks = is_clock_set, clocks
        self._file = StateFile(path, self._read, _TEXTS)
        self._views: dict[str, _Snooze] = self._file.read() or {}
        self._noted_set = False
        """True where what is on disk says when they end by the wall clock."""
        self._next_note_s = clocks.monotonic()

    def begin(self, view: str, seconds: float) -> None:
        """Leave a view alone for so long from now, whatever was said before."""
        self._views[view] = _Snooze(self._clocks.monotonic() + seconds)
        self._write()

    def end(self, view: str) -> bool:
        """It is left alone no longer; False where it was not."""
        if self._views.pop(view, None) is None:
            return False
        self._write()
        return True

    def forget_others(self, views: Collection[str]) -> None:
        """These views there are, and no more."""
        for view in [view for view in self._views if view not in views]:
            self.end(view)

    def until(self, view: str) -> float | None:
        """When that ends by the wall clock as it goes now, seconds since the epoch; None: it is not left alone."""
        if (found := self._views.get(view)) is None:
            return None
        return self._clocks.wall() + max(0.0, found.ends_s - self._clocks.monotonic())

    def over(self) -> list[str]:
        """Views whose time is over. Called again and again: notes on disk what must be known there."""
        if not self._views:
            return []
        now_s = self._clocks.monotonic()
        if not self._is_clock_set():
            if now_s >= self._next_note_s:
                self._write()
        elif not self._noted_set:
            self._write()
        return [view for view, one in self._views.items() if now_s >= one.ends_s]

    def note(self) -> None:
        """At the end: how long they are still to be left alone."""
        if self._views:
            self._write()

    def _write(self) -> None:
        stamp, is_set = Stamp.now(self._clocks), self._is_clock_set()
        if is_set:
            self._views = {view: one.at(stamp) for view, one in self._views.items()}
        views: dict[str, dict[str, float | None]] = {}
        for view, one in self._views.items():
            left_s = max(0.0, one.ends_s - stamp.clock_s)
            ends_at = stamp.wall_s + left_s if is_set else one.ends_at
            views[view] = {"left_s": left_s, "ends_at": ends_at}
        document = {"boot": stamp.boot, "clock_s": stamp.clock_s, "clock_is_set": is_set, "views": views}
        self._file.write(document)
        self._noted_set, self._next_note_s = is_set, stamp.clock_s + NOTE_S

    def _read(self, document: Any) -> dict[str, _Snooze]:
        """Raises one of several errors where it is damaged."""
        boot, clock_s, now_s = str(document["boot"]), float(document["clock_s"]), self._clocks.monotonic()
        is_same_boot = boot == self._clocks.boot_id() != ""
        since_s = max(0.0, now_s - clock_s) if is_same_boot else 0.0
        is_settled = is_same_boot and bool(document["clock_is_set"])
        found: dict[str, _Snooze] = {}
        for view, one in document["views"].items():
            left_s, ends_at = float(one["left_s"]), one["ends_at"]
            if not 0 <= left_s <= MAX_SNOOZE_S or (ends_at is not None and not math.isfinite(ends_at)):
                raise ValueError(left_s)
            ends_at = None if ends_at is None or is_settled else float(ends_at)
            found[str(view)] = _Snooze(now_s + left_s - since_s, ends_at)
        return found
