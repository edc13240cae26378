"""A file's next content, on the disk beside it: put in its place in one step, or dropped."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from edgeclassify.files.plain import sync_folder


class StagedFile:
    """Written and synced when it is made; raises OSError, and leaves nothing, where that can't be.

    It gets owner, group and mode of `path`, a file that is there; links to that stay links. `place`: where it goes
    in the place of that.
    """

    def __init__(self, path: Path, content: bytes, place: Path | None = None) -> None:
        real = path.resolve(strict=True)
        before = real.stat()
        self._place = real if place is None else place
        self._beside = self._place.with_name(self._place.name + ".tmp")
        self._beside.unlink(missing_ok=True)
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

    def put_in_place(self) -> None:
        """A power cut leaves the old or the new content. Raises OSError; then it is dropped."""
        try:
            self._beside.replace(self._place)
        except OSError:
            self.drop()
            raise
        sync_folder(self._place.parent)

    def drop(self) -> None:
        """Never mind."""
        with suppress(OSError):  # a card that takes nothing any more: the next one begins by it
            self._beside.unlink(missing_ok=True)


def rewrite_file(path: Path, content: bytes) -> None:
    """As replace_file, for a file that is there: its owner, group and mode stay, and links to it too.

    Raises OSError, also where the owner can't be kept; then the file is as it was.
    """
    StagedFile(path, content).put_in_place()
