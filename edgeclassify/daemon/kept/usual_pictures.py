"""What each camera usually shows, kept over a restart: one that was turned meanwhile is noticed."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgeclassify.files import StateFile, StateFileTexts
from edgeclassify.lazy_dataclass import dataclass

if TYPE_CHECKING:  # where no camera is checked, what does it is not imported
    from edgeclassify.scene.checks.reference import Reference

FILE_NAME = "usual-pictures.json"
WRITE_PAUSE_S = 3600.0
"""Seconds between two writings at least: the picture changes slowly, and a card wears."""
_VERSION = 1
_MOST_BYTES = 8_000_000
_ANEW = "What the cameras usually show is learned anew: one that was turned meanwhile is not noticed."
_TEXTS = StateFileTexts(
    unread=_ANEW,
    damaged="expected what the cameras usually show, found {size} damaged bytes ({reason}): {aside}. " + _ANEW,
    unwritten="After a restart it is learned anew what the cameras usually show. "
    "Make room, or make the folder writable.",
)


@dataclass(frozen=True, slots=True)
class UsualPicture:
    """What is known of a camera. `taken_by`: how its picture is taken; of another way nothing is known."""

    taken_by: str
    reference: "Reference"


class UsualPictures:
    """Used by the daemon's thread alone. `path` None: nothing is kept. `clock`: monotonic seconds."""

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = StateFile(path, _pictures_in, _TEXTS, most_bytes=_MOST_BYTES)
        self._pictures = self._file.read() or {}
        self._clock, self._next_write = clock, clock() + WRITE_PAUSE_S

    def known(self, camera: str, taken_by: str) -> "Reference | None":
        """What it usually shows, where its picture is still taken that way."""
        picture = self._pictures.get(camera)
        return picture.reference if picture is not None and picture.taken_by == taken_by else None

    def note(self, pictures: Mapping[str, UsualPicture]) -> None:
        """What the cameras that run usually show. Written now and then; at once for one that was not known."""
        unknown = any(self.known(name, picture.taken_by) is None for name, picture in pictures.items())
        self._pictures |= pictures
        if unknown or (pictures and self._clock() >= self._next_write):
            self.write()

    def write(self) -> None:
        """Put on disk what is known by now."""
        self._next_write = self._clock() + WRITE_PAUSE_S
        if self._pictures:
            cameras = {
                name: {"taken_by": picture.taken_by, "picture": picture.reference.document()}
                for name, picture in self._pictures.items()
            }
            self._file.write({"v": _VERSION, "cameras": cameras})


def _pictures_in(document: Any) -> dict[str, UsualPicture]:
    """What the file says. Raises one of several errors where it is damaged."""
    if document["v"] != _VERSION:
        raise ValueError(f'expected "v": {_VERSION}')
    from edgeclassify.scene.checks.reference import Reference

    return {
        str(name): UsualPicture(str(kept["taken_by"]), Reference.of_document(kept["picture"]))
        for name, kept in document["cameras"].items()
    }
