"""What a changed config asks of the machine around it: owner and rights, ports that may be listened on, Avahi."""

import grp
import pwd
from pathlib import Path

from edgeclassify.config import Config
from edgeclassify.errors import ConfigError
from edgeclassify.service.announcement import announcement_file, settle_announcement
from edgeclassify.service.config_owner import Owner, settle_owner
from edgeclassify.service.listening import forget_listening, settle_listening
from edgeclassify.service.marked_file import settle_marked
from edgeclassify.service.places import ANNOUNCEMENTS, CONFIG, DROP_INS, NAME
from edgeclassify.service.sandbox import config_seen


def settle(config: Path = CONFIG, *, drop_ins: Path = DROP_INS, announcements: Path = ANNOUNCEMENTS) -> list[str]:
    """Make the machine fit the config of a service: as root, after each change that somebody made by hand.

    A config that has faults keeps what it has, but for a password that everybody could read. Returns a line for
    each change; where it is empty, all was as it should be. Raises StorageError.
    """
    content = _content(config)
    said: list[str] = []
    owner = _owner()
    if owner is not None:
        said += settle_owner(config, owner, page=None if content is None else content.web.enabled)
    said += settle_listening(config, content, drop_ins)
    said += settle_announcement(config, content, announcements)
    return said


def unsettle(config: Path = CONFIG, *, drop_ins: Path = DROP_INS, announcements: Path = ANNOUNCEMENTS) -> None:
    """Take away what settle() has written outside the service's own folders. Raises StorageError."""
    forget_listening(config, drop_ins)
    settle_marked(announcement_file(config, announcements), None)


def _content(config: Path) -> Config | None:
    try:
        return config_seen(config)[0]
    except ConfigError:
        return None


def _owner() -> Owner | None:
    """The service's user; None where it has not been made."""
    try:
        return Owner(NAME, pwd.getpwnam(NAME).pw_uid, grp.getgrnam(NAME).gr_gid)
    except KeyError:
        return None
