"""What `service uninstall` does, in its order: stopped, forgotten by the broker, removed."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from edgeclassify.errors import ServiceError
from edgeclassify.service.announcement import announcement_file
from edgeclassify.service.credential_store import stored_files
from edgeclassify.service.files import Layout, service_files
from edgeclassify.service.installing import environment
from edgeclassify.service.installing.install import LIBRARY, LINK
from edgeclassify.service.listening import listening_file
from edgeclassify.service.places import CONFIG, NAME, STATE, UNIT, unit_of
from edgeclassify.service.settling import unsettle
from edgeclassify.service.systemctl import booted, systemctl

REBOOT = "edgeclassify-reboot.path"


def configs(folder: Path = CONFIG.parent) -> list[Path]:
    """The config of each node of this machine that is enabled or runs, and the one service's where it is there."""
    found = [CONFIG] if CONFIG.exists() else []
    return found + [path for path in sorted(folder.glob("*.toml")) if path != CONFIG and _is_in_use(path)]


def there(nodes: Sequence[Path], documents: Sequence[Path], *, purge: bool) -> list[Path]:
    """What would be removed."""
    found = [file.path for file in service_files(Layout(LINK, LIBRARY, 257))] + [*documents, LINK]
    found += [file for config in nodes for file in (listening_file(config), announcement_file(config))]
    found += [environment.HOME] + ([CONFIG.parent, STATE] if purge else [])
    return [path for path in found if path.exists() or path.is_symlink()]


def stop(nodes: Sequence[Path]) -> None:
    """Stop all that runs, and let nothing start again. Raises ServiceError."""
    if not booted():
        return
    units = dict.fromkeys([UNIT, REBOOT, *map(unit_of, nodes)])
    subprocess.run(["systemctl", "disable", "--quiet", "--now", *units], stderr=subprocess.DEVNULL, check=False)
    subprocess.run(["systemctl", "stop", f"{NAME}@*.service"], stderr=subprocess.DEVNULL, check=False)


def remove(nodes: Sequence[Path], documents: Sequence[Path], tell: Callable[[str], None]) -> None:
    """Remove every file but configs, passwords and state. Raises StorageError."""
    for config in dict.fromkeys((*nodes, *sorted(CONFIG.parent.glob("*.toml")))):
        unsettle(config)
    ours = [file.path for file in service_files(Layout(LINK, LIBRARY, 257))]
    for path in (*ours, *documents):
        path.unlink(missing_ok=True)
    if LINK.is_symlink():
        LINK.unlink()
    if environment.python_of(environment.HOME):
        environment.drop(environment.HOME)
    if booted():
        systemctl("daemon-reload")
        subprocess.run(
            ["systemctl", "reset-failed", UNIT, f"{NAME}@*.service"], stderr=subprocess.DEVNULL, check=False
        )
    tell(f"removed; kept: {CONFIG.parent}, {STATE} and the user {NAME}")


def purge(nodes: Sequence[Path], tell: Callable[[str], None]) -> None:
    """Configs, passwords, state and the user, too. Raises ServiceError where some of it stays."""
    for config in dict.fromkeys((CONFIG, *nodes)):
        for file in stored_files(config):
            file.unlink(missing_ok=True)
    for folder in (CONFIG.parent, STATE):
        shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["userdel", NAME], stderr=subprocess.DEVNULL, check=False)
    stayed = [str(folder) for folder in (CONFIG.parent, STATE) if _holds_something(folder)]
    if stayed:
        raise ServiceError(
            f"{', '.join(stayed)}: expected to be removed, found that something stays (a link, or a disk that "
            "is mounted there?). Remove it by hand."
        )
    tell(f"removed: {CONFIG.parent}, {STATE} and the user {NAME}")


def _holds_something(folder: Path) -> bool:
    """False for what is not there, and for an empty folder: where a disk is mounted, that stays."""
    return folder.is_symlink() or (folder.is_dir() and any(folder.iterdir()))


def _is_in_use(config: Path) -> bool:
    unit = unit_of(config)
    if unit == UNIT or not booted():
        return False
    try:
        shown = systemctl("show", unit, "--property=ActiveState,UnitFileState")
    except ServiceError:
        return False
    # One that failed, or is about to start again, has left something on its broker, too.
    return "ActiveState=inactive" not in shown or "UnitFileState=enabled" in shown
