"""Whatever a caller calls a picture, as a frame: a path, a URL, bytes, an open file, a Pillow image, an array."""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from io import TextIOBase
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ArgumentError, ImageError, SourceError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.library.arrays import Order, frame_of_array
from edgeclassify.library.pillow import PillowImage, file_of, is_pillow_image, pixels_of_pillow
from edgeclassify.sources.images.reading import MAX_FILE_BYTES, load_frame, shown
from edgeclassify.types import Frame

BYTES_NAME = "the bytes"
FILE_NAME = "the open file"


@runtime_checkable
class ReadableFile(Protocol):
    """A file that is open for reading bytes."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at its end."""


EncodedImage = bytes | bytearray | memoryview
ImageInput = str | os.PathLike[str] | EncodedImage | ReadableFile | PillowImage | NDArray[Any]
"""What a classifier takes as a picture. Arrays are of uint8, which not even OpenCV's own types say."""


@dataclass(frozen=True, slots=True)
class Given:
    """A picture that a caller gave, of which nothing of his is needed any more but files and servers.

    `source`: as of `Result`. `frame`: makes the frame, whose shorter side keeps at least so many pixels; raises
    SourceError or a subclass. Any thread may call it, once.
    """

    source: str | None
    frame: Callable[[int], Frame]


def given(image: ImageInput, order: Order | None = None, width: int | None = None, *, keep: bool = False) -> Given:
    """The picture. `order`, `width`: of an array, see `frame_of_array`; of no other kind of picture.

    `keep`: an array is copied, since its owner may write into it before the frame is made. Raises ArgumentError
    for what is no picture, SourceError where an open file or a Pillow image can't be read.
    """
    if isinstance(image, np.ndarray):
        frame = frame_of_array(image, order, width)
        if keep and np.may_share_memory(frame.pixels, image):
            frame = replace(frame, pixels=frame.pixels.copy())
        return Given(None, lambda _: frame)
    if order is not None or width is not None:
        raise ArgumentError(f"order, width: expected with a numpy array alone, found them with {_kind(image)}.")
    if isinstance(image, str | os.PathLike):
        return _of_location(os.fspath(image))
    if isinstance(image, bytes | bytearray | memoryview):
        return _of_bytes(bytes(image), None, BYTES_NAME)
    if is_pillow_image(image):
        pixels = pixels_of_pillow(image)
        frame = frame_of_array(pixels, "rgb" if pixels.ndim == 3 else None)
        return Given(file_of(image), lambda _: frame)
    if isinstance(image, ReadableFile) and not isinstance(image, type):
        return _of_file(image)
    raise _no_picture(image)


def named(image: object) -> str | None:
    """What a failure calls a picture that was not even looked at; None of what has no name."""
    try:
        if isinstance(image, str | os.PathLike):
            return shown(os.fsdecode(os.fspath(image)))
    except (TypeError, ValueError):
        return None
    return file_of(image) if is_pillow_image(image) else _name_of(image)


def _of_location(location: str | bytes) -> Given:
    text = os.fsdecode(location)
    if not text.strip():
        raise ArgumentError("expected a picture's path, found an empty one. Is a variable unset?")
    return Given(shown(text), lambda side: load_frame(text, wanted_side=side, most_bytes=None))


def _of_bytes(data: bytes, source: str | None, name: str) -> Given:
    return Given(source, lambda side: load_frame(name, wanted_side=side, most_bytes=None, data=data))


def _of_file(file: ReadableFile) -> Given:
    """Read to its end now: it may be closed, or read on, before the frame is made."""
    source = _name_of(file)
    name = source or FILE_NAME
    if isinstance(file, TextIOBase):
        raise ArgumentError(f'{name}: expected a file of bytes, found one of text. Open it with "rb".')
    data = bytearray()
    try:
        while len(data) <= MAX_FILE_BYTES:
            part = file.read(MAX_FILE_BYTES + 1 - len(data))
            if not isinstance(part, bytes | bytearray | memoryview):
                raise ArgumentError(f"{name}: expected bytes of its read(), found {_kind(part)}.")
            if not part:
                return _of_bytes(bytes(data), source, name)
            data += part
    except ArgumentError:
        raise
    # The caller's own, or a library's: zlib.error, BadZipFile, whatever a download raises.
    except Exception as error:
        raise SourceError(f"{name}: can't be read: {str(error) or type(error).__name__}.") from error
    raise ImageError(f"{name}: expected an image of at most {MAX_FILE_BYTES >> 20} MB, found more.")


def _name_of(file: object) -> str | None:
    """A descriptor's number is no name."""
    name = getattr(file, "name", None)
    return shown(name) if isinstance(name, str) and name else None


def _no_picture(image: object) -> ArgumentError:
    expected = "a path, a URL, an image file's bytes, an open file, a Pillow image or a numpy array"
    advice = ""
    if isinstance(image, Iterable):
        advice = " For many pictures: classifier.many(…)."
    elif hasattr(image, "__array__"):
        advice = " numpy.asarray(…) makes an array of it."
    return ArgumentError(f"expected {expected}, found {_kind(image)}.{advice}")


def _kind(value: object) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
