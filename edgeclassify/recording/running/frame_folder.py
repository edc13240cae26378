"""The folder of a recording's images: whole files only, bounded by bytes and by the room that others need."""

import shutil
from pathlib import Path

from edgeclassify.files import printable, write_whole
from edgeclassify.recording.running.interface import MB, FrameBounds


class FrameFolder:
    """Used by one thread. The folder and its files are for their user and group alone."""

    def __init__(self, path: Path, bounds: FrameBounds) -> None:
        self.path, self._bounds = path, bounds
        self.images = self.bytes = 0
        """Written so far."""

    def make(self) -> None:
        """Make it; it must not be there yet. Raises OSError."""
        self.path.mkdir(mode=0o750)

    def discard(self) -> None:
        """Nothing was written. Raises OSError."""
        self.path.rmdir()

    def add(self, name: str, jpeg: bytes) -> str | None:
        """Write an image, as a whole or not at all. Why there can be no more of them; None: it is written."""
        most, least = self._bounds.most_bytes, self._bounds.least_free_bytes
        if self.bytes + len(jpeg) > most:
            return f"they have reached their {most / MB:g} MB"
        try:
            if shutil.disk_usage(self.path).free - len(jpeg) < least:
                return f"less than {least >> 20} MB of the disk are free"
            write_whole(self.path / name, jpeg, 0o640)
        except OSError as error:
            return f"{printable(self.path)} can't be written: {error.strerror or error}"
        self.images += 1
        self.bytes += len(jpeg)
        return None
