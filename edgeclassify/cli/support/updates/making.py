"""A manifest made of a folder, signed, and written."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from edgeclassify.cli.support.updates.looked_at import check_models_are_there
from edgeclassify.config import config_of
from edgeclassify.config.layers.update_layer import CONFIG_FILE, UpdateChoice
from edgeclassify.config.reading import config_bytes, config_text, parsed
from edgeclassify.errors import ConfigError, StorageError
from edgeclassify.files import NotPlainFileError, read_plain_file, replace_file
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.slugs import slug
from edgeclassify.updates.envelope import MOST_SIGNED_BYTES, unpacked
from edgeclassify.updates.interface import Manifest, ModelFile, UpdateError
from edgeclassify.updates.keys import key_in
from edgeclassify.updates.manifest import is_of_content, manifest_bytes, manifest_of
from edgeclassify.updates.signature import public_key_of, signed

MODELS, TARGET = "models", "update.edgeclassify"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was said of an update; None: nothing. As in Manifest and GateRules."""

    id: str | None = None
    version: int | None = None
    percent: float | None = None
    nodes: tuple[str, ...] | None = None
    not_before: str | None = None
    min_version: str | None = None
    watch_s: float | None = None
    most_offline_s: float | None = None
    most_inference_ms: float | None = None


def made_manifest(folder: Path, target: Path, wanted: Wanted, node_config: Path | None) -> Manifest:
    """What is in the folder, with what `wanted` says of the rest. Id and version follow from what was signed last;
    where they stay, so does what is not said.

    `node_config`: tried with it. Raises UpdateError, ConfigError.
    """
    if not os.path.isdir(folder):  # noqa: PTH112 - Path's raises for a long name
        raise UpdateError(f"{folder}: expected a folder with {CONFIG_FILE} and {MODELS}, found none.")
    if os.path.isdir(target):  # noqa: PTH112
        raise UpdateError(f"--out: expected a file's name, found the folder {target}. Say {target / TARGET}")
    found = Manifest(id="", version=0, config=_config(folder), models=tuple(_models(folder, target)))
    check_models_are_there(found, folder / CONFIG_FILE)
    before = _signed_before(target)
    is_same = before is not None and is_of_content(before, found) and wanted.id in (None, before.id)
    version = wanted.version or (1 if before is None else before.version + (not is_same))
    if before is not None and version <= before.version and not (is_same and version == before.version):
        raise UpdateError(
            f"--version: expected one above {before.version}, which {target} was signed as, for another content, "
            f"name, or an older version, found {version}. No node would take it: leave --version out."
        )
    is_kept = before is not None and before.version == version
    name = f"{slug(folder.resolve().name) or 'update'}-{version}"
    start = Manifest(id=name, version=version) if before is None or not is_kept else before
    found = _as_wanted(replace(start, config=found.config, models=found.models), wanted)
    manifest_bytes(found)  # raises for what no node would take
    if node_config is not None:
        _try(found, node_config, folder)
    return found


def _as_wanted(manifest: Manifest, wanted: Wanted) -> Manifest:
    gate = {
        "seconds": wanted.watch_s,
        "most_offline_s": wanted.most_offline_s,
        "most_inference_ms": wanted.most_inference_ms,
    }
    rest = {name: getattr(wanted, name) for name in ("id", "percent", "nodes", "not_before", "min_version")}
    given = {name: value for name, value in rest.items() if value is not None}
    rules = {name: value for name, value in gate.items() if value is not None}
    return replace(manifest, gate=replace(manifest.gate, **rules), **given)


def _config(folder: Path) -> str:
    config = folder / CONFIG_FILE
    if not os.path.lexists(config):
        raise UpdateError(
            f"{config}: expected the update's config, found none: models alone change nothing. Name them "
            'there, as in [model] name = "${UPDATE}/birds.tflite".'
        )
    return config_text(config_bytes(config), config)


def write_signed(manifest: Manifest, key: Path, target: Path) -> str:
    """Sign it with the private key in that file; gives the public key. Raises UpdateError, StorageError."""
    try:
        mode = key.stat().st_mode
    except OSError as error:
        raise UpdateError(f"{key}: expected a private key that can be read: {error.strerror}.") from error
    if mode & 0o077:
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
    try:
        files = sorted(place.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise UpdateError(f"{place}: expected a folder that can be read: {error.strerror}.") from error
    for file in files:
        if not file.name.startswith(".") and os.path.realpath(file) != os.path.realpath(target):
            yield _model(file, target)


def _model(file: Path, target: Path) -> ModelFile:
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise UpdateError(
                f"{file}: expected files alone, found a folder or a device, which no update brings. Put its files "
                f"beside the others, or take it out of {MODELS}."
            )
        with file.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
            size = opened.tell()
    except OSError as error:
        raise UpdateError(f"{file}: can't be read: {error.strerror}. Make it readable, or take it out.") from error
    return ModelFile(file.name, quote(os.fsencode(os.path.relpath(file, target.parent))), size, sha256)


def _signed_before(target: Path) -> Manifest | None:
    try:
        return manifest_of(unpacked(read_plain_file(target, MOST_SIGNED_BYTES))[0])
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UpdateError(f"{target}: can't be read: {error.strerror}. Its version counts on.") from error
    except (NotPlainFileError, UpdateError) as error:
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
        (place / CONFIG_FILE).write_text(manifest.config or "")
        for model in manifest.models:
            (place / model.name).symlink_to((folder / MODELS / model.name).resolve())
        yield place
