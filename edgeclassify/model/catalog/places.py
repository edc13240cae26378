"""Where fetched models lie, and where users put catalog entries of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

from edgeclassify.documents.values import expanded
from edgeclassify.errors import StorageError

ENVIRONMENT = "EDGECLASSIFY_MODELS"
SYSTEM_MODELS = Path("/var/lib/edgeclassify/models")
SYSTEM_ENTRIES = Path("/etc/edgeclassify/models.d")
SHIPPED_ENTRIES = Path(__file__).parent / "entries"


def models_folders() -> tuple[Path, ...]:
    """Folders in which a fetched model is looked for, the preferred one first.

    EDGECLASSIFY_MODELS alone where it is set; else systemd's StateDirectory, the machine's and the user's.
    Raises ConfigError where the variable names the home folder of nobody.
    """
    override = os.environ.get(ENVIRONMENT)
    if override:
        return (expanded(override, key=ENVIRONMENT),)
    return tuple(dict.fromkeys(_usual_folders()))


def _usual_folders() -> Iterator[Path]:
    # systemd separates several state directories by colons.
    state = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if state:
        yield Path(state) / "models"
    yield SYSTEM_MODELS
    user = _user_folder("XDG_DATA_HOME", ".local/share")
    if user is not None:
        yield user / "edgeclassify" / "models"


def looked_in() -> str:
    """The folders in which a model was looked for, for a message; with each whether this user may look into it."""
    marks = {
        folder: "" if _may_look(folder) else " (this user may not look into it)" for folder in models_folders()
    }
    return " or ".join(f"{folder}{mark}" for folder, mark in marks.items())


def service_folder() -> Path | None:
    """The folder in which the service of this machine finds models; None where none is set up."""
    return None if os.environ.get(ENVIRONMENT) or not _exists(SYSTEM_MODELS) else SYSTEM_MODELS


def fetch_command(name: str) -> str:
    """The command that brings a model to where the service and everybody else on this machine find it."""
    return f"{'' if service_folder() is None else 'sudo '}edgeclassify models fetch {name}"


def fetch_folder() -> Path:
    """The folder that a fetched model goes to: the first usual one that can be written to.

    Raises StorageError where there is none.
    """
    folders = models_folders()
    for folder in folders:
        # The machine's folder counts only where the service has been set up; the user's own is made.
        if folder == SYSTEM_MODELS and not _exists(folder):
            continue
        if can_write(folder):
            return folder
    raise StorageError(
        f"{', '.join(map(str, folders))}: expected a folder that can be written to, found none. Run the command "
        f"as another user, or name a folder: {ENVIRONMENT}=FOLDER."
    )


def entry_folders() -> tuple[Path, ...]:
    """Folders of catalog entries; an entry of a later one replaces one of the same name."""
    own = own_entries()
    return (SHIPPED_ENTRIES, SYSTEM_ENTRIES, *(() if own is None else (own,)))


def system_entries() -> Path:
    """The folder of entries that everybody on this machine reads, the service too."""
    return SYSTEM_ENTRIES


def own_entries() -> Path | None:
    """The folder of this user's own entries; None for users without a home."""
    user = _user_folder("XDG_CONFIG_HOME", ".config")
    return None if user is None else user / "edgeclassify" / "models.d"


def _user_folder(variable: str, default: str) -> Path | None:
    """The user's folder of an XDG kind; None for users without a home. A relative path counts as unset (XDG)."""
    given = Path(os.environ.get(variable, ""))
    if given.is_absolute():
        return given
    try:
        return Path.home() / default
    except RuntimeError:
        return None


def _may_look(folder: Path) -> bool:
    try:
        return not folder.exists() or os.access(folder, os.X_OK)
    except PermissionError:
        return False


def _exists(folder: Path) -> bool:
    """True where it is there, as far as this user may see."""
    try:
        return folder.exists()
    except PermissionError:
        return False


def is_file(path: Path) -> bool:
    """True where the file is there, as far as this user may see."""
    try:
        return path.is_file()
    except PermissionError:
        return False


def can_write(folder: Path) -> bool:
    """True where files can be put into the folder, or into the nearest one above it that exists."""
    for place in (folder, *folder.parents):
        if _exists(place):
            return place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    return False
