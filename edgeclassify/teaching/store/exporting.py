"""A taught model as one file: NAME.taught.zip, the same bytes for the same model."""

import dataclasses
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

from edgeclassify.errors import StorageError, TaughtModelError
from edgeclassify.files import read_plain_file, replacing
from edgeclassify.model.taught.document import to_bytes
from edgeclassify.model.taught.manifest import ExampleRecord, Manifest
from edgeclassify.model.taught.places import MANIFEST, head_place
from edgeclassify.model.taught.reading import read_head, read_manifest
from edgeclassify.teaching.store.example_files import (
    MOST_PICTURE_BYTES,
    embeddings_of,
    example_place,
    is_picture,
    picture_place,
    read_example,
)

log = logging.getLogger(__name__)

ENDING = ".taught.zip"
_MODE = 0o100644 << 16
_OF_UNIX = 3


def export_taught(folder: Path, file: Path, *, pictures: bool = True) -> Path:
    """Write the taught model in `folder` to `file`, or into it by its usual name where it is a folder.

    Everything is checked on the way. `pictures`: whether the small pictures of examples go along. Returns the
    file. Raises TaughtModelError where something is damaged, StorageError where the file can't be written; what
    was there is then as it was.
    """
    manifest = read_manifest(folder)
    target = file / f"{manifest.name}{ENDING}" if file.is_dir() else file
    try:
        with (
            replacing(target, unfinished=f".{target.name}.tmp", syncs_folder=False) as out,
            zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as zipped,
        ):
            for place, content in _members(folder, manifest, pictures):
                zipped.writestr(_entry(place), content)
    except OSError as error:
        raise StorageError(
            f"{target}: the export can't be written: {error.strerror or error}. Choose another place for it."
        ) from error
    return target


def as_exported(manifest: Manifest) -> Manifest:
    """What a manifest says elsewhere: nothing of its earlier versions, which stay here."""
    return dataclasses.replace(
        manifest, version=1, changed_at=manifest.created_at, change="exported", restores=None, past=()
    )


def _members(folder: Path, manifest: Manifest, pictures: bool) -> Iterator[tuple[str, bytes]]:
    """The manifest comes last: by then it is known which pictures there are."""
    records = {one.id: dataclasses.replace(one, has_picture=False) for one in manifest.examples}
    for one in sorted(manifest.examples, key=lambda one: one.id):
        place = example_place(one.id)
        content = read_example(folder, one, manifest.base)
        embeddings_of(content, one, manifest.base, str(folder / place))
        yield place, content
        picture = _picture(folder, one) if pictures else None
        if picture is not None:
            records[one.id] = one
            yield picture_place(one.id), picture
    if manifest.head is not None:
        yield head_place(manifest.head), read_head(folder, manifest.head)
    yield MANIFEST, to_bytes(as_exported(dataclasses.replace(manifest, examples=tuple(records.values()))))


def _picture(folder: Path, record: ExampleRecord) -> bytes | None:
    """A small picture; nothing is fitted to it, so that one that is lost or damaged keeps nobody from the rest."""
    if not record.has_picture:
        return None
    path = folder / picture_place(record.id)
    try:
        picture = read_plain_file(path, MOST_PICTURE_BYTES)
    except PermissionError as error:
        raise TaughtModelError(
            f"{path}: the picture of an example can't be read: {error.strerror}. Run the command as its owner "
            "(with sudo), or export without pictures."
        ) from error
    except OSError:
        picture = b""
    if is_picture(picture):
        return picture
    log.warning("%s: expected the picture of an example, found none that is whole: it is left out.", path)
    return None


def _entry(place: str) -> zipfile.ZipInfo:
    """Without a time, and as of one system: what is the same has the same bytes."""
    entry = zipfile.ZipInfo(place, date_time=(1980, 1, 1, 0, 0, 0))
    entry.external_attr = _MODE
    entry.create_system = _OF_UNIX
    return entry
