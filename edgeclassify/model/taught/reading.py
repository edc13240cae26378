"""Taught models as they lie in their folders, read and checked."""

import dataclasses
import hashlib
import logging
from pathlib import Path

from edgeclassify.errors import ModelMissingError, TaughtModelError
from edgeclassify.files import read_plain_file
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.document import MOST_BYTES, LaterFormatError, from_bytes
from edgeclassify.model.taught.manifest import HeadRecord, Manifest
from edgeclassify.model.taught.places import MANIFEST, head_place, version_file, versions_in
from edgeclassify.types import EmbeddingFacts

log = logging.getLogger(__name__)

MOST_HEAD_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, eq=False)
class TaughtModel:
    """A taught model as it is now. `head`: the bytes of its head's file, checked; None: it is not fitted yet."""

    folder: Path
    manifest: Manifest
    head: bytes | None


def read_taught(folder: Path) -> TaughtModel:
    """The taught model in its folder.

    Raises ModelMissingError where nothing is there, TaughtModelError where it is damaged or of a later version.
    """
    manifest = read_manifest(folder)
    if manifest.head is None:
        return TaughtModel(folder, manifest, None)
    try:
        return TaughtModel(folder, manifest, read_head(folder, manifest.head))
    except TaughtModelError:
        # Somebody may have changed it between the two readings.
        now = read_manifest(folder)
        if now == manifest:
            raise
        return TaughtModel(folder, now, None if now.head is None else read_head(folder, now.head))


def read_manifest(folder: Path) -> Manifest:
    """What the taught model is now. Raises as `read_taught`.

    Where its manifest is damaged or gone, the newest version that is whole takes its place.
    """
    try:
        return _named(_read(folder / MANIFEST), folder)
    except LaterFormatError:
        raise
    except (TaughtModelError, ModelMissingError) as error:
        manifest = _newest_whole(folder)
        if manifest is None:
            raise
        log.warning("%s Version %d, which is whole, takes its place.", error, manifest.version)
        return manifest


def read_version(folder: Path, version: int) -> Manifest:
    """An earlier version. Raises as `read_taught`."""
    return _named(_read(folder / version_file(version)), folder)


def read_head(folder: Path, head: HeadRecord) -> bytes:
    """The bytes of a head's file, which are as they were written. Raises TaughtModelError."""
    path = folder / head_place(head)
    remedy = f"Fit it again: edgeclassify teach {folder.name} fit."
    try:
        content = read_plain_file(path, MOST_HEAD_BYTES)
    except OSError as error:
        raise TaughtModelError(f"{path}: the head can't be read: {error.strerror or error}. {remedy}") from error
    try:
        check_head(content, head, str(path))
    except TaughtModelError as error:
        raise TaughtModelError(f"{error} {remedy}") from error
    return content


def check_head(content: bytes, head: HeadRecord, place: str) -> None:
    """Raises TaughtModelError unless these are the bytes of this head's file, which the message calls `place`."""
    found = hashlib.sha256(content).hexdigest()
    if found != head.sha256:
        raise TaughtModelError(
            f"{place}: expected a head with the sha256 {head.sha256}, found {found}: it is damaged."
        )


def check_base(taught: Manifest, found: EmbeddingFacts) -> None:
    """Raises TaughtModelError unless embeddings of the base that was found are those that it was taught on."""
    expected = taught.base.embedding
    if expected.fits(found):
        return
    differs = f"its sha256 {expected.sha256}, found {found.sha256}"
    if expected.sha256 == found.sha256:
        differs = f"{expected.elements} elements in {expected.tensor}, found {found.elements} in {found.tensor}"
    raise TaughtModelError(
        f"{taught.name}: was taught on {expected.base}: expected {differs}: the base has changed. Put the base's "
        f"file back, or teach on another base: edgeclassify teach {taught.name} --base MODEL."
    )


def _read(path: Path) -> Manifest:
    try:
        content = read_plain_file(path, MOST_BYTES)
    except FileNotFoundError as error:
        raise ModelMissingError(
            f"{path}: expected the manifest of a taught model, found nothing there."
        ) from error
    except OSError as error:
        raise TaughtModelError(
            f"{path}: the manifest of the taught model can't be read: {error.strerror or error}. "
            "Check the rights of the file, or run the command as another user."
        ) from error
    return from_bytes(content, str(path))


def _named(manifest: Manifest, folder: Path) -> Manifest:
    """By the name of its folder: somebody may have copied it, or given it another."""
    return manifest if manifest.name == folder.name else dataclasses.replace(manifest, name=folder.name)


def _newest_whole(folder: Path) -> Manifest | None:
    for version in versions_in(folder):
        try:
            return read_version(folder, version)
        except (TaughtModelError, ModelMissingError):
            continue
    return None
