"""To whom the service's config belongs: the service reads it, where there is a page it may change it.

Called as root, in a folder that the service may write to: what is given is an open file, and never what a link, or
another name of the same file, leads to.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgeclassify.errors import StorageError
from edgeclassify.lazy_dataclass import dataclass

_PASSWORD = re.compile(
    r"://([^/\s\"]*|[^/@\"]*:[^@\"]*)@|(pass[a-z]*|pwd|token|secret)=", re.IGNORECASE
)  # user:password@, ?password=
_COMMENT = re.compile(r"^\s*#")
_OTHERS = stat.S_IRWXO
FOR_THE_SERVICE = 0o640


@dataclass(frozen=True, slots=True)
class Owner:
    """The service's user and its group, by number; `name` of both."""

    name: str
    uid: int
    gid: int


def settle_owner(config: Path, owner: Owner, *, page: bool | None) -> Iterator[str]:
    """Give the config the owner and rights that it needs; one line for each change.

    `page`: the service changes it; False: it is root's again, None: that can't be told. Nothing is done to a
    link or to a file with several names. Raises StorageError.
    """
    with _opened(config) as descriptor:
        if descriptor is None:
            return
        status = os.fstat(descriptor)
        mode = stat.S_IMODE(status.st_mode)
        if page and status.st_uid != owner.uid:
            os.fchown(descriptor, owner.uid, owner.gid)
            mode |= stat.S_IRUSR | stat.S_IWUSR
            os.fchmod(descriptor, mode)
            yield f"{config}: the page may change it from now on (it belongs to {owner.name})"
        elif page is False and status.st_uid == owner.uid:
            os.fchown(descriptor, 0, owner.gid)
            mode |= stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP
            os.fchmod(descriptor, mode & ~stat.S_IWGRP)
            yield f"{config}: it is root's again, since no page changes it any more"
        elif not _may_read(status, owner):
            os.fchown(descriptor, -1, owner.gid)
            mode |= stat.S_IRGRP
            os.fchmod(descriptor, mode)
            yield f"{config}: the service may read it from now on (group {owner.name})"
        if mode & _OTHERS and _holds_password(descriptor):
            os.fchown(descriptor, -1, owner.gid)
            os.fchmod(descriptor, FOR_THE_SERVICE)
            yield (
                f"{config}: there is a password in it: from now on only root and the service may read it "
                f"(mode {FOR_THE_SERVICE:o})"
            )


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """A descriptor of a plain file with one name; None where it is anything else, or nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        if path.is_symlink():
            yield None
            return
        raise StorageError(f"{path}: can't be read: {error.strerror}. Are you root? Use sudo.") from error
    try:
        status = os.fstat(descriptor)
        yield descriptor if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 else None
    except OSError as error:
        raise StorageError(
            f"{path}: its rights can't be changed: {error.strerror}. Is the disk read-only, or are you not root?"
        ) from error
    finally:
        os.close(descriptor)


def _may_read(status: os.stat_result, owner: Owner) -> bool:
    mode = status.st_mode
    if status.st_uid == owner.uid:
        return bool(mode & stat.S_IRUSR)
    return bool(mode & (stat.S_IRGRP if status.st_gid == owner.gid else stat.S_IROTH))


def _holds_password(descriptor: int) -> bool:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        text = file.read(1 << 20).decode(errors="replace")
    return any(_PASSWORD.search(line) for line in text.splitlines() if not _COMMENT.match(line))
