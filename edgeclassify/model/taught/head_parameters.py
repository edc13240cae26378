"""All that a head needs to know of what it was taught, and how that becomes bytes.

The bytes are those of a .npz file without pickled objects and without compression: numpy.load reads it, and what
it takes in memory is no more than what it takes on disk. Equal parameters make equal bytes.
"""

import ast
import io
import json
import struct
import zipfile
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.taught.manifest import UNUSUAL

Floats = NDArray[np.float32]
_VERSION = 1
_MOST_BYTES = 256 * 1024 * 1024
_MOST_LABELS = 10_000
_DAMAGE = (
    ValueError, KeyError, TypeError, OverflowError, RuntimeError, EOFError, OSError, SyntaxError, struct.error,
    zipfile.BadZipFile,
)  # fmt: skip
"""What reading a damaged file raises."""


class HeadKind(StrEnum):
    """How a head tells its classes apart."""

    NEAREST_MEAN = "nearest mean"
    LOGISTIC = "logistic"
    ONE_CLASS = "one class"


@dataclass(frozen=True, slots=True, eq=False)
class Familiarity:
    """How far a picture is like what was taught, as a chance q of 0-1; 0.5 where it counts as unknown from.

    Of y = x - origin, where x is the picture's embedding as a vector of length 1, only a = space @ y is compared.
    `space`: (directions, elements), orthonormal; `spread`: (directions, directions): directions in which pictures
    of one class differ count for less: l = |y|^2 - |spread @ a|^2. `prototypes` (n, directions) stand for examples
    and their copies: prototypes @ a / sqrt(l) are the picture's cosines with them. `classes`
    (n,): whose they are. A picture's likeness to a class is the mean of its `neighbours` highest cosines with the
    class (of all, where it has fewer), its likeness that to the most likely class, and
    q = 1 / (1 + exp(-steepness * (likeness - threshold))).
    """

    origin: Floats
    space: Floats
    spread: Floats
    prototypes: Floats
    classes: NDArray[np.intp]
    neighbours: int
    threshold: float
    steepness: float

    def q(self, likeness: Floats) -> Floats:
        """The chance for each likeness."""
        # The logistic function by tanh, which never overflows.
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * self.steepness * (likeness - self.threshold)), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class HeadParameters:
    """A fitted head. Of a picture's embedding it takes the direction alone: a vector x of length 1.

    `labels`: the classes that were taught. `weights`: (classes, elements), `biases`: (classes,): logits are
    weights @ x + biases, calibrated, so that their softmax says how likely each class is, given that it is one of
    them. `has_rest`: there is one more row, the last, of pictures that were said to be none of the classes.
    """

    kind: HeadKind
    labels: tuple[str, ...]
    weights: Floats
    biases: Floats
    familiarity: Familiarity
    has_rest: bool = False

    @property
    def elements(self) -> int:
        """The length of the embeddings that it is for."""
        return int(self.weights.shape[1])

    @property
    def is_one_class(self) -> bool:
        """True where only what is normal was taught."""
        return self.kind is HeadKind.ONE_CLASS

    @property
    def shown_labels(self) -> tuple[str, ...]:
        """The labels of its scores, by class index: of one class what is unusual beside it."""
        return (*self.labels, UNUSUAL) if self.is_one_class else self.labels

    def to_bytes(self) -> bytes:
        """As a .npz file."""
        about = {
            "version": _VERSION,
            "kind": str(self.kind),
            "labels": list(self.labels),
            "has_rest": self.has_rest,
            "neighbours": self.familiarity.neighbours,
            "threshold": self.familiarity.threshold,
            "steepness": self.familiarity.steepness,
        }
        file = io.BytesIO()
        np.savez(
            file,
            about=np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8),
            weights=np.ascontiguousarray(self.weights),
            biases=np.ascontiguousarray(self.biases),
            origin=np.ascontiguousarray(self.familiarity.origin),
            space=np.ascontiguousarray(self.familiarity.space),
            spread=np.ascontiguousarray(self.familiarity.spread),
            prototypes=np.ascontiguousarray(self.familiarity.prototypes),
            classes=self.familiarity.classes.astype(np.int32),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes, name: object = "the head") -> "HeadParameters":
        """The parameters that were written so. `name`: of the file, for the message.

        Raises ModelError where they are something else, or do not fit together.
        """
        try:
            return _parameters(_arrays(content))
        except _NewerError as error:
            raise ModelError(
                f"{name}: expected a head of version {_VERSION}, found {error}. Update edgeclassify, or fit again "
                "(edgeclassify teach NAME fit)."
            ) from error
        except _DAMAGE as error:
            raise ModelError(
                f"{name}: expected a fitted head, found a damaged or half-written file ({error}). Fit again "
                "(edgeclassify teach NAME fit)."
            ) from error


