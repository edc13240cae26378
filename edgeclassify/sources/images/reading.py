"""Reads images from files and URLs, and lists those of a folder."""

import os
import re
import stat
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeGuard

from edgeclassify.errors import ImageError, MissingInputError
from edgeclassify.files import printable
from edgeclassify.redaction import may_be_url, redacted_url
from edgeclassify.sources.images.decode import KINDS, DecodedImage, decode_image
from edgeclassify.sources.images.memory_limit import MOST_BYTES
from edgeclassify.types import Frame, PixelFormat

if TYPE_CHECKING:  # TLS and HTTP take longer to import than all the rest of this: not for files
    from edgeclassify.sources.support.image_by_url import Access

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif"}
)
"""What counts as an image in a folder, in lower case. HEIC is there so that it is refused aloud."""
MAX_FILE_BYTES = 256 << 20
MOST_FILE_BYTES = 48 << 20
"""In the daemon: the file itself lies in memory while it is decoded."""
_MOST_HELD = 8 << 20
"""A file of more bytes is not held until somebody may want its image in full size."""
_MORE = 1 << 20
_DAY_S = 86_400.0
"""A local time is off by so much at most."""


def read_image(
    location: str | Path,
    wanted_side: int = 0,
    *,
    most_bytes: int | None = MOST_BYTES,
    access: "Access | None" = None,
) -> DecodedImage:
    """Read and decode an image file or http(s) URL: BGR uint8, (height, width, 3), upright.

    `wanted_side`: pixels that the shorter side should keep; large JPEGs are then decoded at a reduced scale.
    0: the full size, where memory allows it. `most_bytes`, `access`: see load_frame.
    Raises MissingInputError (nothing there, not readable), ImageError (no image, damaged, too large) or
    SourceError (the server can't be reached). What becomes of each kind of image: see decode_image.
    """
    data, _ = bytes_of(location, None, most_bytes, access)
    return decode_image(data, shown(location), wanted_side, most_bytes=most_bytes)


def load_frame(
    location: str | Path,
    camera: str = "",
    sequence: int = 0,
    wanted_side: int = 0,
    *,
    own_time: bool = False,
    within: Path | None = None,
    most_bytes: int | None = MOST_BYTES,
    access: "Access | None" = None,
    data: bytes | None = None,
) -> Frame:
    """An image file or URL as a BGR frame, captured now; errors and `wanted_side` as in read_image.

    Its `origin` is the path, or the URL without user, password and query; its `main`, where it was reduced, the
    full size. `own_time`: a file's time is that of the image, as Exif tells it, else that of the file's last
    change; decisions count by it. `within`: a folder that the file must lie in, links followed; then the origin is
    its path within it. `most_bytes`: memory that decoding may take (see decode_image). `access`: how a URL's
    server is asked; None: as any. `data`: the image's bytes, where they have been read already; `location` is
    their name then.
    """
    captured_at_ns, captured_at, scene_ns, changed_at = time.monotonic_ns(), time.time(), None, None
    if data is None:
        data, changed_at = bytes_of(location, within, most_bytes, access)
    image = decode_image(data, shown(location), wanted_side, most_bytes=most_bytes)
    if own_time and changed_at is not None:
        captured_at = _time_of(image.taken_at, changed_at)
        scene_ns = round(captured_at * 1e9)
    height, width = image.pixels.shape[:2]
    frame = Frame(
        pixels=image.pixels,
        pixel_format=PixelFormat.BGR,
        width=width,
        height=height,
        camera=camera,
        sequence=sequence,
        captured_at_ns=captured_at_ns,
        captured_at=captured_at,
        origin=shown(location) if within is None else printable(Path(location).relative_to(within)),
        scene_ns=scene_ns,
    )
    if image.full_width <= width or len(data) > _MOST_HELD:
        return frame
    return replace(frame, main=lambda: _in_full(frame, data, shown(location)))


def _in_full(frame: Frame, data: bytes, name: str) -> Frame:
    """The frame's image in full size, where memory allows it."""
    pixels = decode_image(data, name).pixels
    return replace(frame, pixels=pixels, width=pixels.shape[1], height=pixels.shape[0], main=None)


def _time_of(taken_at: float | None, changed_at: float) -> float:
    """Exif's time, unless it lies after the file was written: a camera's clock may never have been set."""
    return taken_at if taken_at is not None and taken_at < changed_at + _DAY_S else changed_at


def shown(location: str | Path) -> str:
    """A location for people and logs: the path with what is not printable escaped, or the URL without secrets."""
    return redacted_url(location) if is_meant_as_url(location) else printable(location)


