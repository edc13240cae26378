"""A folder into which another program drops images: each is classified once."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edgeclassify.errors import AbsentError, ImageError, MissingInputError, SourceError
from edgeclassify.files import printable
from edgeclassify.sources.images.reading import load_frame
from edgeclassify.sources.images.watched.classified_images import ClassifiedImages, mark_of
from edgeclassify.sources.images.watched.crash_suspects import CHANCES, CrashSuspects
from edgeclassify.sources.images.watched.folder_tree import FolderTree
from edgeclassify.sources.images.watched.put_away import DONE, After, PutAway
from edgeclassify.sources.images.watched.retries import after_bad_read, after_failure
from edgeclassify.sources.images.watched.wait_times import USUAL, WatchTimes
from edgeclassify.sources.images.watched.waiting_images import Candidate, WaitingImages
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.types import Frame, Outcome

log = logging.getLogger(__name__)

LOOK_SHARE = 4
"""After a look so many times its own duration goes to other things."""


class WatchedFolderSource(FrameSource):
    """New images in a folder and those below it, oldest first; see FolderTree for what is left out.

    A frame's origin is the image's path within the folder.

    One that can't be decoded is tried again for a while (see WatchTimes), then reported once, and left where it
    is. One that can't be read is reported once, too, and tried on.
    One that could not be classified stays where it is, and is tried again a few times.
    `after`: what becomes of a classified one: keep it (remembered in `classified`), delete it, or move it
    into `done`.

    Looking, giving and settling stay together: each moves images between the same sets (waiting, given, held,
    classified), and one that is in none of them or in two would be lost or seen twice.
    """

    live = False
    waits = True

    def __init__(
        self,
        camera: str,
        folder: str,
        *,
        after: After = "keep",
        recursive: bool = True,
        classified: Path | None = None,
        wanted_side: int = 0,
        times: WatchTimes = USUAL,
        load: Callable[..., Frame] = load_frame,
    ) -> None:
        """`recursive`: images in folders below count too, but for those in `done`. `load`: as load_frame."""
        super().__init__(camera)
        self.folder = Path(folder)
        self.after, self.wanted_side = after, wanted_side
        self._load_frame = load
        self._times, self._put_away = times, PutAway(camera, self.folder, after)
        self._tree = FolderTree(self.folder, recursive=recursive, without=DONE)
        self._classified_path = classified
        self._classified: ClassifiedImages | None = None
        self._suspects: CrashSuspects | None = None
        self._waiting = WaitingImages()
        self._given: deque[tuple[int, Candidate]] = deque()
        self._held: set[str] = set()
        self._closed = threading.Event()
        self._next_look = 0.0
        self._drive = -1
        self._sequence = 0

    def open(self) -> None:
        """Raises AbsentError where the folder is not there now, MissingInputError where it is none to be read."""
        self._closed.clear()
        self._waiting.clear()
        self._tree.forget()
        self._next_look = 0.0
        if self._classified is None:  # an empty one counts as false
            self._classified = ClassifiedImages(self._classified_path)
        if self._suspects is None:
            path = self._classified_path
            self._suspects = CrashSuspects(None if path is None else path.with_suffix(".suspects"))
        self._tree.check()

    def read(self, timeout_s: float) -> Frame | None:
        """The oldest new image. Raises NoFrameInTimeError where none came, ImageError for a bad one."""
        deadline = time.monotonic() + timeout_s
        while True:
            now = time.monotonic()
            if now >= self._next_look:
                self._look(now)
            candidate = self._waiting.next_due(now)
            if candidate is None:
                self._closed.wait(min(max(0.0, deadline - now), 0.1))
            elif (frame := self._load(candidate, now)) is not None:
                return frame
            # Also after an image that took long to fail: the caller has more to look after.
            if time.monotonic() >= deadline:
                raise NoFrameInTimeError(f"{self.folder}: no new picture.")

    def processed(self, sequence: int, outcome: Outcome) -> None:
        """An image that was seen is done with, as `after` says; one that nobody looked at is given again.

        One of which nothing could be made is tried again later, a few times.
        """
        while self._given and self._given[0][0] <= sequence:
            number, candidate = self._given.popleft()
            self._held.discard(candidate.mark)
            if number == sequence and outcome is Outcome.SEEN:
                self._done_with(candidate)
            elif candidate.name in self._waiting:  # another image has its name now
                continue
            elif number == sequence and outcome is Outcome.FAILED:
                self._try_again(candidate)
            else:
                self._waiting.put(replace(candidate))

    def close(self) -> None:
        """Wake a read that waits. What was given and is never classified is given again by the next process."""
        self._closed.set()

    def describe(self) -> str:
        """The folder's path."""
        return str(self.folder)

    # --- looking ---------------------------------------------------------------------------------------

    def _look(self, now: float) -> None:
        """Look through the folder. Raises AbsentError where it has gone."""
        assert self._classified is not None, "opened"
        try:
            drive = self.folder.stat().st_dev
            if drive != self._drive:
                self._drive = drive
                self._classified.other_drive()
            present: set[str] = set()
            lost = False
            for names in self._tree.look(now):
                for name in names:
                    waits = self._waiting.get(name)
                    # Looked at again when its turn comes; one that failed may have been put right meanwhile.
                    mark = self._note(name, now) if waits is None or waits.has_failed else waits.mark
                    lost = lost or mark is None
                    present.add(mark or "")
        except OSError as error:
            raise AbsentError(f"{self.folder}: the folder has gone: {error.strerror}.") from error
        # A drive that is not mounted shows an empty folder, and one that is in trouble shows a part of it.
        if self._tree.saw_all and present and not lost:
            self._classified.saw(present, now)
        # Where a look takes long, looking must not become all that is done.
        self._next_look = now + max(self._times.poll_s, LOOK_SHARE * (time.monotonic() - now))

    def _note(self, name: str, now: float) -> str | None:
        """Keep a new or changed file in mind; its mark, None where it has gone meanwhile."""
        assert self._classified is not None, "opened"
        try:
            mark, mtime_ns = mark_of(self.folder, name)
        except OSError:
            self._waiting.remove(name)
            return None
        known = self._waiting.get(name)
        if mark in self._classified or mark in self._held:
            self._waiting.remove(name)
        elif known is None or known.mark != mark:
            self._waiting.put(Candidate(name, mark, mtime_ns, now + self._times.quiet_s))
        return mark

    # --- one image -----------------------------------------------------------------------------------

    def _load(self, candidate: Candidate, now: float) -> Frame | None:
        """The image as a frame; None where it is not whole yet, or has changed or gone."""
        assert self._suspects is not None, "opened"
        path = self.folder / candidate.name
        if self._note(candidate.name, now) != candidate.mark:
            return None
        self._suspect(candidate)
        try:
            frame = self._load_frame(
                path, self.camera, self._sequence, self.wanted_side, own_time=True, within=self.folder
            )
        except SourceError as error:
            self._suspects.end(candidate.mark)
            if self._note(candidate.name, now) == candidate.mark:  # neither gone nor written to meanwhile
                self._put_off(candidate, time.monotonic(), error)
            return None
        self._suspects.end(candidate.mark)
        self._waiting.remove(candidate.name)
        self._given.append((self._sequence, candidate))
        self._held.add(candidate.mark)
        self._sequence += 1
        return replace(frame, comes_again=True)

    def _suspect(self, candidate: Candidate) -> None:
        """Raises ImageError for an image that has ended the daemon CHANCES times."""
        assert self._suspects is not None, "opened"
        name, tries = printable(self.folder / candidate.name), self._suspects.begin(candidate.mark)
        if tries > CHANCES:
            self._set_aside(candidate)
            self._suspects.end(candidate.mark)
            raise ImageError(
                f"{name}: expected a picture that can be decoded, found one that has ended the daemon "
                f"{CHANCES} times. It stays where it is; look at it on another machine."
            )
        if tries > 1:
            log.warning(
                "camera %s: %s: the daemon ended while it was decoded; it is tried once more.",
                self.camera,
                name,
                extra={"camera": self.camera},
            )

    def _put_off(self, candidate: Candidate, now: float, error: SourceError) -> None:
        """Try it again later. Raises ImageError where that has failed for too long, and it counts as bad."""
        again = after_bad_read(candidate, now, self._times, readable=not isinstance(error, MissingInputError))
        if again is None:
            self._set_aside(candidate)
            raise ImageError(str(error)) from error
        if again.said and not candidate.said:
            retry_s = self._times.unreadable_retry_s
            log.error(
                "camera %s: %s It is tried every %.0f s.",
                self.camera,
                error,
                retry_s,
                extra={"camera": self.camera},
            )
        self._waiting.put(again)

    def _try_again(self, candidate: Candidate) -> None:
        """It could not be classified. Nothing happens to its file: it may be the model that is at fault."""
        again = after_failure(candidate, time.monotonic(), self._times)
        if again is not None:
            self._waiting.put(again)
            return
        self._set_aside(candidate)
        log.error(
            "camera %s: %s: could not be classified, tried %d times. It stays where it is and is not tried again. "
            "Touch the file to have it tried, once the cause is mended.",
            self.camera, printable(self.folder / candidate.name), candidate.tries + 1,
            extra={"camera": self.camera},
        )  # fmt: skip

    def _done_with(self, candidate: Candidate) -> None:
        assert self._classified is not None, "opened"
        if not self._put_away.settles(candidate.name, candidate.mark):
            self._classified.add(candidate.mark)

    def _set_aside(self, candidate: Candidate) -> None:
        assert self._classified is not None, "opened"
        self._waiting.remove(candidate.name)
        self._classified.add(candidate.mark, failed=True)
