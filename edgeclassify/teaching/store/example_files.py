"""Embeddings of one example as a file (.npy), and its small picture."""

import hashlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import TaughtModelError
from edgeclassify.files import read_plain_file
from edgeclassify.model.taught.manifest import Base, ExampleRecord
from edgeclassify.model.taught.places import EXAMPLES, PICTURES
from edgeclassify.types import Embedding

MOST_PICTURE_BYTES = 1 << 20
_JPEG = b"\xff\xd8\xff"
_ID_DIGITS = 16
_ID = re.compile(r"[0-9a-f]{16}")
_HEADER_BYTES = 1 << 12
_format: Any = np.lib.format  # numpy 1 gives its functions no types


def embeddings_file(embeddings: Embedding) -> bytes:
    """The bytes of a .npy file: (1 + variants, elements), little-endian."""
    file = io.BytesIO()
    rows = np.ascontiguousarray(embeddings, embeddings.dtype.newbyteorder("<"))
    _format.write_array(file, rows, version=(1, 0), allow_pickle=False)
    return file.getvalue()


def id_of(content: bytes) -> str:
    """The id of the example whose embeddings are these bytes of a file."""
    return hashlib.sha256(content).hexdigest()[:_ID_DIGITS]


def example_place(example_id: str) -> str:
    """Where an example's embeddings lie within the folder."""
    return f"{EXAMPLES}/{example_id}.npy"


def picture_place(example_id: str) -> str:
    """Where an example's picture lies within the folder."""
    return f"{PICTURES}/{example_id}.jpg"


def most_example_bytes(record: ExampleRecord, base: Base) -> int:
    """Bytes that the file of an example has at most."""
    facts = base.embedding
    return _HEADER_BYTES + (1 + record.variants) * facts.elements * np.dtype(facts.dtype).itemsize


def embeddings_of(content: bytes, record: ExampleRecord, base: Base, place: str) -> Embedding:
    """The embeddings in the bytes of a file: (1 + variants, elements). Raises TaughtModelError."""
    facts = base.embedding
    wanted = (1 + record.variants, facts.elements)
    found = id_of(content)
    if found != record.id:
        raise TaughtModelError(f"{place}: expected the example {record.id}, found {found}: it is damaged.")
    file = io.BytesIO(content)
    try:
        # By hand: read_array() believes the header, and takes memory for as much as that says.
        if _format.read_magic(file) != (1, 0):
            raise ValueError("another version")
        shape, is_fortran, dtype = _format.read_array_header_1_0(file)
        if (tuple(shape), dtype) != (wanted, np.dtype(facts.dtype)) or is_fortran:
            raise ValueError(f"{dtype} {shape}")
        rows: NDArray[Any] = np.frombuffer(content, dtype, offset=file.tell()).reshape(wanted)
    except Exception as error:  # numpy's reading of a header goes through Python's parser, which has many errors
        raise TaughtModelError(
            f"{place}: expected embeddings of {facts.dtype} {wanted}, found something else ({error})."
        ) from error
    return rows


def read_embeddings(folder: Path, record: ExampleRecord, base: Base) -> Embedding:
    """The embeddings of an example: (1 + variants, elements). Raises TaughtModelError."""
    path = folder / example_place(record.id)
    content = read_example(folder, record, base)
    try:
        return embeddings_of(content, record, base, str(path))
    except TaughtModelError as error:
        raise TaughtModelError(f"{error} {_remedy(folder, record)}") from error


def read_example(folder: Path, record: ExampleRecord, base: Base) -> bytes:
    """The bytes of an example's file. Raises TaughtModelError where it can't be read."""
    path = folder / example_place(record.id)
    try:
        return read_plain_file(path, most_example_bytes(record, base))
    except OSError as error:
        raise TaughtModelError(
            f"{path}: the example ({record.label}, {record.source}) can't be read: {error.strerror or error}. "
            f"{_remedy(folder, record)}"
        ) from error


def read_picture(folder: Path, record: ExampleRecord) -> bytes | None:
    """The small JPEG of an example; None where there is none that can be read."""
    return picture_of(folder, record.id) if record.has_picture else None


def picture_of(folder: Path, example_id: str) -> bytes | None:
    """The same by an id alone, also of an example that an undo may bring back; None for what is no id."""
    if not _ID.fullmatch(example_id):
        return None
    try:
        content = read_plain_file(folder / picture_place(example_id), MOST_PICTURE_BYTES)
    except OSError:
        return None
    return content if is_picture(content) else None


def is_picture(content: bytes) -> bool:
    """True for what may be kept as an example's picture."""
    return content.startswith(_JPEG) and len(content) <= MOST_PICTURE_BYTES


def _remedy(folder: Path, record: ExampleRecord) -> str:
    return f"Put a backup in its place, or do without it: edgeclassify teach {folder.name} remove {record.id}."
