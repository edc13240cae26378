"""What a source is: something that is opened, read frame by frame, and closed."""

from abc import ABC, abstractmethod

from edgeclassify.errors import SourceError
from edgeclassify.types import Frame


class NoFrameInTimeError(SourceError):
    """No frame came within the time given to read() or skip(); the source is still good for another try."""


class FrameSource(ABC):
    """Frames of one camera, file, folder or stream. Used by one thread at a time (the capture thread).

    Life: open() → read() … read() → close(), and open() again after close(): the capture thread's restart
    ladder does that. close() is allowed at any time, twice too, and never raises.
    """

    live: bool = True
    """True: the world moves on while nobody reads, so late frames are dropped (camera, stream).
    False: the source waits for its reader and every picture counts (files, folders)."""

    def __init__(self, camera: str) -> None:
        self.camera = camera

    @abstractmethod
    def open(self) -> None:
        """Make ready to read. Raises SourceError (or a subclass) when that fails."""

    @abstractmethod
    def read(self, timeout_s: float) -> Frame | None:
        """The next frame; waits at most `timeout_s` seconds.

        Returns None when the source has ended (a file or a folder without loop). Raises NoFrameInTimeError
        when no frame came in time, ImageError for one bad picture (after both the next read may succeed), and
        any other SourceError when the source broke and must be opened again.
        """

    def skip(self, timeout_s: float) -> bool:
        """Take the next frame and throw it away; False when the source has ended. Errors are those of read().

        A live source is drained this way between two frames that are wanted, so that the next one is fresh;
        sources that save a copy or a decode by it say so here.
        """
        return self.read(timeout_s) is not None

    @abstractmethod
    def close(self) -> None:
        """Release the device or file. Never raises."""

    def describe(self) -> str:
        """One short phrase for logs, without credentials."""
        return self.camera
