"""Takes away what no kept version of a taught model needs any more."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edgeclassify.files import read_plain_file
from edgeclassify.model.catalog.own_folder import OwnFolder
from edgeclassify.model.taught.document import MOST_BYTES
from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.model.taught.places import EXAMPLES, HEADS, PICTURES, VERSIONS, version_file

log = logging.getLogger(__name__)


def sweep(folder: Path, manifest: Manifest) -> None:
    """Remove versions that are not kept, files that none of the others names, and what was left unfinished.

    By who holds the lock, after a change. What can't be done now is done after the next one.
    """
    try:
        _remove_all_but(folder / VERSIONS, {Path(version_file(version)).name for version in _kept(manifest)})
        there = {place: set(_names(folder / place)) for place in (EXAMPLES, PICTURES, HEADS)}
        spare = {place: names - set(_used(manifest, place)) for place, names in there.items()}
        # Mostly all that is there is in use: then nobody has to read twenty documents.
        if any(spare.values()):
            kept = [_document(folder / version_file(one.version)) for one in manifest.past]
            for place, names in spare.items():
                needed = {name for document in kept for name in _used_by(document, place)}
                _remove(folder / place, names - needed)
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        log.debug("%s: not swept: %s", folder, error)


def _kept(manifest: Manifest) -> Iterator[int]:
    yield manifest.version
    yield from (one.version for one in manifest.past)


def _document(path: Path) -> Any:
    """One that can't be read raises: what it names is not known, so nothing may go."""
    return json.loads(read_plain_file(path, MOST_BYTES))["model"]


def _used(manifest: Manifest, place: str) -> Iterator[str]:
    if place == HEADS:
        if manifest.head is not None:
            yield f"{manifest.head.sha256}.npz"
    elif place == EXAMPLES:
        yield from (f"{one.id}.npy" for one in manifest.examples)
    else:
        yield from (f"{one.id}.jpg" for one in manifest.examples if one.has_picture)


def _used_by(document: Any, place: str) -> Iterator[str]:
    if place == HEADS:
        if document["head"] is not None:
            yield f"{document['head']['sha256']}.npz"
    else:
        end = ".npy" if place == EXAMPLES else ".jpg"
        yield from (f"{one['id']}{end}" for one in document["examples"])


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def _remove_all_but(folder: Path, kept: set[str]) -> None:
    _remove(folder, set(_names(folder)) - kept)


def _remove(folder: Path, names: set[str]) -> None:
    if names:
        with OwnFolder(folder) as opened:
            for name in names:
                opened.remove(name)
