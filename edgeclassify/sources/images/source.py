"""Images as a source: a file, a folder in order, or a URL."""

from pathlib import Path
from typing import TYPE_CHECKING

from edgeclassify.errors import AbsentError, ImageError, UndecodableInputError, UnknownPathError
from edgeclassify.http.address import REFUSED_RETRY_S
from edgeclassify.http.trust import CAREFUL, Trust
from edgeclassify.sources.images.reading import (
    check_file,
    is_url,
    list_images,
    load_frame,
    refuse_other_urls,
    shown,
)
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import Frame

if TYPE_CHECKING:  # HTTP is for those that are fetched
    from edgeclassify.sources.support.image_by_url import Access


class ImagesSource(FrameSource):
    """One image file, a folder of them in natural order, or a URL; with `loop` again and again.

    A folder that loops is listed anew in each round; an image that could not be decoded is reported once and
    left out of later rounds. A URL that loops is fetched anew for each frame (a camera's snapshot address).
    """

    live = False

    def __init__(
        self, camera: str, location: str, loop: bool = False, wanted_side: int = 0, trust: Trust = CAREFUL
    ) -> None:
        super().__init__(camera)
        self.access: Access | None = None
        """How a server is asked; None: there is none."""
        self.location = location
        self.loop = loop
        self.wanted_side = wanted_side
        self._queue: list[str | Path] = []
        self._bad: set[str | Path] = set()
        self._sequence = 0
        if is_url(location):
            from edgeclassify.sources.support import image_by_url

            self.access = image_by_url.Access(trust, {})
            self.longest_call_s += image_by_url.TOTAL_TIMEOUT_S

    def open(self) -> None:
        """List what is to be read. Raises MissingInputError when nothing is there."""
        self._bad.clear()
        self._queue = self._round()

    def read(self, timeout_s: float) -> Frame | None:
        """The next image, or None after the last. `timeout_s` is not used: a URL has timeouts of its own.

        Raises ImageError for a bad image: the next read goes on with the one after it.
        """
        if not self._queue and self.loop:
            self._queue = self._round()
        if not self._queue:
            return None
        location = self._queue.pop(0)
        try:
            own_time = not self.loop  # again and again, it is what a camera shows now
            frame = load_frame(
                location, self.camera, self._sequence, self.wanted_side, own_time=own_time, access=self.access
            )
        except ImageError as error:
            if not self.loop and not is_url(self.location) and location == Path(self.location):
                raise UndecodableInputError(str(error)) from error  # the one image that there is
            if is_url(self.location) and self.loop:
                raise AbsentError(str(error)) from error  # the next fetch may bring a good one
            self._bad.add(location)
            raise
        except UnknownPathError as error:
            if self.loop:  # a camera that is starting may know no path yet
                raise AbsentError(str(error), retry_s=REFUSED_RETRY_S) from error
            raise
        self._sequence += 1
        return frame

    def close(self) -> None:
        """Forget the list."""
        self._queue = []

    def describe(self) -> str:
        """The path or the URL without credentials."""
        return shown(self.location)

    def _round(self) -> list[str | Path]:
        if is_url(self.location):
            return [self.location]
        refuse_other_urls(self.location)
        path = Path(self.location)
        found = list_images(path) if path.is_dir() else [path]
        good = [entry for entry in found if entry not in self._bad]
        if not good:
            raise UndecodableInputError(
                f"{path}: expected pictures, found {len(found)} files, none of which can be decoded."
            )
        if not path.is_dir():
            check_file(path)
        return list(good)
