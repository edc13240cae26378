"""A zip → a model of the catalog: file, labels and sidecar in the models' folder, and an entry that names it."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from edgeclassify.config import ModelConfig
from edgeclassify.errors import EdgeClassifyError, ModelError, ModelMissingError, StorageError, UsageError
from edgeclassify.files import printable
from edgeclassify.model.adding.archive import Archive
from edgeclassify.model.adding.exporters import Exporter, exporter_of, needs_normalization
from edgeclassify.model.catalog import load_catalog, model_path
from edgeclassify.model.catalog.entry import NAME_RULE, is_model_name
from edgeclassify.model.catalog.fetch import labels_target, toml_pairs
from edgeclassify.model.catalog.part_file import PartFile
from edgeclassify.model.catalog.places import (
    can_write,
    fetch_folder,
    own_entries,
    service_folder,
    system_entries,
)
from edgeclassify.model.description.sidecar import EMPTY, sidecar_path
from edgeclassify.model.labels.lookup import likeliest_labels
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.model_facts import read_network_facts
from edgeclassify.model.tensors import classifier_tensors
from edgeclassify.model.tflite.model_file import ModelFile, read_model_file

_LONGEST_DESCRIPTION = 72
_OTHER_KINDS = {
    ".h5": "Keras weights", ".keras": "a Keras model", ".pb": "a TensorFlow SavedModel", ".onnx": "an ONNX model",
    ".bin": "weights for TensorFlow.js", ".pt": "a PyTorch model", ".mlmodel": "a Core ML model",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AddedModel:
    """A model that is there by its name now. `exporter`: the tool that wrote it, where that shows. `was_there`: it
    had been before. `notes`: what the user should know, a line each."""

    name: str
    path: Path
    labels: tuple[str, ...]
    exporter: str | None
    was_there: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What a zip is as a model, in a folder of our own: opened and run once. `texts`: what goes beside it."""

    model: ModelFile
    labels: tuple[str, ...]
    exporter: Exporter
    labels_file: bytes | None
    sidecar: str
    notes: tuple[str, ...]


def add_model(path: Path, name: str | None) -> AddedModel:
    """Put the model in a zip, with its labels, among those that are known by name.

    `name`: None: after the zip. It is opened and run once before anything is put in place. Raises UsageError for a
    name that is none or taken, ModelError or a subclass for a zip that is none, holds several models or none, or a
    model that can't be used, StorageError.
    """
    wanted = _checked_name(name) if name is not None else _name_of(path)
    with tempfile.TemporaryDirectory(prefix="edgeclassify-add-") as folder:
        found = _found(path, Path(folder) / f"{wanted}.tflite")
        present = _present(wanted, found.model.sha256())
        target = present or _placed(wanted, found, path)
        return AddedModel(wanted, target, found.labels, found.exporter.name, present is not None, found.notes)


def _checked_name(name: str) -> str:
    if not is_model_name(name):
        raise UsageError(f"--name: expected {NAME_RULE}, found {name!r}.")
    return name


