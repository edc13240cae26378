"""Whatever a caller calls a picture, as a frame: a path, a URL, bytes, an open file, a Pillow image, an array."""

import os
from typing import IO, Any, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ArgumentError, ImageError
from edgeclassify.library.arrays import Order, frame_of_array
from edgeclassify.library.pillow import PillowImage, is_pillow_image, pillow_name, pixels_of_pillow
from edgeclassify.sources.images.reading import MAX_FILE_BYTES, load_frame, shown
from edgeclassify.types import Frame

BYTES_NAME = "the bytes"
_EXPECTED = "a path, a URL, an image file's bytes, an open file, a Pillow image or a numpy array"


class ReadableFile(Protocol):
    """A file that is open for reading bytes."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes."""


ImageInput = str | os.PathLike[str] | bytes | bytearray | memoryview | ReadableFile | PillowImage | NDArray[np.uint8]
"""What a classifier takes as a picture."""
