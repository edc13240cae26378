"""Whether another user may read a file: worked out from owners, modes and access lists, without being that user.

That this is asked before the service starts is the point: a start that fails for a file's rights ends with a
status after which systemd does not try again.
"""

import errno
import os
import stat
import struct
from collections.abc import Iterator
from enum import IntFlag
from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass

_ACL = "system.posix_acl_access"


class Right(IntFlag):
    """What may be done, as in a mode's octal digit."""

    PASS = 1
    """Go through a folder."""
    WRITE = 2
    READ = 4


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine with all its groups."""

    name: str
    uid: int
    gids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Where a user gets stuck: `place`, a folder on the way or the file itself, lacks `right` for him.

    `right` None: whoever asks can't find out, since he may not look there himself.
    """

    place: Path
    right: Right | None


def obstacle(account: Account, path: Path, wanted: Right = Right.READ) -> Obstacle | None:
    """What keeps the account from `wanted` at an existing path; None: nothing does."""
    if account.uid == 0:
        return None
    for place, needed in _steps(path, wanted):
        try:
            allowed = _allowed(account, place.stat(), _acl(place), needed)
        except PermissionError:
            return Obstacle(place, None)
        if not allowed:
            return Obstacle(place, needed)
    return None


def _steps(path: Path, wanted: Right) -> Iterator[tuple[Path, Right]]:
    real = path.resolve()
    for folder in reversed(real.parents):
        yield folder, Right.PASS
    # A folder's names are of use only to who may go through it.
    yield real, wanted | Right.PASS if real.is_dir() else wanted


def _allowed(account: Account, status: os.stat_result, acl: bytes, needed: Right) -> bool:
    mode = stat.S_IMODE(status.st_mode)
    if status.st_uid == account.uid:
        return not needed & ~(mode >> 6)
    if acl:
        return _allowed_by(acl, account, status.st_gid, needed)
    return not needed & ~(mode >> 3 if status.st_gid in account.gids else mode)


def _acl(place: Path) -> bytes:
    """The access list as the kernel gives it; b"" for a file without."""
    try:
        return os.getxattr(place, _ACL)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP):
            return b""
        raise


_NAMED_USER, _GROUP, _NAMED_GROUP, _MASK, _OTHER = 2, 4, 8, 0x10, 0x20


def _allowed_by(acl: bytes, account: Account, owning_group: int, needed: Right) -> bool:
    """As acl(5) has it: the named user's entry, else one of those of his groups, else the others'."""
    entries = list(struct.iter_unpack("<HHI", acl[4:]))
    mask = next((bits for tag, bits, _ in entries if tag == _MASK), 7)
    users = [bits & mask for tag, bits, who in entries if tag == _NAMED_USER and who == account.uid]
    groups = [
        bits & mask
        for tag, bits, who in entries
        if (tag == _GROUP and owning_group in account.gids) or (tag == _NAMED_GROUP and who in account.gids)
    ]
    others = [bits for tag, bits, _ in entries if tag == _OTHER]
    return any(not needed & ~bits for bits in users[:1] or groups or others)
