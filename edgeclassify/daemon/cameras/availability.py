"""Which views get frames, and the one place that publishes it: nobody else writes availability.

Two know something of a camera: its capture thread (frames come, or it is lost), and the daemon's thread (a call
into its driver does not return). Each tells what it knows; what follows for the views is said here, in order.
"""

from collections.abc import Callable, Mapping
from threading import Lock

from edgeclassify.lazy_dataclass import dataclass

Say = Callable[[str, bool], None]
"""Called with a view and whether it is online. Must not block, and must not call back."""


@dataclass(slots=True)
class _Camera:
    """What is known of one. `capture_threads`: how many it has had."""

    capture_threads: int = 0
    delivers: bool = False
    stuck: bool = False

    @property
    def online(self) -> bool:
        """True while frames come, as far as is known."""
        return self.delivers and not self.stuck


class Availability:
    """Thread-safe. What is said of a view follows what was told of its camera, in the order of the telling.

    A camera whose capture thread is replaced keeps what was last said of it until the new thread reports: it has
    been given other settings, not lost.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._cameras: dict[str, _Camera] = {}
        self._views: Mapping[str, str] = {}
        self._say: Say | None = None
        self._said: dict[str, bool] = {}

    def reporter(self, camera: str) -> Say:
        """What a new capture thread of the camera calls with (camera, True while frames come).

        The thread before it, which may be stuck in a call, is not listened to any more.
        """
        with self._lock:
            known = self._cameras.setdefault(camera, _Camera())
            known.capture_threads += 1
            known.delivers, known.stuck = known.online, False
            mine = known.capture_threads

        def tell(_: str, delivers: bool) -> None:
            with self._lock:
                if known.capture_threads == mine:
                    known.delivers = delivers
                    self._publish_changes()

        return tell

    def forget(self, camera: str) -> None:
        """The camera is gone: its capture thread is not listened to any more."""
        with self._lock:
            gone = self._cameras.pop(camera, None)
            if gone is not None:
                gone.capture_threads += 1
            self._publish_changes()

    def note_stuck(self, camera: str, stuck: bool) -> None:
        """A call into the camera's driver does not return, or it has returned."""
        with self._lock:
            known = self._cameras.get(camera)
            if known is not None:
                known.stuck = stuck
                self._publish_changes()

    def show(self, views: Mapping[str, str], say: Say) -> None:
        """From now on these views (name → camera) are told of by `say`: all at once, then each change."""
        with self._lock:
            self._views, self._say, self._said = dict(views), say, {}
            self._publish_changes()

    @property
    def views(self) -> tuple[tuple[str, bool], ...]:
        """Each view that is told of, and whether it is online."""
        with self._lock:
            cameras = self._cameras
            return tuple((view, name in cameras and cameras[name].online) for view, name in self._views.items())

    def hide(self) -> None:
        """Nobody listens now; what is told meanwhile is kept for the next `show`."""
        with self._lock:
            self._say = None

    def end(self) -> None:
        """The daemon stops: every view goes offline, and nobody is listened to any more."""
        with self._lock:
            for known in self._cameras.values():
                known.capture_threads += 1
                known.delivers = False
            self._publish_changes()
            self._say = None

    def _publish_changes(self) -> None:
        """Say what has changed. Under the lock, so that of two changes the later is said later."""
        if self._say is None:
            return
        for view, camera in self._views.items():
            known = self._cameras.get(camera)
            online = known is not None and known.online
            if self._said.get(view) is not online:
                self._said[view] = online
                self._say(view, online)
