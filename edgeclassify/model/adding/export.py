"""What is in a zip that a tool exported: one model, and the texts beside it in which its labels may be."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.files import NotPlainFileError, printable, read_plain_file
from edgeclassify.files.archive import Archive, ArchiveError, open_archive
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.machine import free_memory_bytes
from edgeclassify.model.tflite.file_kinds import looks_like

MOST_MODEL_BYTES = 256 << 20
MOST_TEXT_BYTES = 8 << 20
"""Of all texts together."""
MOST_FILES = 1000
_MODEL_SUFFIXES = (".tflite", ".lite")
_TEXT_SUFFIXES = (".txt", ".json", ".csv", ".tsv", ".names", ".pbtxt", ".yaml", ".yml", ".manifest")
_OTHER_KINDS = {
    ".h5": "Keras weights", ".keras": "a Keras model", ".pb": "a TensorFlow SavedModel", ".onnx": "an ONNX model",
    ".bin": "weights for TensorFlow.js", ".pt": "a PyTorch model", ".mlmodel": "a Core ML model",
}  # fmt: skip
_AS_TFLITE = "Export it as TensorFlow Lite."


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """`member`: the model's name in the zip, `model` its bytes; `texts`: what lies beside it, by name."""

    member: str
    model: bytes
    texts: Mapping[str, bytes]


def read_export(path: Path, free_memory: Callable[[], int | None] = free_memory_bytes) -> Export:
    """The export in a zip. `free_memory`: bytes, None where that is not known.

    Raises ModelMissingError where nothing is there or no model is in it, ModelError where it is no zip, a damaged
    one, one of several models, or one of too much.
    """
    shown = printable(path)
    try:
        with open_archive(path, MOST_FILES) as archive:
            names = [name for name in archive.names if not _is_litter(name)]
            member = _only_model(shown, names)
            texts = _texts(archive, names)
            return Export(member, archive.read(member, _most_bytes(free_memory())), texts)
    except ArchiveError as error:
        raise ModelError(
            f"{shown}: expected a zip of a model with its labels, found {_found(path, error)}"
        ) from error
    except FileNotFoundError as error:
        raise ModelMissingError(f"{shown}: expected a zip with a model, found nothing there.") from error
    except IsADirectoryError as error:
        raise ModelError(f"{shown}: expected a zip with a model, found a folder. Name the zip.") from error
    except NotPlainFileError as error:
        raise ModelError(f"{shown}: expected a zip with a model, found something that is no file.") from error
    except OSError as error:
        raise ModelError(f"{shown}: can't be read: {error.strerror or error}.") from error


def _most_bytes(free: int | None) -> int:
    """A model that the memory does not hold must not be read."""
    return MOST_MODEL_BYTES if free is None else min(MOST_MODEL_BYTES, free // 2)


def _texts(archive: Archive, names: Iterable[str]) -> dict[str, bytes]:
    room, found = MOST_TEXT_BYTES, {}
    for name in names:
        if PurePosixPath(name).suffix.lower() in _TEXT_SUFFIXES:
            found[name] = archive.read(name, room)
            room -= len(found[name])
    return found


def _only_model(shown: str, names: Iterable[str]) -> str:
    """The name of the one model. Raises ModelError, ModelMissingError."""
    models = [name for name in names if PurePosixPath(name).suffix.lower() in _MODEL_SUFFIXES]
    if len(models) > 1:
        named = ", ".join(printable(name) for name in models[:4])
        raise ModelError(
            f"{shown}: expected one model in it, found {len(models)}: {named}. Pack one of them with its labels."
        )
    if not models:
        raise ModelMissingError(f"{shown}: expected a .tflite file in it, found {_instead(names)}. {_AS_TFLITE}")
    if "edgetpu" in PurePosixPath(models[0]).name.lower():
        raise ModelError(
            f"{shown}: expected a model for the CPU, found one that was compiled for the Edge TPU "
            f"({printable(models[0])}). Export it as TensorFlow Lite, floating point or quantized."
        )
    return models[0]


def _instead(names: Iterable[str]) -> str:
    for name in names:
        kind = _OTHER_KINDS.get(PurePosixPath(name).suffix.lower())
        if kind is not None:
            return f"{kind} ({printable(name)})"
    return ", ".join(printable(name) for name in [*names][:4]) or "nothing"


def _found(path: Path, error: ArchiveError) -> str:
    """What is there in place of a zip."""
    head = read_plain_file(path, 512)
    if head.startswith(b"PK"):
        return f"{error}. Fetch or export it again."
    if head[4:8] == b"TFL3":
        return f"a .tflite file. It needs no adding: --model {printable(path)}"
    return f"{looks_like(head)[0]}."


def _is_litter(name: str) -> bool:
    """What a Mac packs beside each file."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1].startswith("._"))
