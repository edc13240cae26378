"""Where what is known of models on this machine is kept over restarts."""

import os
from contextlib import suppress
from pathlib import Path


def remembered_in(name: str) -> Path | None:
    """The file of this name: in systemd's StateDirectory, else in the user's cache; None: the user has no home."""
    state = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if state:
        return Path(state) / name
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if cache.is_absolute():
        return cache / "edgeclassify" / name
    with suppress(RuntimeError):
        return Path.home() / ".cache" / "edgeclassify" / name
    return None
