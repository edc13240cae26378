"""A config file as it is on the disk: read to be changed, and replaced by what was made of it."""

import hashlib
import os
import pwd
import shlex
import stat
from pathlib import Path

from edgeclassify.config.editing.interface import ConfigConflictError
from edgeclassify.config.reading import MAX_BYTES, config_bytes, config_text
from edgeclassify.errors import ConfigError, StorageError
from edgeclassify.files import StagedFile, printable
from edgeclassify.lazy_dataclass import dataclass

BACKUP = ".before-page"
"""Behind the file's name: what was there before it was changed."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What was read. `path`: as it was named; links to it stay links."""

    path: Path
    content: bytes

    @classmethod
    def read(cls, path: Path) -> "ConfigFile":
        """Raises ConfigError."""
        return cls(path, config_bytes(path))

    @property
    def etag(self) -> str:
        """Another one for each other content."""
        return etag_of(self.content)

    @property
    def text(self) -> str:
        """Raises ConfigError where it is no UTF-8."""
        return config_text(self.content, self.path)

    def encoded(self, text: str) -> bytes:
        """Another text, as bytes in the way of this file: with a mark at its begin, if it has one.

        Raises ConfigError where it is larger than what is read.
        """
        mark = b"\xef\xbb\xbf" if self.content.startswith(b"\xef\xbb\xbf") else b""
        content = mark + text.encode()
        if len(content) > MAX_BYTES:
            raise ConfigError(
                f"{printable(self.path)}: expected a config of at most {MAX_BYTES} bytes, found {len(content)} "
                "with what is to be changed. Nothing was changed; take something else out of it first."
            )
        return content

    @property
    def backup(self) -> Path:
        """Where what was there before is kept."""
        real = self.path.resolve()
        return real.with_name(real.name + BACKUP)

    def check_unchanged(self) -> None:
        """Raises ConfigConflictError where the file is another one by now."""
        if ConfigFile.read(self.path).content != self.content:
            raise conflict(self.path)

    def stage(self, content: bytes) -> StagedFile:
        """Another content, written beside it and not in its place yet. Raises StorageError."""
        try:
            return StagedFile(self.path, content)
        except OSError as error:
            raise unwritable(self.path, error) from error

    def put_in_place(self, staged: StagedFile) -> None:
        """What was staged takes its place. Raises StorageError."""
        try:
            staged.put_in_place()
        except OSError as error:
            raise unwritable(self.path, error) from error

    def stage_backup(self) -> StagedFile:
        """What was read, with the rights of the file, beside `backup` and not in its place yet. Raises
        StorageError."""
        try:
            return StagedFile(self.path, self.content, self.backup)
        except OSError as error:
            raise unwritable(self.backup, error) from error


def etag_of(content: bytes) -> str:
    """Sixteen hex digits."""
    return hashlib.sha256(content).hexdigest()[:16]


def conflict(path: Path) -> ConfigConflictError:
    """What is said where somebody else has written the file."""
    return ConfigConflictError(
        f"{printable(path)}: expected the file as it was read, found another one: it was changed meanwhile. "
        "Nothing was changed; load it anew, then change it again."
    )


def why_not_writable(path: Path) -> str | None:
    """Why the file can't be replaced, and what to do, in one sentence; None: as far as can be told it can."""
    real = path.resolve()
    try:
        status = real.stat()
        is_read_only = bool(os.statvfs(real.parent).f_flag & os.ST_RDONLY)
    except OSError as error:
        return f"{printable(path)}: {error.strerror or error}."
    if not stat.S_ISREG(status.st_mode):
        return f"{printable(path)}: expected a plain file, found something else."
    if is_read_only:
        cure = f"For the service: systemctl edit edgeclassify, [Service] ReadWritePaths={printable(real.parent)}."
        return _not_from_here(path, "the file system is read-only here", cure)
    user = os.geteuid()
    # Who replaces a file can't give it to another user: its owner must stay.
    is_own = user in (0, status.st_uid) and _may_write(real)
    places = {real: is_own, real.parent: _may_write(real.parent)}
    others = [place for place, is_right in places.items() if not is_right]
    if others:
        what = " and ".join("its folder" if place == real.parent else "it" for place in others)
        cure = f"Run: sudo chown {_name_of(user)} {' '.join(shlex.quote(str(place)) for place in others)}"
        return _not_from_here(path, f"{what} must belong to {_name_of(user)}", cure)
    return None


def _may_write(place: Path) -> bool:
    return os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _not_from_here(path: Path, why: str, cure: str) -> str:
    return f"{printable(path)} can't be changed from here: {why}. {cure}"


def unwritable(path: Path, error: OSError) -> StorageError:
    """What is said where the disk refuses."""
    return StorageError(
        f"{printable(path)}: can't be written: {error.strerror or error}. Nothing was changed; make room or make "
        "the file and its folder writable, or edit it by hand."
    )
