"""File names: which kind each promises, how they sort, and how they are shown."""

import os
import re
from enum import Enum, auto

from edgeclassify.sources.images.reading import IMAGE_SUFFIXES

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv", ".asf", ".3gp", ".mts", ".m2ts"}
)
"""What counts as a video in a folder, in lower case. `.ts` is more often a program than a film."""
TAR_ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
OF_OUTPUT = (b"journal.sqlite", b"lock")
"""A folder with all of these is one that `edgeclassify archive` writes to."""
_NUMBER = re.compile(rb"[0-9]+")
_PART, _NUMBER_MARK = b"\x01", b"\x02"
"""Before them no character of a name sorts: "a/b" comes before "a1/b", and "a1" before "ab"."""


class Kind(Enum):
    """What a name promises."""

    IMAGE = auto()
    VIDEO = auto()
    TAR = auto()
    OTHER = auto()


_IMAGES, _VIDEOS = (frozenset(map(os.fsencode, some)) for some in (IMAGE_SUFFIXES, VIDEO_SUFFIXES))
_TARS = tuple(map(os.fsencode, TAR_ENDINGS))


def kind_of(name: bytes) -> Kind:
    """By how the name ends, in whatever case."""
    low = name.lower()
    suffix = low[low.rfind(b".") :] if b"." in low else b""
    if suffix in _IMAGES:
        return Kind.IMAGE
    if suffix in _VIDEOS:
        return Kind.VIDEO
    return Kind.TAR if low.endswith(_TARS) else Kind.OTHER


def is_hidden(name: bytes) -> bool:
    """Hidden ones are left out of folders: thumbnails, trash, what macOS puts beside each file ("._cat.jpg")."""
    return name.startswith(b".")


def sort_key(name: bytes) -> bytes:
    """Bytes that sort as people count: "shot2" before "shot10", and a folder's parts one by one."""
    if not name.isascii():
        name = os.fsencode(os.fsdecode(name).casefold())
    return _NUMBER.sub(_counted, name.lower().replace(b"/", _PART))


def _counted(found: "re.Match[bytes]") -> bytes:
    digits = found[0].lstrip(b"0")
    return _NUMBER_MARK + bytes([min(len(digits), 255)]) + digits


def text_of(name: str) -> str:
    """A name as text that is always UTF-8: what is none in it is written as \\xff."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
