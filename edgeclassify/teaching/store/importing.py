"""A taught model out of a file that somebody exported: all of it is checked before anything is put in place."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from edgeclassify.errors import MissingInputError, ModelError, TaughtModelError, UsageError
from edgeclassify.files import printable
from edgeclassify.files.archive import Archive, ArchiveError, open_archive
from edgeclassify.model.taught.document import MOST_BYTES, MOST_EXAMPLES, from_bytes
from edgeclassify.model.taught.head_parameters import HeadParameters
from edgeclassify.model.taught.manifest import Base, HeadRecord, Manifest
from edgeclassify.model.taught.places import MANIFEST, find_taught, head_place
from edgeclassify.model.taught.reading import MOST_HEAD_BYTES, check_head
from edgeclassify.model.taught.words import checked_name
from edgeclassify.teaching.store.example_files import (
    MOST_PICTURE_BYTES,
    embeddings_of,
    example_place,
    is_picture,
    most_example_bytes,
    picture_place,
)
from edgeclassify.teaching.store.placing import FOR_ALL, PRIVATE, File
from edgeclassify.teaching.store.taught_folder import TaughtFolder

_MOST_FILES = 2 * MOST_EXAMPLES + 2
_MOST_UNPACKED, _SPARE_BYTES = 2, 1 << 20
"""So many times its own size, and a little more: what is exported is not compressed at all."""


def import_taught(
    file: Path,
    name: str | None = None,
    *,
    replace: bool = False,
    wait_s: float = 0.0,
    now: Callable[[], float] = time.time,
) -> Manifest:
    """Put an exported taught model in place, by its own name or by `name`.

    `replace`: where one is there by that name, this becomes its next version, which an undo takes back. `wait_s`:
    as of `TaughtFolder.open`. Raises MissingInputError, TaughtModelError (it is no export, or a damaged one),
    UsageError (the name), TeachingBusyError, StorageError.
    """
    try:
        with open_archive(file, _MOST_FILES) as archive:
            manifest = _checked(archive, file)
            for _ in _files(archive, manifest, file):
                pass
            place = _Place(checked_name(name or manifest.name), replace, wait_s, now)
            return _placed(archive, manifest, file, place)
    except ArchiveError as error:
        raise _none(file, str(error)) from error
    except FileNotFoundError as error:
        raise MissingInputError(f"{file}: expected an exported taught model, found nothing there.") from error
    except OSError as error:
        raise TaughtModelError(
            f"{file}: the exported taught model can't be read: {error.strerror or error}."
        ) from error


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """Where it goes: as of `import_taught`."""

    name: str
    replace: bool
    wait_s: float
    now: Callable[[], float]


def _placed(archive: Archive, manifest: Manifest, file: Path, place: _Place) -> Manifest:
    name = place.name
    change = f"imported from {printable(file.name)[:80]}"
    files = _files(archive, manifest, file)
    if find_taught(name) is None:
        first = dataclasses.replace(manifest, name=name, changed_at=place.now(), change=change)
        with TaughtFolder.begin(first, files, wait_s=place.wait_s, now=place.now) as folder:
            return folder.manifest
    if not place.replace:
        raise UsageError(
            f"{name}: expected a new name for the taught model in {file}, found one that is there already "
            f"({find_taught(name)}). Import it under another name, or in its place (an undo brings that back)."
        )
    with TaughtFolder.open(name, wait_s=place.wait_s, now=place.now) as folder:
        return folder.replace(manifest, files, change)


def _checked(archive: Archive, file: Path) -> Manifest:
    """The manifest of an archive in which there are the files that it names, and no others."""
    if MANIFEST not in archive.names:
        raise _none(file, f"a zip file without {MANIFEST}")
    manifest = from_bytes(archive.read(MANIFEST, MOST_BYTES), f"{file}: {MANIFEST}")
    if manifest.version != 1 or manifest.past or manifest.restores is not None:
        raise _none(file, "one with versions")
    wanted = {MANIFEST, *(place for place, _, _ in _places(manifest))}
    most = _MOST_UNPACKED * file.stat().st_size + _SPARE_BYTES
    if archive.bytes > most:
        raise _none(file, f"one of {archive.bytes} bytes when it is unpacked, where {most} are the most")
    if missing := sorted(wanted - set(archive.names)):
        raise _none(file, f"one without {missing[0]}")
    if strange := sorted(set(archive.names) - wanted):
        raise _none(file, f"one with {printable(strange[0][:80])}, which belongs to none")
    return manifest


def _places(manifest: Manifest) -> Iterator[tuple[str, int, int]]:
    """What belongs to a manifest: place, bytes at most, and rights."""
    for one in manifest.examples:
        yield example_place(one.id), most_example_bytes(one, manifest.base), FOR_ALL
        if one.has_picture:
            yield picture_place(one.id), MOST_PICTURE_BYTES, PRIVATE
    if manifest.head is not None:
        yield head_place(manifest.head), MOST_HEAD_BYTES, FOR_ALL


def _files(archive: Archive, manifest: Manifest, file: Path) -> Iterator[File]:
    """Each of them, read and checked. Raises ArchiveError, TaughtModelError."""
    records = {example_place(one.id): one for one in manifest.examples}
    for place, most, mode in _places(manifest):
        content = archive.read(place, most)
        if place in records:
            embeddings_of(content, records[place], manifest.base, f"{file}: {place}")
        elif manifest.head is not None and place == head_place(manifest.head):
            _check_head(content, manifest.head, manifest.base, f"{file}: {place}")
        elif not is_picture(content):
            raise _none(file, f"one with {place}, which is no JPEG")
        yield place, content, mode


def _check_head(content: bytes, record: HeadRecord, base: Base, place: str) -> None:
    """What a stranger calls a head has to be one, of this base and for these labels. Raises TaughtModelError."""
    check_head(content, record, place)
    try:
        head = HeadParameters.from_bytes(content, place)
    except ModelError as error:
        raise TaughtModelError(str(error)) from error
    if head.elements != base.embedding.elements or record.labels not in (head.labels, head.shown_labels):
        raise TaughtModelError(
            f"{place}: expected a head for {base.embedding.elements} elements and the labels "
            f"{', '.join(record.labels)[:200]}, found one for {head.elements} elements, or for other labels. "
            "Nothing was imported."
        )


def _none(file: Path, found: str) -> TaughtModelError:
    return TaughtModelError(
        f"{file}: expected a taught model as `edgeclassify teach NAME export` writes it, found {found}. "
        "Nothing was imported."
    )
