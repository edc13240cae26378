"""Which models have been tried here with success, so that a start pays for it once: a small file."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from edgeclassify.files import StateFile
from edgeclassify.model.runtime.delegates import DelegateChoice

FILE_NAME = "tried-models.json"
MOST = 100
"""Models that are remembered; the oldest are forgotten."""
_EDITION = 2
"""Of the trial: what an earlier one found good is tried again."""


class TriedModels:
    """The models that have run here with success, by checksum and runtime (name and version), in a file.

    `path`: None: nothing is remembered.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = StateFile(path, _good_in, texts=None, indent=0)

    def holds(self, sha256: str, runtime: str, delegate: DelegateChoice | None = None) -> bool:
        """True where this model has run in this runtime, with this delegate."""
        return _key(sha256, runtime, delegate) in (self._file.read() or ())

    def add(self, sha256: str, runtime: str, delegate: DelegateChoice | None = None) -> None:
        """It has. Where that can't be written it is tried again next time."""
        key = _key(sha256, runtime, delegate)
        known = self._file.read() or ()
        self._file.write({"good": [*(one for one in known if one != key), key][-MOST:]})


def _good_in(document: Any) -> list[str]:
    found = document["good"]
    if not isinstance(found, list):
        raise TypeError
    return [key for key in found if isinstance(key, str)]


def _key(sha256: str, runtime: str, delegate: DelegateChoice | None) -> str:
    key = f"{sha256} {runtime} {_EDITION}"
    return (
        key if delegate is None else f"{key} {json.dumps([delegate.library, delegate.options, _stamp(delegate)])}"
    )


def _stamp(delegate: DelegateChoice) -> list[int]:
    """What tells a library from one that was installed in its place; nothing where only the loader finds it."""
    with suppress(OSError):
        found = Path(delegate.library).stat()
        return [found.st_size, found.st_mtime_ns]
    return []
