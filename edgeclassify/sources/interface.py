"""What a source is: something that is opened, read frame by frame, paused, and closed."""

from abc import ABC, abstractmethod

from edgeclassify.errors import SourceError
from edgeclassify.types import Frame, Outcome


class NoFrameInTimeError(SourceError):
    """No frame came within the time given to read() or skip(); the source is still good for another try."""


class BrokenFrameError(NoFrameInTimeError):
    """What came can't be decoded; the next one may be whole."""


class StalledError(SourceError):
    """No new frame for too long. The message says how that shows; the source's name is put before it."""


class FrameSource(ABC):
    """Frames of one camera, file, folder or stream. Used by one thread at a time (the capture thread).

    Life: open() → read() … read() → close(), and open() again after close(). In between pause() stops the stream
    and resume() starts it again; the restart ladder does both. close() is allowed at any time, twice too, and
    never raises.

    Whoever drives a source asks all of it for each kind: what a kind has nothing to say to keeps its default here,
    rather than an interface of its own that would be asked for first.
    """

    live: bool = True
    """True: the world moves on while nobody reads, so late frames are dropped (camera, stream).
    False: the source waits for its reader and every frame counts (files, folders)."""
    waits: bool = False
    """True: that no frame comes for a long time is no fault (a watched folder)."""
    keeps_device: bool = False
    """True: pause() and resume() leave the device open, so that they are a lesser step than close() and open()."""
    least_stall_s: float = 2.0
    """Shorter gaps between frames are no stall, however fast the source is."""
    longest_call_s: float = 20.0
    """A call that takes so much longer than the stall timeout will never return."""
    freeze_timeout_s: float = 0.0
    """Seconds after which a bit-identical frame counts as frozen where the config does not say; 0: never."""

    def __init__(self, camera: str) -> None:
        self.camera = camera

    @abstractmethod
    def open(self) -> None:
        """Make ready to read. Raises SourceError (or a subclass) when that fails."""

    @abstractmethod
    def read(self, timeout_s: float) -> Frame | None:
        """The next frame; waits at most `timeout_s` seconds.

        Returns None when the source has ended (a file or a folder without loop). Raises NoFrameInTimeError
        when no frame came in time, ImageError for one bad image (after both the next read may succeed), and
        any other SourceError when the source broke and must be restarted.
        """

    def skip(self, timeout_s: float) -> bool:
        """Let a frame go by, or all that come within `timeout_s`; False when the source has ended.

        Errors are those of read(). A live source is drained this way between two frames that are wanted, so that
        the next one is fresh; sources that save a copy or a decode by it say so here.
        """
        return self.read(timeout_s) is not None

    def pause(self) -> None:
        """Stop the stream, until resume(). Raises SourceError when that fails."""
        self.close()

    def resume(self) -> None:
        """Start the stream again after pause(). Raises SourceError when that fails."""
        self.open()

    @abstractmethod
    def close(self) -> None:
        """Release the device or file. Never raises."""

    def renew(self) -> None:  # noqa: B027  most sources keep nothing
        """After close(): forget what outlives it, so that the next open() begins with nothing. Never raises."""

    @property
    def clock(self) -> int | None:
        """The content clock: the source's own mark of the frame that read() or skip() met last, in any unit.

        A mark that repeats means that the frame is not new, whatever the API answers. None: there is none.
        """
        return None

    @property
    def frame_interval_s(self) -> float | None:
        """Seconds from one frame to the next, as the source states them; None: unknown."""
        return None

    @property
    def lux(self) -> float | None:
        """Light on the scene of the frame read last, in lux; None where the source does not measure it."""
        return None

    @property
    def copied(self) -> int:
        """Frames so far that had to be copied out of the device's buffer, which are otherwise lent."""
        return 0

    def adopt(self, other: "FrameSource") -> bool:
        """Take over the settings of `other`, made from a changed config, without a restart; False: that can't be.

        May be called from any thread. Raises SourceError where they don't suit the camera.
        """
        return False

    def use_night_profile(self, night: bool) -> None:  # noqa: B027  most sources have one profile
        """Use the camera's settings for the night, or for the day. Raises SourceError when that fails."""

    def processed(self, sequence: int, outcome: Outcome) -> None:  # noqa: B027  most sources don't care
        """The frame of that number is done with."""

    def describe(self) -> str:
        """One short phrase for logs, without credentials."""
        return self.camera
