"""A file's next content, on the disk beside it: put in its place in one step, or dropped."""

import glob
import logging
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from edgeclassify.files.plain import printable
from edgeclassify.files.replacing import sync_folder

log = logging.getLogger(__name__)
_ENDING = ".tmp"
_LEFT_S = 3600.0
"""So old, nobody is about to put it in its place."""


def random_word() -> str:
    """8 hex digits, as `secrets` makes them: that takes longer to import than all that files need."""
    return os.urandom(4).hex()


class StagedFile:
    """Written and synced when it is made; raises OSError, and leaves nothing, where that can't be. Dropped at the
    end of its context.

    It gets owner, group and mode of `path`, a file that is there; links to that stay links. `place`: where it goes
    in the place of that.
    """

    def __init__(self, path: Path, content: bytes, place: Path | None = None) -> None:
        real = path.resolve(strict=True)
        before = real.stat()
        self._place = real if place is None else place
        sweep_staged(self._place)
        # Of its own name: another process may write one for the same place.
        self._beside = self._place.with_name(f"{self._place.name}.{random_word()}{_ENDING}")
        # For nobody else until it has the rights of the file that it replaces: there may be a password in it.
        descriptor = os.open(self._beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self.drop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop()

    @property
    def beside(self) -> Path:
        """Where it is meanwhile."""
        return self._beside

    def put_in_place(self) -> None:
        """A power cut leaves the old or the new content. Raises OSError; then nothing has changed."""
        try:
            self._beside.replace(self._place)
        except OSError:
            self.drop()
            raise
        try:
            sync_folder(self._place.parent)
        except OSError as error:
            log.warning(
                "%s: was written, and may be as before after a power cut: %s",
                printable(self._place),
                error.strerror,
            )

    def drop(self) -> None:
        """Never mind; nothing, where it is in its place."""
        with suppress(OSError):  # a card that takes nothing any more: the next one begins by it
            self._beside.unlink(missing_ok=True)


def sweep_staged(place: Path) -> None:
    """Remove what power cuts left beside it."""
    for one in place.parent.glob(f"{glob.escape(place.name)}.????????{_ENDING}"):
        with suppress(OSError):
            if abs(time.time() - one.lstat().st_mtime) > _LEFT_S:
                one.unlink()


def rewrite_file(path: Path, content: bytes) -> None:
    """As replace_file, for a file that is there: its owner, group and mode stay, and links to it too.

    Raises OSError, also where the owner can't be kept; then the file is as it was.
    """
    StagedFile(path, content).put_in_place()
