"""Pictures of files, folders and URLs, as examples are made of them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgeclassify.errors import EdgeClassifyError, UsageError
from edgeclassify.http.trust import Trust
from edgeclassify.sources.images.reading import is_meant_as_url, list_images, read_image, shown
from edgeclassify.sources.support.image_by_url import Access
from edgeclassify.teaching.examples import KEPT_SIDE
from edgeclassify.teaching.interface import Picture

Progress = Callable[[Sequence[Any]], Iterator[Any]]


class FilePictures:
    """The pictures of `locations`, read one after the other. A bad one does not stop the others: see `faults`.

    `verify`: certificates of https:// are checked. Raises UsageError for an empty word.
    """

    def __init__(self, locations: Sequence[str], progress: Progress, *, verify: bool = True) -> None:
        if not all(location.strip() for location in locations):
            raise UsageError(
                "teach: expected a file, a folder or a URL, found an empty word. Is a variable unset?"
            )
        self._locations, self._progress = locations, progress
        self._access = Access(Trust(verify, remedy="--insecure"), {})
        self.faults: list[EdgeClassifyError] = []

    def __iter__(self) -> Iterator[Picture]:
        self.faults.clear()
        for location in self._progress(list(self._files())):
            try:
                yield self._picture(location)
            except EdgeClassifyError as error:
                self.faults.append(error)

    def _files(self) -> Iterator[str]:
        for location in self._locations:
            if is_meant_as_url(location) or not _is_folder(location):
                yield location
                continue
            try:
                yield from map(str, list_images(Path(location), recursive=True))
            except EdgeClassifyError as error:
                self.faults.append(error)

    def _picture(self, location: str) -> Picture:
        image = read_image(location, KEPT_SIDE, most_bytes=None, access=self._access)
        # The time of a file is no time of its picture: what was copied or unpacked at once is not of one moment.
        return Picture(np.ascontiguousarray(image.pixels[:, :, ::-1]), shown(location), image.taken_at)


def _is_folder(location: str) -> bool:
    try:
        return Path(location).is_dir()
    except OSError:  # no name that a file can have
        return False
