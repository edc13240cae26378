"""Reads a .tflite file itself, with no runtime: operators, tensors, quantization, metadata, attached files.

A runtime follows the file's offsets as they are and may crash on a file that is cut off or damaged, so the
whole structure is checked here first: every table, vector and buffer lies inside the file, every index names
something that exists, and every constant holds as many bytes as its shape needs.

The file is read once, into memory of our own, and what is checked, summed and run is that copy: were it mapped,
writing over it in place would end the process (SIGBUS) or change the model while it runs.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path

from edgeclassify.errors import ModelError, ModelMissingError
from edgeclassify.files import NotPlainFileError, open_plain_file
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.machine import free_memory_bytes
from edgeclassify.model.tflite.attached_files import attached_files
from edgeclassify.model.tflite.file_kinds import FETCH_AGAIN, looks_like
from edgeclassify.model.tflite.graph import Operator, OperatorOptions, Subgraph, Tensor
from edgeclassify.model.tflite.graph_reader import item, read_blob, read_code, read_subgraph
from edgeclassify.model.tflite.tables import UINT32, BeyondEndError, DamagedTableError, TableBuffer

__all__ = ["ModelFile", "Operator", "OperatorOptions", "Tensor", "read_model_file"]

IDENTIFIER = b"TFL3"
_HEAD_BYTES = 512
_SHORTEST = 16
MOST_BYTES = 1 << 31
"""What the format's 32-bit offsets can reach."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A .tflite file, read and checked. `operators`, `tensors`, `inputs`, `outputs` are the main subgraph's.

    `size`: bytes. `metadata`: named blocks inside the model, e.g. "TFLITE_METADATA". `associated_files`:
    files attached behind the model (a zip), e.g. "labels.txt". `signatures`: names of its entry points.
    """

    path: Path
    size: int
    version: int
    description: str
    operators: tuple[Operator, ...]
    tensors: tuple[Tensor, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    graphs: tuple[Subgraph, ...] = field(repr=False)
    signatures: tuple[str, ...]
    metadata: Mapping[str, bytes] = field(repr=False)
    associated_files: Mapping[str, bytes] = field(repr=False)
    content: memoryview = field(repr=False, compare=False)

    @property
    def subgraphs(self) -> int:
        """How many graphs the file holds; the first is the main one."""
        return len(self.graphs)

    @property
    def input_tensors(self) -> tuple[Tensor, ...]:
        """The tensors that the caller fills."""
        return tuple(self.tensors[i] for i in self.inputs)

    @property
    def output_tensors(self) -> tuple[Tensor, ...]:
        """The tensors that hold the answer."""
        return tuple(self.tensors[i] for i in self.outputs)

    def data(self) -> bytes:
        """The file's bytes as they were read, not copied: what a runtime is given."""
        data = self.content.obj
        return data if isinstance(data, bytes) else bytes(self.content)

    def sha256(self) -> str:
        """Checksum of the file's bytes, in hex; computed at each call (about 3 ms per MB on a slow core)."""
        return hashlib.sha256(self.content).hexdigest()


def read_model_file(path: Path, free_memory: Callable[[], int | None] = free_memory_bytes) -> ModelFile:
    """Read and check a .tflite file. `free_memory`: bytes, None where that is not known.

    Raises ModelMissingError where there is no file, ModelError where it is no .tflite file or a damaged one.
    """
    return parse_model(path, _content(path, free_memory))


def parse_model(path: Path, data: bytes) -> ModelFile:
    """Check the bytes of a .tflite file; `path` stands in the messages. Errors as of read_model_file."""
    content = memoryview(data)
    _check_identifier(path, content)
    try:
        return _model(path, content)
    except BeyondEndError as error:
        raise ModelError(
            f"{path}: expected a whole .tflite file, found a damaged one: {error} "
            f"(the file has {len(content)} bytes). It was cut off or changed. {FETCH_AGAIN}"
        ) from error
    except DamagedTableError as error:
        raise ModelError(
            f"{path}: expected a .tflite file without contradictions, found this: {error}. It was changed, "
            "written wrongly by what converted it, or is newer than what is known here. Get or convert it again."
        ) from error


def _content(path: Path, free_memory: Callable[[], int | None]) -> bytes:
    """The file's bytes. Raises ModelMissingError or ModelError where they can't be had."""
    try:
        with open_plain_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size == 0:
                raise ModelError(f"{path}: expected a .tflite file, found an empty file. {FETCH_AGAIN}")
            _check_size(path, size, free_memory())
            return file.read()
    except NotPlainFileError as error:
        raise ModelError(f"{path}: expected a .tflite file, found something that is no plain file.") from error
    except IsADirectoryError as error:
        raise ModelError(f"{path}: expected a .tflite file, found a folder. Name a file in it.") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelMissingError(
            f"{path}: expected a .tflite file, found nothing there. Check the path; "
            "`edgeclassify models list` shows the models known by name."
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"{path}: the model file can't be read: {reason}.") from error


def _check_size(path: Path, size: int, free: int | None) -> None:
    """A file that the memory does not hold must not be read."""
    most = MOST_BYTES if free is None else min(MOST_BYTES, free // 2)
    if size > most:
        raise ModelError(
            f"{path}: expected a .tflite file of at most {most >> 20} MB (half of the memory that is free), "
            f"found {size >> 20} MB. Use a smaller model."
        )


def _check_identifier(path: Path, content: memoryview) -> None:
    if len(content) >= _SHORTEST and content[4:8] == IDENTIFIER:
        return
    head = bytes(content[:_HEAD_BYTES])
    if head[4:8] == IDENTIFIER:
        raise ModelError(
            f"{path}: expected a whole .tflite file, found only its first {len(head)} bytes. {FETCH_AGAIN}"
        )
    kind, remedy = looks_like(head)
    raise ModelError(f"{path}: expected a .tflite file (TFL3), found {kind}. {remedy}")


def _model(path: Path, content: memoryview) -> ModelFile:
    buffer = TableBuffer(content)
    root = buffer.root()
    blobs = [read_blob(table, buffer) for table in root.tables(4)]
    codes = [read_code(table) for table in root.tables(1)]
    graphs = [read_subgraph(table, codes, blobs) for table in root.tables(2)]
    if not graphs:
        raise DamagedTableError("it holds no graph")
    main = graphs[0]
    metadata = {table.text(0): bytes(item(blobs, table.number(1, UINT32), "buffer")) for table in root.tables(6)}
    signatures = tuple(table.text(2) for table in root.tables(7))
    return ModelFile(
        path=path,
        size=len(content),
        version=root.number(0, UINT32),
        description=root.text(3),
        operators=main.operators,
        tensors=main.tensors,
        inputs=main.inputs,
        outputs=main.outputs,
        graphs=tuple(graphs),
        signatures=signatures,
        metadata=metadata,
        associated_files=attached_files(path, content[buffer.end :]),
        content=content,
    )
