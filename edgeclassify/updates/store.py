"""What a node remembers of updates, in one file that is replaced in one step: which runs, which ran before, which
was seen last and what became of it. A power cut leaves the old or the new.
"""

import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from edgeclassify.config.layers.update_layer import STATE_FILE, config_in
from edgeclassify.documents.records import plain_values, record_of
from edgeclassify.files import StateFile, StateFileTexts
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import UpdateState
from edgeclassify.updates.decision import Known
from edgeclassify.updates.interface import Baseline, GateRules

_TEXTS = StateFileTexts(
    unread="What is known of updates is not known now: an old one may be taken again.",
    damaged="expected what is known of updates, found {size} bytes of something else ({reason}); {aside}. An old "
    "update may be taken again.",
    unwritten="No update is taken before it can be.",
)


@dataclass(frozen=True, slots=True)
class Placed:
    """An update that is on disk. `folder`: its name."""

    id: str
    version: int
    folder: str


@dataclass(frozen=True, slots=True)
class Watched:
    """An update that has to prove itself. `starts`: of the daemon since then that did not end well."""

    starts: int = 0
    gate: GateRules = field(default_factory=GateRules)
    before: Baseline = field(default_factory=Baseline)


@dataclass(frozen=True, slots=True)
class Record:
    """`highest`: greatest version that was seen, `id`, `content` and `state` of it ("": nothing yet), and why;
    `attempts`: how often it was tried; `running`, `before`: what runs, and what comes back where that is undone;
    `watched`: while it proves itself."""

    highest: int = 0
    id: str = ""
    state: str = ""
    reason: str | None = None
    attempts: int = 0
    running: Placed | None = None
    before: Placed | None = None
    watched: Watched | None = None
    content: str = ""

    @property
    def known(self) -> Known:
        """For a decision on the next one."""
        return Known(self.highest, self.id, self.state_now, self.content)

    @property
    def state_now(self) -> UpdateState | None:
        """None: nothing is known."""
        return UpdateState(self.state) if self.state in set(UpdateState) else None


def _record(document: Any) -> Record:
    if not isinstance(document, dict) or not isinstance(document.get("highest"), int):
        raise ValueError("no record of updates")
    return record_of(Record, document)


def _without_running(record: Record) -> Record:
    lost = record.running
    after = replace(record, running=record.before, before=None, watched=None)
    if lost is None or (lost.version, lost.id) != (record.highest, record.id):
        return after
    reason = "what it had brought is gone from the disk; it is fetched again"
    return replace(after, state=UpdateState.WAITING.value, reason=reason, attempts=0)


class UpdateStore:
    """Thread-safe. `folder`: where updates lie, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = StateFile(folder / STATE_FILE, _record, _TEXTS)
        self._lock = threading.Lock()
        self._record = self._file.read() or Record()

    @property
    def record(self) -> Record:
        """As it is now."""
        return self._record

    def change(self, make: Callable[[Record], Record]) -> bool:
        """Another record, on disk; False where it can't be written: then nothing has changed."""
        with self._lock:
            after = make(self._record)
            if after == self._record:
                return True
            if not self._file.write(plain_values(after)):
                return False
            self._record = after
            return True

    def place_of(self, placed: Placed | None) -> Path | None:
        """Where it lies; None: it is none."""
        return None if placed is None else self.folder / placed.folder

    @property
    def is_lost(self) -> bool:
        """True where the disk has no more what runs by the record."""
        folder = self.place_of(self._record.running)
        return folder is not None and config_in(folder) is None

    def forget_lost(self) -> bool:
        """What runs and is gone from the disk was never taken: as the newest it waits to be fetched again. True
        where that is news."""
        return self.is_lost and self.change(_without_running)

    def roll_back(self, reason: str) -> bool:
        """What ran before runs again, from the next reading of the config on; False as of change()."""
        return self.change(
            lambda record: replace(
                record,
                running=record.before,
                before=None,
                watched=None,
                state=UpdateState.ROLLED_BACK.value,
                reason=reason,
            )
        )

    def tidy(self, keep: str = "") -> None:
        """Remove the folders of updates that are of no use any more; what can't be stays for the next time."""
        record = self._record
        used = {keep, *(one.folder for one in (record.running, record.before) if one is not None)}
        with suppress(OSError):
            for one in self.folder.iterdir():
                if one.is_dir() and not one.is_symlink() and one.name not in used:
                    shutil.rmtree(one, ignore_errors=True)