def _name_of(path: Path) -> str:
    """The zip's own name, as far as it can be a model's."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", path.stem).lstrip("._-")[:64]
    if not is_model_name(name):
        raise UsageError(
            f"{printable(path)}: expected a file name that can be a model's, found none. Add --name NAME."
        )
    return name


def _present(name: str, sha256: str) -> Path | None:
    """Where the very same model is known by this name. Raises UsageError where another one is."""
    catalog = load_catalog()
    if name not in catalog.entries and name not in catalog.faults:
        return None
    entry = catalog.entries.get(name)
    there = None if entry is None else model_path(entry)
    if there is not None and read_model_file(there).sha256() == sha256:
        return there
    raise UsageError(f"{name}: expected a new name, found one that another model has. Choose one: --name NAME.")


def _found(path: Path, target: Path) -> _Found:
    """Unpack the model to `target`, with a sidecar, and try it."""
    with Archive(path) as archive:
        member, texts = _only_model(archive), archive.texts()
        try:
            archive.extract(member, target)
        except OSError as error:
            raise StorageError(
                f"{target}: can't be written: {error.strerror or error}. Make room there."
            ) from error
    try:
        return _tried(path, target, exporter_of(member, texts), texts)
    except EdgeClassifyError as error:
        # It speaks of a file that will be gone.
        said = str(error).replace(str(target), f"{printable(path)}, {printable(member)} inside it")
        raise type(error)(said) from error


def _only_model(archive: Archive) -> str:
    """The one model in it. Raises ModelError, ModelMissingError."""
    shown, models = printable(archive.path), archive.models
    if len(models) > 1:
        named = ", ".join(printable(name) for name in models[:4])
        raise ModelError(
            f"{shown}: expected one model in it, found {len(models)}: {named}. Pack one of them with its labels."
        )
    if not models:
        raise ModelMissingError(f"{shown}: expected a .tflite file in it, found {_instead(archive.names)}")
    if "edgetpu" in PurePosixPath(models[0]).name.lower():
        raise ModelError(
            f"{shown}: expected a model for the CPU, found one that was compiled for the Edge TPU "
            f"({printable(models[0])}). Export it as TensorFlow Lite, floating point or quantized."
        )
    return models[0]


def _instead(names: tuple[str, ...]) -> str:
    for name in names:
        kind = _OTHER_KINDS.get(PurePosixPath(name).suffix.lower())
        if kind is not None:
            return f"{kind} ({printable(name)}). Export it as TensorFlow Lite."
    return f"{', '.join(printable(name) for name in names[:4]) or 'nothing'}. Export it as TensorFlow Lite."


def _tried(path: Path, target: Path, exporter: Exporter, texts: Mapping[str, bytes]) -> _Found:
    model = read_model_file(target)
    found = likeliest_labels(texts, classifier_tensors(model).output.elements, printable(path), target.name)
    labels_file = None if found is None else texts[found[0]]
    if labels_file is None and not model.associated_files:
        raise ModelMissingError(
            f"{printable(path)}: expected labels (labels.txt) beside the model, found none. Pack them with it: "
            "one label per line, in the order of the model's output."
        )
    facts = read_network_facts(model, EMPTY)
    needs, is_known = needs_normalization(facts), exporter.mean is not None
    sidecar = _sidecar(path, model, exporter, has_labels=labels_file is not None, needs_normalization=needs)
    sidecar_path(target).write_text(sidecar, encoding="utf-8")
    if labels_file is not None:
        labels_target(target).write_bytes(labels_file)
    classifier = open_classifier(ModelConfig.model_validate({"name": str(target)}))
    labels = tuple(classifier.labels)
    classifier.close()
    notes = _notes(target.name) if needs and not is_known else ()
    return _Found(model, labels, exporter, labels_file, sidecar, tuple(notes))


def _sidecar(
    path: Path, model: ModelFile, exporter: Exporter, *, has_labels: bool, needs_normalization: bool
) -> str:
    values = {
        "labels": labels_target(model.path).name if has_labels else None,
        "channels": exporter.channels,
        "source": f"{exporter.name}, {printable(path.name)}" if exporter.name else printable(path.name),
        "sha256": model.sha256(),
    }
    lines = [f"# Written by: edgeclassify models add {printable(path.name)}", *toml_pairs(values)]
    if needs_normalization:
        mean, std = (exporter.mean, exporter.std) if exporter.mean is not None else (0.5, 0.5)
        lines += ["", "[normalization]", *toml_pairs({"mean": [mean], "std": [std]})]
        if exporter.mean is None:
            lines.append("# Assumed: the model does not say it.")
    return "\n".join(lines) + "\n"


def _notes(name: str) -> Iterator[str]:
    yield (
        f"the model does not say how its float input is normalized: -1 to 1 is assumed, as MobileNets want it. If "
        f"its answers are wrong, say it in {sidecar_path(Path(name))} beside it: [normalization] mean and std"
    )


def _placed(name: str, found: _Found, path: Path) -> Path:
    """Write all of it, the entry last: what it names is there."""
    target = fetch_folder() / f"{name}.tflite"
    files = {} if found.labels_file is None else {labels_target(target): found.labels_file}
    files[sidecar_path(target)] = found.sidecar.encode()
    files[target] = found.model.data()
    files[_entries_for(target.parent) / f"{name}.toml"] = _entry(found, target, path).encode()
    with ExitStack() as stack:
        parts = []
        for place, content in files.items():
            parts.append(stack.enter_context(PartFile(place)))
            parts[-1].restart()
            parts[-1].append(content)
        for part in parts:
            part.place()
    return target


def _entries_for(folder: Path) -> Path:
    """The folder of entries that whoever finds models in `folder` reads. Raises StorageError."""
    places = [system_entries()] if folder == service_folder() else []
    own = own_entries()
    places += [] if own is None else [own]
    for place in places:
        if can_write(place):
            return place
    raise StorageError(
        f"{', '.join(map(str, places)) or 'entries of models'}: expected a folder that can be written to, found "
        "none. Run the command as another user."
    )


def _entry(found: _Found, target: Path, path: Path) -> str:
    labels = ", ".join(found.labels)
    if len(labels) > _LONGEST_DESCRIPTION:
        labels = labels[:_LONGEST_DESCRIPTION].rpartition(", ")[0] + ", …"
    values = {
        "description": f"{len(found.labels)} classes: {labels}",
        "file": str(target),
        "size": found.model.size,
        "sha256": found.model.sha256(),
        "source": found.exporter.name or printable(path.name),
    }
    return "\n".join([f"# Written by: edgeclassify models add {printable(path.name)}", *toml_pairs(values)]) + "\n"


def is_seen_by_service(model: AddedModel) -> bool:
    """False where this machine has a service that can't find the model by its name."""
    service = service_folder()
    return service is None or (model.path.parent == service and can_write(system_entries()))
