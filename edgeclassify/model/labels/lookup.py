"""Where a model's labels are: the file that the config names, else the sidecar's, else what is attached to it."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from edgeclassify.errors import LabelError, ModelMissingError
from edgeclassify.model.description.sidecar import sidecar_path
from edgeclassify.model.embedding.find import gives_embedding_alone
from edgeclassify.model.labels.label_file import fitted, parse_labels, read_labels
from edgeclassify.model.tflite.model_file import ModelFile

_SUFFIXES = (".txt", ".json", ".csv", ".tsv", ".names", ".pbtxt", ".yaml", ".yml", "")
_TELLING_NAMES = ("label", "class", "names", "dict", "metadata", "meta")


def find_labels(model: ModelFile, named: Path | None, attached: str | None, classes: int) -> tuple[str, ...]:
    """The labels by class index.

    `named`: the label file of the config or the sidecar. `attached`: the file in the model's zip that its metadata
    names. `classes`: how many values the model's output has. Raises LabelError or ModelMissingError.
    """
    if named is not None:
        return fitted(read_labels(named), classes, str(named), model.path.name)
    files = model.associated_files
    if attached is not None:
        content = _attached(files, attached)
        name = f"{model.path}, {attached} inside it"
        if content is None:
            raise LabelError(
                f"{name}: the model's metadata names this label file but it is not there. "
                f"Give one: labels = in the config, or in {sidecar_path(model.path).name} beside the model."
            )
        return fitted(parse_labels(content, name), classes, name, model.path.name)
    found = likeliest_labels(files, classes, str(model.path), model.path.name)
    if found is not None:
        return found[1]
    if gives_embedding_alone(model):
        raise ModelMissingError(
            f"{model.path}: expected a model with classes, found one without: what it gives is an embedding of "
            f"{classes} values. Teach classes of your own on it: edgeclassify teach NAME --base MODEL. Where the "
            f"values are scores of classes all the same, give a file with {classes} labels: labels = in the "
            f"config's [model], or in {sidecar_path(model.path).name} beside the model."
        )
    count = f"{classes} labels" if classes > 1 else "1 label or 2 (of no and yes)"
    raise ModelMissingError(
        f"{model.path}: expected labels, found none in the model file. Give a file with "
        f"{count}, one per line: labels = in the config's [model], or in "
        f"{sidecar_path(model.path).name} beside the model."
    )


def _attached(files: Mapping[str, bytes], name: str) -> bytes | None:
    """The attached file of this name, whatever folder or archive in the zip it lies in."""
    if name in files:
        return files[name]
    same = [content for path, content in files.items() if PurePosixPath(path).name == PurePosixPath(name).name]
    return same[0] if len(same) == 1 else None


def likeliest_labels(
    files: Mapping[str, bytes], classes: int, place: str, model_name: str
) -> tuple[str, tuple[str, ...]] | None:
    """Of some files the one that looks most like a label list and fits: its name, and its labels; None where
    nothing does.

    `place`: what the files lie in, for messages. Raises LabelError where a file of a telling name is there but
    none fits: better than to say that there is none.
    """
    fault: LabelError | None = None
    for path in sorted(files, key=_rank):
        if PurePosixPath(path).suffix.lower() not in _SUFFIXES:
            continue
        name = f"{place}, {path} inside it"
        try:
            return path, fitted(parse_labels(files[path], name), classes, name, model_name)
        except LabelError as error:
            if _rank(path)[0] < len(_TELLING_NAMES):
                fault = fault or error
    if fault is not None:
        raise fault
    return None


def _rank(path: str) -> tuple[int, str]:
    stem = PurePosixPath(path).stem.lower()
    return next((i for i, word in enumerate(_TELLING_NAMES) if word in stem), len(_TELLING_NAMES)), path
