"""A manifest made of a folder, signed, and written."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from edgeclassify.config import config_of
from edgeclassify.config.layers.update_layer import CONFIG_FILE, UpdateChoice
from edgeclassify.config.reading import config_bytes, config_text, parsed
from edgeclassify.errors import ConfigError, StorageError
from edgeclassify.files import read_plain_file, replace_file
from edgeclassify.slugs import slug
from edgeclassify.updates.envelope import MOST_SIGNED_BYTES, unpacked
from edgeclassify.updates.interface import Manifest, ModelFile, UpdateError
from edgeclassify.updates.keys import key_in
from edgeclassify.updates.manifest import manifest_bytes, manifest_of
from edgeclassify.updates.signature import public_key_of, signed

MODELS = "models"


def made_manifest(folder: Path, target: Path, wanted: Manifest, node_config: Path | None) -> Manifest:
    """What is in the folder, with what `wanted` says of the rest; id and version follow from what was signed last.

    `node_config`: tried with it. Raises UpdateError, ConfigError.
    """
    if not folder.is_dir():
        raise UpdateError(f"{folder}: expected a folder with {CONFIG_FILE} and {MODELS}, found none.")
    config = folder / CONFIG_FILE
    text = config_text(config_bytes(config), config) if config.exists() else None
    found = replace(wanted, config=text, models=tuple(_models(folder, target)))
    before = _signed_before(target)
    is_same = before is not None and (before.config, before.models) == (found.config, found.models)
    if not found.version:
        found = replace(found, version=1 if before is None else before.version + (not is_same))
    if not found.id:
        is_kept = before is not None and before.version == found.version
        name = f"{slug(folder.resolve().name) or 'update'}-{found.version}"
        found = replace(found, id=before.id if is_kept and before is not None else name)
    manifest_bytes(found)  # raises for what no node would take
    if node_config is not None:
        _try(found, node_config, folder)
    return found


def write_signed(manifest: Manifest, key: Path, target: Path) -> str:
    """Sign it with the private key in that file; gives the public key. Raises UpdateError, StorageError."""
    if key.exists() and key.stat().st_mode & 0o077:
        raise UpdateError(
            f"{key}: expected a file for you alone, found one that others may read. Run: chmod 600 {key}"
        )
    private = key_in(key)
    content = signed(manifest_bytes(manifest), private)
    try:
        replace_file(target, content)
    except OSError as error:
        raise StorageError(f"{target}: can't be written: {error.strerror}.") from error
    return public_key_of(private)


def _models(folder: Path, target: Path) -> Iterator[ModelFile]:
    place = folder / MODELS
    if not place.is_dir():
        return
    for file in sorted(place.iterdir()):
        if file.name.startswith(".") or not file.is_file() or file.resolve() == target.resolve():
            continue
        with file.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        url = os.path.relpath(file, target.parent)
        yield ModelFile(file.name, url, file.stat().st_size, sha256)


def _signed_before(target: Path) -> Manifest | None:
    if not target.exists():
        return None
    try:
        return manifest_of(unpacked(read_plain_file(target, MOST_SIGNED_BYTES))[0])
    except (OSError, UpdateError) as error:
        raise UpdateError(
            f"{target}: expected the manifest that was signed last, found something else. Its version counts on: "
            "put it there again, or remove it and say --version."
        ) from error


def _try(manifest: Manifest, node_config: Path, folder: Path) -> None:
    """The node's config, with the update below it. Raises ConfigError."""
    document = parsed(config_text(config_bytes(node_config), node_config), node_config)
    if "updates" not in document:
        raise ConfigError(
            f"{node_config}: expected a section [updates], found none: such a node takes no updates."
        )
    with _as_placed(manifest, folder) as place:
        config_of(document, node_config, UpdateChoice(place))


@contextmanager
def _as_placed(manifest: Manifest, folder: Path) -> Iterator[Path]:
    """As a node has it on its disk."""
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        if manifest.config is not None:
            (place / CONFIG_FILE).write_text(manifest.config)
        for model in manifest.models:
            (place / model.name).symlink_to((folder / MODELS / model.name).resolve())
        yield place
