"""An export → a model that works: unpacked into a folder of our own, given a sidecar, opened and run once."""

from collections.abc import Mapping
from pathlib import Path

from edgeclassify.errors import EdgeClassifyError, ModelMissingError, StorageError
from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.adding.export import read_export
from edgeclassify.model.adding.exporters import Exporter, exporter_of, needs_normalization
from edgeclassify.model.catalog.fetch import labels_target, toml_pairs
from edgeclassify.model.description.sidecar import EMPTY, sidecar_path
from edgeclassify.model.labels.lookup import likeliest_labels
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.model_facts import read_network_facts
from edgeclassify.model.tensors import classifier_tensors
from edgeclassify.model.tflite.model_file import ModelFile, read_model_file
from edgeclassify.types import ModelChoice


@dataclass(frozen=True, slots=True, eq=False)
class TriedModel:
    """A model that was opened and run. `labels_file`: what goes beside it; None: its labels are inside it.

    `notes`: what the user should know, a line each.
    """

    model: ModelFile
    labels: tuple[str, ...]
    exporter: Exporter
    labels_file: bytes | None
    sidecar: str
    notes: tuple[str, ...]


def try_export(path: Path, target: Path) -> TriedModel:
    """Unpack the model of a zip to `target`, with its labels and a sidecar, and try it.

    Raises ModelError or a subclass for a zip that is no export, or a model that can't be used, StorageError.
    """
    export = read_export(path)
    try:
        target.write_bytes(export.model)
    except OSError as error:
        reason = error.strerror or error
        raise StorageError(f"{target}: can't be written: {reason}. Make room there.") from error
    try:
        return _tried(path, target, exporter_of(export.member, export.texts), export.texts)
    except EdgeClassifyError as error:
        # It speaks of a file that will be gone.
        said = str(error).replace(str(target), f"{printable(path)}, {printable(export.member)} inside it")
        raise type(error)(said) from error


def _tried(path: Path, target: Path, exporter: Exporter, texts: Mapping[str, bytes]) -> TriedModel:
    model = read_model_file(target)
    found = likeliest_labels(texts, classifier_tensors(model).output.elements, printable(path), target.name)
    labels_file = None if found is None else texts[found[0]]
    if labels_file is None and not model.associated_files:
        raise ModelMissingError(
            f"{printable(path)}: expected labels (labels.txt) beside the model, found none. Pack them with it: "
            "one label per line, in the order of the model's output."
        )
    needs = needs_normalization(read_network_facts(model, EMPTY))
    sidecar = _sidecar(path, model, exporter, has_labels=labels_file is not None, needs_normalization=needs)
    sidecar_path(target).write_text(sidecar, encoding="utf-8")
    if labels_file is not None:
        labels_target(target).write_bytes(labels_file)
    classifier = open_classifier(ModelChoice(str(target)))
    labels = tuple(classifier.labels)
    classifier.close()
    notes = (_assumed(target.name),) if needs and exporter.mean is None else ()
    return TriedModel(model, labels, exporter, labels_file, sidecar, notes)


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


def _assumed(name: str) -> str:
    return (
        "the model does not say how its float input is normalized: -1 to 1 is assumed, as MobileNets want it. If "
        f"its answers are wrong, say it in {sidecar_path(Path(name))} beside it: [normalization] mean and std"
    )
