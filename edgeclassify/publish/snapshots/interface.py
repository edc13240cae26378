"""A snapshot that was taken, and what became of it."""

from pathlib import Path

from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot that was taken: a whole JPEG file of `width` x `height` pixels.

    `path`: where it was kept, None: not on disk. `published`: was it handed over for MQTT? Then `jpeg` is what
    went there, which may be coarser or smaller than the file on disk.
    """

    view: str
    jpeg: bytes
    width: int
    height: int
    path: Path | None
    published: bool
