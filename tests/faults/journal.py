"""What the node says of itself, in a file that a kill leaves whole: one line per write, appended.

Times are of the monotonic clock, which all processes of a machine share and no clock jump touches.
"""

import json
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edgeclassify.health import Health
from edgeclassify.types import Event


class JournalWriter:
    """Appends lines. The process may end by SIGKILL at any time: what is written is in the kernel's hands."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def started(self) -> None:
        """A process begins."""
        self._write("started", pid=os.getpid())

    def before(self, event: Event) -> None:
        """The state machine has made an event; it is handed over next."""
        self._write(
            "before", seq=event.seq, id=event.id, view=event.view, type=str(event.event_type),
            reason=event.why.reason or "",
        )  # fmt: skip

    def after(self, event: Event) -> None:
        """The sink has taken it."""
        self._write("after", seq=event.seq)

    def failed(self, event: Event, error: str) -> None:
        """The sink did not take it."""
        self._write("failed", seq=event.seq, error=error)

    def health(self, health: Health) -> None:
        """What the node says of itself."""
        depth = health.spool_depth + (health.webhook_depth or 0)
        self._write(
            "health", frames=health.frames, depth=depth, dropped=health.spool_dropped,
            on_disk=health.spool_on_disk,
        )  # fmt: skip

    def _write(self, kind: str, **values: Any) -> None:
        line = json.dumps({"kind": kind, "at": time.monotonic(), **values}) + "\n"
        os.write(self._file, line.encode())


@dataclass(frozen=True)
class Made:
    """An event that the state machine made. `returned`: the sink had taken it before the process ended.

    `run`: counts the processes; `reason`: why the event came, "" for a start.
    """

    seq: int
    id: str
    view: str
    event_type: str
    returned: bool
    run: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Pulse:
    """The node's health at a time."""

    at: float
    frames: int
    depth: int
    dropped: int
    on_disk: bool


@dataclass(frozen=True)
class Journal:
    """The whole file, read."""

    made: tuple[Made, ...]
    pulses: tuple[Pulse, ...]
    """Of all runs of the node, in order."""
    failures: tuple[str, ...]
    starts: tuple[float, ...]


def read_journal(path: Path) -> Journal:
    """Read what is there by now; a last line without its end is left for later."""
    text = path.read_text() if path.exists() else ""
    made: list[Made] = []
    pulses, failures, starts = [], [], []
    for line in text[: text.rfind("\n") + 1].splitlines():
        found = json.loads(line)
        kind = found["kind"]
        if kind == "started":
            starts.append(found["at"])
        elif kind == "before":
            seq, name, view, kind, reason = (found[key] for key in ("seq", "id", "view", "type", "reason"))
            made.append(Made(seq, name, view, kind, False, len(starts), reason))
        elif kind == "after":
            # The last with this number: a number is used again when a kill came before the first was on disk.
            last = max(i for i in range(max(0, len(made) - 4), len(made)) if made[i].seq == found["seq"])
            made[last] = replace(made[last], returned=True)
        elif kind == "failed":
            failures.append(f"seq {found['seq']}: {found['error']}")
        else:
            pulses.append(Pulse(found["at"], found["frames"], found["depth"], found["dropped"], found["on_disk"]))
    return Journal(tuple(made), tuple(pulses), tuple(failures), tuple(starts))
