"""The files that a model is made of."""

from collections.abc import Iterator
from pathlib import Path

from edgeclassify.errors import UnknownModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.catalog import find_model
from edgeclassify.model.description.sidecar import read_sidecar, sidecar_path
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.model.taught.places import MANIFEST, head_place, taught_names
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import ModelChoice


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """`network`: the .tflite file first, then what lies beside it and belongs to it, whether it is there or not.
    `taught`: those of a taught model; none of a network's own classes. `head`: the checksum of the taught head, ""
    where it was not fitted yet; None: not taught. `fed`: how pictures get into a taught model's network.
    """

    network: tuple[Path, ...]
    taught: tuple[Path, ...] = ()
    head: str | None = None
    fed: tuple[object, ...] = ()


def files_of(config: ModelChoice) -> ModelFiles:
    """The files of the model that `config` names. Raises ModelError or a subclass, ConfigError."""
    folder = taught_folder(config.name)
    if folder is None:
        path = find_file(config.name)
        return ModelFiles((path, *_beside(path, config.labels)))
    from edgeclassify.model.opening.taught import base_section  # most models are not taught
    from edgeclassify.model.taught.reading import read_manifest

    manifest = read_manifest(folder)
    path = find_model(base_section(config, manifest).name)
    head = "" if manifest.head is None else manifest.head.sha256
    taught = [folder / MANIFEST, *([] if manifest.head is None else [folder / head_place(manifest.head)])]
    fed = (manifest.base.fit, manifest.base.crop)
    return ModelFiles((path, sidecar_path(path)), tuple(taught), head, fed)


def find_file(name: str) -> Path:
    """As `find_model`, for a name that is no taught model's: where it is nobody's, taught ones are named too."""
    try:
        return find_model(name)
    except UnknownModelError as error:
        names = taught_names()
        if not names:
            raise
        hint = did_you_mean(name, names)
        raise UnknownModelError(f"{error} Taught here: {', '.join(names)}. {hint}".rstrip()) from error


def _beside(path: Path, labels: Path | None) -> Iterator[Path]:
    sidecar = read_sidecar(path)
    golden = None if sidecar.golden is None else sidecar.golden.image
    found = (sidecar_path(path), labels, sidecar.labels, golden)
    return (file for file in found if file is not None)
