"""What becomes of an image's file once it is classified: it stays, it goes, or it moves into a folder."""

import logging
from pathlib import Path
from typing import Literal

from edgeclassify.files import printable
from edgeclassify.sources.images.watched.classified_images import mark_of

log = logging.getLogger(__name__)

After = Literal["keep", "delete", "move"]
DONE = "done"
"""Folder for classified images, within the watched one; those in folders below keep their path."""


class PutAway:
    """Carries out `after` for the images of a watched folder."""

    def __init__(self, camera: str, folder: Path, after: After) -> None:
        self._after = after
        self._camera, self._folder = camera, folder
        self._has_failed = False

    def settles(self, name: str, mark: str) -> bool:
        """Put a classified image away. False where its file stays, and must be remembered as classified."""
        if self._after == "keep":
            return False
        path = self._folder / name
        try:
            if mark_of(self._folder, name)[0] != mark:  # another image has its name now
                return True
            if self._after == "delete":
                path.unlink()
            else:
                _move(path, self._folder / DONE / name)
        except FileNotFoundError:  # somebody else has put it away
            return True
        except OSError as error:
            if not self._has_failed:
                log.error(
                    "camera %s: %s: can't %s it: %s. It is remembered instead. This is said once.",
                    self._camera, printable(path), self._after, error.strerror or error,
                    extra={"camera": self._camera},
                )  # fmt: skip
            self._has_failed = True
            return False
        return True


def _move(path: Path, target: Path) -> None:
    """To that place, or beside it under a name that is free there. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    place, number = target, 0
    while place.exists():
        number += 1
        place = target.with_name(f"{target.stem}-{number}{target.suffix}")
    path.rename(place)
