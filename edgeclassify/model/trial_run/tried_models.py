"""Which models have been tried here with success, so that a start pays for it once: a small file."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from edgeclassify.files import StateFile

FILE_NAME = "tried-models.json"
MOST = 100
"""Models that are remembered; the oldest are forgotten."""
_EDITION = 2
"""Of the trial: what an earlier one found good is tried again."""


def remembered_in() -> Path | None:
    """The file: in systemd's StateDirectory, else in the user's cache; None for a user without a home."""
    state = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if state:
        return Path(state) / FILE_NAME
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if cache.is_absolute():
        return cache / "edgeclassify" / FILE_NAME
    with suppress(RuntimeError):
        return Path.home() / ".cache" / "edgeclassify" / FILE_NAME
    return None


class TriedModels:
    """The models that have run here with success, by checksum and runtime (name and version), in a file.

    `path`: None: nothing is remembered.
    """

    def __init__(self, path: Path | None) -> None:
        self._file = StateFile(path, _good_in, texts=None, indent=0)

    def holds(self, sha256: str, runtime: str) -> bool:
        """True where this model has run in this runtime."""
        return _key(sha256, runtime) in (self._file.read() or ())

    def add(self, sha256: str, runtime: str) -> None:
        """It has. Where that can't be written it is tried again next time."""
        key = _key(sha256, runtime)
        known = self._file.read() or ()
        self._file.write({"good": [*(one for one in known if one != key), key][-MOST:]})


def _good_in(document: Any) -> list[str]:
    found = document["good"]
    if not isinstance(found, list):
        raise TypeError
    return [key for key in found if isinstance(key, str)]


def _key(sha256: str, runtime: str) -> str:
    return f"{sha256} {runtime} {_EDITION}"
