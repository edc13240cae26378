"""The access file of the page that a config describes: where it is, and changed with the rights that it needs."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from edgeclassify.errors import PageError, UsageError
from edgeclassify.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from edgeclassify.config import Config
    from edgeclassify.web.safety.access_file import AccessFile


@dataclass(frozen=True, slots=True)
class PageAccess:
    """`group`: the id of the service's group, which reads the file; None: it belongs to whoever writes it."""

    config: Config
    path: Path
    group: int | None

    def read(self, *, anew: bool = False) -> AccessFile:
        """What is there; nobody may look where there is none. `anew`: one that can't be read is as none.

        Raises PageError where it can't be read.
        """
        from edgeclassify.web.safety.access_file import AccessFile, read_access

        try:
            return read_access(self.path) or AccessFile()
        except PageError:
            if not anew:
                raise
            return AccessFile()

    def write(self, access: AccessFile) -> None:
        """Raises StorageError."""
        from edgeclassify.web.safety.access_file import write_access

        write_access(self.path, access, group=self.group)


def service_is_missing(config_file: Path) -> bool:
    """True where it is the config of a service that is not on this machine yet: it keeps the page's password."""
    import pwd

    from edgeclassify.service.places import CONFIG, NAME

    if config_file.resolve().parent != CONFIG.parent:
        return False
    try:
        pwd.getpwnam(NAME)
    except KeyError:
        return True
    return False


def check_service_is_there(config_file: Path) -> None:
    """Raises UsageError where the service of this config is not on this machine yet."""
    if service_is_missing(config_file):
        raise UsageError(
            f"{config_file}: expected its service on this machine, which keeps the page's password; found none. "
            "Run first: sudo edgeclassify service install"
        )


def page_access(config_file: Path) -> PageAccess:
    """That of the daemon which runs with this config. Raises ConfigError, UsageError."""
    import pwd

    from edgeclassify.daemon.kept.kept_state import state_folder
    from edgeclassify.service.sandbox import config_seen
    from edgeclassify.web.safety.places import access_path

    config, service = config_seen(config_file)
    if config.web.access_file is None:
        check_service_is_there(config_file)
    with nullcontext() if service is None else service.environment():
        path = access_path(config.web, state_folder(config))
    if path is None:
        raise UsageError(
            f"{config_file}: expected a place for the file that says who may look. Set web.access_file, or "
            "node.state_dir."
        )
    group = None if service is None else pwd.getpwuid(service.account.uid).pw_gid
    return PageAccess(config, path, group)
