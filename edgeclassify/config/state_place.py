"""Where what survives a restart is kept, where no config says it."""

import os
from pathlib import Path


def default_state_place() -> Path | None:
    """systemd's folder, else the user's; None: a user without a home."""
    if "STATE_DIRECTORY" in os.environ:  # systemd lists several separated by ":"; ours is the first
        return Path(os.environ["STATE_DIRECTORY"].partition(":")[0])
    base = os.environ.get("XDG_STATE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".local" / "state") / "edgeclassify"
    except RuntimeError:
        return None
