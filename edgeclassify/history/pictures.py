"""The pictures of events: their files' names carry the event's number."""

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from edgeclassify.history.interface import LoggedEvent

_NUMBER = re.compile(r"-seq(\d{1,20})-\d+(?:-[a-z0-9_]{1,64})?\.jpg", re.ASCII)


def with_pictures(events: Sequence[LoggedEvent], folder: Path | None) -> list[LoggedEvent]:
    """The events with the files of their snapshots, as far as those are still there. `folder` None: nowhere."""
    if folder is None:
        return list(events)
    pictures = {view: _pictures(folder / view) for view in {event.view for event in events}}
    return [replace(event, picture=pictures[event.view].get(event.seq)) for event in events]


def _pictures(folder: Path) -> dict[int, Path]:
    with suppress(OSError), os.scandir(folder) as entries:
        return dict(_numbered(entries))
    return {}


def _numbered(entries: "Iterable[os.DirEntry[str]]") -> Iterable[tuple[int, Path]]:
    for entry in entries:
        if not entry.name.startswith(".") and (match := _NUMBER.search(entry.name)):
            yield int(match[1]), Path(entry.path)
