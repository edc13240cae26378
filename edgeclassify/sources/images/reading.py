"""Reads pictures from files and URLs, and lists those of a folder."""

import os
import re
import stat
import time
from pathlib import Path

from edgeclassify.errors import ImageError, MissingInputError
from edgeclassify.files import printable
from edgeclassify.sources.images.decode import KINDS, DecodedImage, decode_image
from edgeclassify.sources.urls import fetch, is_url, redacted
from edgeclassify.types import Frame, PixelFormat

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif"}
)
"""What counts as an image in a folder, in lower case. HEIC is there so that it is refused aloud."""
MAX_FILE_BYTES = 256 << 20
_DAY_S = 86_400.0
"""A local time is off by so much at most."""


def read_image(location: str | Path, wanted_side: int = 0) -> DecodedImage:
    """Read and decode an image file or http(s) URL: BGR uint8, (height, width, 3), upright.

    `wanted_side`: pixels that the shorter side should keep; large JPEGs are then decoded at a reduced scale.
    0: the full size.
    Raises MissingInputError (nothing there, not readable), ImageError (no image, damaged, too large) or
    SourceError (the server can't be reached). What becomes of each kind of image: see decode_image.
    """
    if isinstance(location, str) and is_url(location):
        return decode_image(fetch(location), redacted(location), wanted_side)
    refuse_other_urls(location)
    return decode_image(_read_file(Path(location)), printable(location), wanted_side)


def load_frame(
    location: str | Path, camera: str = "", sequence: int = 0, wanted_side: int = 0, *, own_time: bool = False
) -> Frame:
    """An image file or URL as a BGR frame, captured now; errors and `wanted_side` as in read_image.

    Its `origin` is the path, or the URL without user, password and query. `own_time`: a file's time is that of the
    picture, as Exif tells it, else that of the file's last change; decisions count by it.
    """
    captured_at_ns, captured_at, scene_ns = time.monotonic_ns(), time.time(), None
    changed_at = os.stat(location).st_mtime if own_time and _is_file(location) else None  # noqa: PTH116
    image = read_image(location, wanted_side)
    if changed_at is not None:
        captured_at = _time_of(image.taken_at, changed_at)
        scene_ns = round(captured_at * 1e9)
    pixels = image.pixels
    return Frame(
        pixels=pixels,
        pixel_format=PixelFormat.BGR,
        width=pixels.shape[1],
        height=pixels.shape[0],
        camera=camera,
        sequence=sequence,
        captured_at_ns=captured_at_ns,
        captured_at=captured_at,
        origin=shown(location),
        scene_ns=scene_ns,
    )


def _is_file(location: str | Path) -> bool:
    return not (isinstance(location, str) and is_url(location)) and Path(location).is_file()


def _time_of(taken_at: float | None, changed_at: float) -> float:
    """Exif's time, unless it lies after the file was written: a camera's clock may never have been set."""
    return taken_at if taken_at is not None and taken_at < changed_at + _DAY_S else changed_at


def shown(location: str | Path) -> str:
    """A location for people and logs: the path with what is not printable escaped, or the URL without secrets."""
    return redacted(location) if isinstance(location, str) and "://" in location else printable(location)


def natural_key(text: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key by which "shot2" stands before "shot10"."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text.casefold())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts)


def list_images(folder: Path) -> list[Path]:
    """The image files (by suffix) directly in a folder, in natural order; hidden files are left out.

    Raises MissingInputError when the folder is not there, not readable, or has no images.
    """
    try:
        entries = [path for path in folder.iterdir() if not path.name.startswith(".")]
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
    return sorted(images, key=lambda path: natural_key(path.name))


def refuse_other_urls(location: str | Path) -> None:
    """Raises MissingInputError for what looks like a URL and is no file: ftp://… and the like."""
    if isinstance(location, str) and "://" in location and not Path(location).exists():
        raise MissingInputError(
            f"{redacted(location)}: expected a file, a folder, or a URL of http or https, found another kind of "
            "URL. Save the picture as a file and name that."
        )


def check_file(path: Path) -> int:
    """The size in bytes of a regular file; raises MissingInputError or ImageError for anything else."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        found = f"a link to {path.readlink()}, which is gone" if path.is_symlink() else "nothing there"
        raise MissingInputError(f"{path}: expected an image file, found {found}. Check the path.") from error
    except (OSError, ValueError) as error:
        raise MissingInputError(f"{path}: expected an image file, can't be read: {_why(error)}.") from error
    if stat.S_ISDIR(status.st_mode):
        raise ImageError(f"{path}: expected an image file, found a folder. Name a picture in it.")
    if not stat.S_ISREG(status.st_mode):
        raise ImageError(f"{path}: expected an image file, found a device or pipe. Name a picture.")
    if status.st_size > MAX_FILE_BYTES:
        raise ImageError(
            f"{path}: expected an image of at most {MAX_FILE_BYTES >> 20} MB, "
            f"found {status.st_size >> 20} MB. Make the image smaller."
        )
    return status.st_size


def _read_file(path: Path) -> bytes:
    check_file(path)
    try:
        return path.read_bytes()
    except PermissionError as error:
        raise MissingInputError(
            f"{path}: expected an image file, reading it is not permitted. Check its owner and mode."
        ) from error
    except OSError as error:
        raise MissingInputError(f"{path}: expected an image file, can't be read: {_why(error)}.") from error


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