def natural_key(text: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key by which "shot2" stands before "shot10"."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text.casefold())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts)


def list_images(folder: Path, *, recursive: bool = False) -> list[Path]:
    """The image files (by suffix) in a folder, in natural order; hidden files are left out.

    `recursive`: those in folders below it too, but for hidden ones and links. Raises MissingInputError when the
    folder is not there, not readable, or has no images.
    """
    try:
        entries = [path for path in folder.iterdir() if not path.name.startswith(".")]
        for path in entries if recursive else ():  # those that are found on the way too
            if path.is_dir() and not path.is_symlink():
                entries += (below for below in path.iterdir() if not below.name.startswith("."))
    except FileNotFoundError as error:
        raise MissingInputError(
            f"{folder}: expected a folder of images, found nothing there. Check the path."
        ) from error
    except OSError as error:
        raise MissingInputError(
            f"{folder}: expected a folder of images, can't be read: {_why(error)}. Check its owner and mode."
        ) from error
    images = [path for path in entries if path.suffix.lower() in IMAGE_SUFFIXES and not path.is_dir()]
    if not images:
        raise MissingInputError(
            f"{folder}: expected images ({KINDS}), found none (entries: {len(entries)}). "
            "Name the folder that holds the pictures itself."
        )
    return sorted(images, key=lambda path: [natural_key(part) for part in path.relative_to(folder).parts])


def is_url(location: str) -> bool:
    """True for http:// and https://."""
    return location.lower().startswith(("http://", "https://"))


def is_meant_as_url(location: str | Path) -> TypeGuard[str]:
    """True where it looks like a URL, right or wrong, and is no file."""
    if not isinstance(location, str) or not may_be_url(location):
        return False
    try:
        return not Path(location).exists()
    except OSError:  # too long for a file's name, for example
        return True


def refuse_other_urls(location: str | Path) -> None:
    """Raises MissingInputError for what looks like a URL and is no file: ftp://… and the like."""
    if is_meant_as_url(location):
        raise MissingInputError(
            f"{redacted_url(location)}: expected a file, a folder, or a URL of http or https, found another kind "
            "of URL. Save the picture as a file and name that."
        )


def check_file(path: Path) -> None:
    """Raises MissingInputError or ImageError for anything but a regular file that an image may be in."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise _nothing(path) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    _check_status(path, status, MAX_FILE_BYTES)


def _check_status(path: Path, status: os.stat_result, most_bytes: int) -> None:
    name = printable(path)
    if stat.S_ISDIR(status.st_mode):
        raise ImageError(f"{name}: expected an image file, found a folder. Name a picture in it.")
    if not stat.S_ISREG(status.st_mode):
        raise ImageError(f"{name}: expected an image file, found a device or pipe. Name a picture.")
    if status.st_size > most_bytes:
        raise ImageError(
            f"{name}: expected an image of at most {most_bytes >> 20} MB, "
            f"found {status.st_size >> 20} MB. Make the image smaller."
        )


def bytes_of(
    location: str | Path,
    within: Path | None = None,
    most_bytes: int | None = MOST_BYTES,
    access: "Access | None" = None,
) -> tuple[bytes, float | None]:
    """The file's or URL's bytes, and when the file was changed (seconds since the epoch; None: it is a URL).

    `within`, `most_bytes`, `access`: see load_frame. Raises MissingInputError, ImageError or SourceError.
    """
    if isinstance(location, str) and is_url(location):
        from edgeclassify.sources.support.image_by_url import PLAIN_ACCESS, fetch

        return fetch(location, PLAIN_ACCESS if access is None else access), None
    refuse_other_urls(location)
    return _read_file(Path(location), within, MAX_FILE_BYTES if most_bytes is None else MOST_FILE_BYTES)


def _read_file(path: Path, within: Path | None, most_bytes: int) -> tuple[bytes, float]:
    """What it is is asked of the open file: names may be swapped."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe would wait for its writer
    except FileNotFoundError as error:
        raise _nothing(path) from error
    except PermissionError as error:
        raise MissingInputError(
            f"{printable(path)}: expected an image file, reading it is not permitted. Check its owner and mode."
        ) from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    try:
        status = os.fstat(descriptor)
        _check_status(path, status, most_bytes)
        if within is not None and not _lies_in(descriptor, path, within):
            found = "found a link that leads out of it. Copy the picture there."
            raise ImageError(f"{printable(path)}: expected a picture in the folder, {found}")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return _whole(file, status.st_size, most_bytes), status.st_mtime
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)


def _whole(file: BinaryIO, size: int, most_bytes: int) -> bytes:
    """All of it, one byte more than the limit at most. Memory is taken for what is there, not for what may be."""
    data = file.read(size + 1)
    if len(data) <= size:
        return data
    pieces, left = [data], most_bytes + 1 - len(data)  # it grows, or tells no size
    while left > 0 and (more := file.read(min(left, _MORE))):
        pieces.append(more)
        left -= len(more)
    return b"".join(pieces)


def _lies_in(descriptor: int, path: Path, folder: Path) -> bool:
    try:
        place = Path(os.readlink(f"/proc/self/fd/{descriptor}"))  # noqa: PTH115
    except OSError:  # a machine that shows no /proc
        place = path.resolve()
    return place.is_relative_to(folder.resolve())


def _nothing(path: Path) -> MissingInputError:
    found = "nothing there"
    with suppress(OSError):
        if path.is_symlink():
            found = f"a link to {printable(path.readlink())}, which is gone"
    return MissingInputError(f"{printable(path)}: expected an image file, found {found}. Check the path.")


def _unreadable(path: Path, error: OSError | ValueError) -> MissingInputError:
    return MissingInputError(f"{printable(path)}: expected an image file, can't be read: {_why(error)}.")


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
