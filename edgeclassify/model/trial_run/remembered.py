"""Which models have been tried here with success, so that a start pays for it once: a small file."""

import json
import logging
import os
from contextlib import suppress
from pathlib import Path

from edgeclassify.files import replace_file

log = logging.getLogger(__name__)

FILE_NAME = "tried-models.json"
MOST = 100
"""Models that are remembered; the oldest are forgotten."""
_EDITION = 1
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
        self._path = path

    def holds(self, sha256: str, runtime: str) -> bool:
        """True where this model has run in this runtime."""
        return _key(sha256, runtime) in self._read()

    def add(self, sha256: str, runtime: str) -> None:
        """It has. Where that can't be written it is tried again next time."""
        path = self._path
        if path is None:
            return
        key = _key(sha256, runtime)
        good = [*(known for known in self._read() if known != key), key][-MOST:]
        try:
            replace_file(path, json.dumps({"good": good}, indent=0).encode())
        except OSError as error:
            log.debug("%s: can't be written: %s", path, error.strerror or error)

    def _read(self) -> list[str]:
        if self._path is None:
            return []
        try:
            found = json.loads(self._path.read_bytes())["good"]
        except (OSError, ValueError, KeyError, TypeError):
            return []
        return [key for key in found if isinstance(key, str)] if isinstance(found, list) else []


def _key(sha256: str, runtime: str) -> str:
    return f"{sha256} {runtime} {_EDITION}"