class _NewerError(ValueError):
    """Written by a later version."""


NONE_THERE = -1.0
"""The likeness to a class without prototypes: no cosine is lower."""


def top_mean(cosines: Floats, neighbours: int) -> Floats:
    """The mean of the highest of each row of (n, m): float32 (n,). Of fewer the mean of all, of none
    NONE_THERE."""
    count = cosines.shape[1]
    if not count:
        return np.full(len(cosines), NONE_THERE, np.float32)
    if count > neighbours:
        cosines = np.partition(cosines, count - neighbours, axis=1)[:, count - neighbours :]
    return np.asarray(cosines.mean(axis=1), np.float32)


def _parameters(arrays: dict[str, NDArray[Any]]) -> HeadParameters:
    about = json.loads(arrays["about"].astype(np.uint8).tobytes())
    if not isinstance(about, dict) or not isinstance(about.get("version"), int):
        raise ValueError("no version")
    if about["version"] > _VERSION:
        raise _NewerError(f"version {about['version']}")
    labels, has_rest = about["labels"], bool(about["has_rest"])
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise ValueError("labels that are no texts")
    kind = HeadKind(about["kind"])
    weights, biases = _floats(arrays["weights"], 2), _floats(arrays["biases"], 1)
    rows, elements = len(labels) + has_rest, weights.shape[1]
    is_one = kind is HeadKind.ONE_CLASS
    if not 1 <= len(labels) <= (1 if is_one else _MOST_LABELS) or not elements:
        raise ValueError(f"{len(labels)} labels, {elements} elements")
    if len(weights) != rows or biases.shape != (rows,):
        raise ValueError(f"{len(labels)} labels, weights of shape {weights.shape} and {biases.shape}")
    familiarity = _familiarity(about, arrays, len(labels), elements)
    return HeadParameters(kind, tuple(labels), weights, biases, familiarity, has_rest)


def _familiarity(
    about: dict[str, Any], arrays: dict[str, NDArray[Any]], labels: int, elements: int
) -> Familiarity:
    origin, space = _floats(arrays["origin"], 1), _floats(arrays["space"], 2)
    spread, prototypes = _floats(arrays["spread"], 2), _floats(arrays["prototypes"], 2)
    classes, size = arrays["classes"].astype(np.intp, casting="safe"), len(space)
    if len(origin) != elements or space.shape[1] != elements:
        raise ValueError(f"{elements} elements, and {origin.shape}, {space.shape}")
    if spread.shape != (size, size) or prototypes.shape[1] != size:
        raise ValueError(f"{size} directions, and {spread.shape}, {prototypes.shape}")
    if classes.shape != (len(prototypes),) or not len(classes) or not 0 <= classes.min() <= classes.max() < labels:
        raise ValueError(f"{len(prototypes)} prototypes of {labels} labels")
    neighbours = int(about["neighbours"])
    threshold, steepness = float(about["threshold"]), float(about["steepness"])
    if neighbours < 1 or not np.isfinite([threshold, steepness]).all():
        raise ValueError(f"{neighbours} neighbours, threshold {threshold}, steepness {steepness}")
    return Familiarity(origin, space, spread, prototypes, classes, neighbours, threshold, steepness)


def _floats(array: NDArray[Any], dimensions: int) -> Floats:
    if array.dtype != np.float32 or array.ndim != dimensions or not np.isfinite(array).all():
        raise ValueError(f"numbers of type {array.dtype} and shape {array.shape}, or such that are infinite")
    return array


def _arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of a .npz file by name. None takes more memory than its bytes in the file."""
    if len(content) > _MOST_BYTES:
        raise ValueError(f"{len(content)} bytes")
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for member in file.infolist():
            if member.compress_type != zipfile.ZIP_STORED or member.file_size > len(content):
                raise ValueError(f"{member.filename}: compressed")
            found[member.filename.removesuffix(".npy")] = _array(file.read(member))
    return found


def _array(content: bytes) -> NDArray[Any]:
    """One array of numbers of the .npy format 1.0 (numpy.lib.format), by rows."""
    if content[:8] != b"\x93NUMPY\x01\x00":
        raise ValueError("no array")
    (length,) = struct.unpack_from("<H", content, 8)
    header = ast.literal_eval(content[10 : 10 + length].decode("latin-1").strip())
    shape, dtype = tuple(int(side) for side in header["shape"]), np.dtype(header["descr"])
    if dtype.hasobject or header["fortran_order"] or any(side < 0 for side in shape):
        raise ValueError(f"an array of {dtype}")
    values = np.frombuffer(content, dtype, offset=10 + length)
    return values.reshape(shape).astype(dtype.newbyteorder("="))
