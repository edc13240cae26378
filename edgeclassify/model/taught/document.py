"""A manifest as a JSON document, which carries a checksum of itself, and is read strictly."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from edgeclassify.documents.records import plain_values, record_of
from edgeclassify.errors import TaughtModelError
from edgeclassify.model.taught.manifest import Accuracy, Base, ExampleRecord, HeadRecord, Manifest
from edgeclassify.model.taught.words import is_label, is_taken, is_taught_name

FORMAT = 1
MOST_BYTES = 16 << 20
MOST_EXAMPLES = 5000
MOST_VARIANTS = 63
MOST_ELEMENTS = 1 << 16
DTYPES = ("uint8", "int8", "float32")
_SIDE = 1 << 13
_ID = re.compile(r"[0-9a-f]{16}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_RESTORE = "Put a backup in its place, or import an export of it: edgeclassify teach NAME import FILE."


class LaterFormatError(TaughtModelError):
    """A later edgeclassify wrote it."""


def to_bytes(manifest: Manifest) -> bytes:
    """The manifest's file."""
    model = plain_values(manifest)
    document = {"format": FORMAT, "sha256": _digest(_canonical(model)), "model": model}
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def from_bytes(content: bytes, place: str) -> Manifest:
    """The manifest in a file's bytes; `place` names the file in messages.

    Raises LaterFormatError, and TaughtModelError for all that is not as `to_bytes` writes it.
    """
    try:
        document = _document(content)
        if _format_of(document) > FORMAT:
            raise LaterFormatError(
                f"{place}: expected a taught model of format {FORMAT}, found {_format_of(document)}: a later "
                "edgeclassify wrote it. Update edgeclassify here."
            )
        if document.get("sha256") != _digest(_canonical(document["model"])):
            raise ValueError("its checksum is another one")
        manifest = record_of(Manifest, document["model"])
        for fault in _faults(manifest):
            raise ValueError(fault)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(place, str(error)[:160]) from error
    return manifest


def _damaged(place: str, found: str) -> TaughtModelError:
    return TaughtModelError(
        f"{place}: expected the manifest of a taught model, found a damaged one ({found}). {_RESTORE}"
    )


def _document(content: bytes) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES >> 20} MB")
    document = json.loads(content)
    if not isinstance(document, dict) or not isinstance(document.get("model"), dict):
        raise ValueError("no object with a model in it")
    return document


def _format_of(document: dict[str, Any]) -> int:
    found = document.get("format")
    if type(found) is not int or found < 1:
        raise ValueError("no format")
    return found


def _canonical(model: object) -> bytes:
    return json.dumps(model, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _digest(canonical: bytes) -> str:
    return hashlib.sha256(canonical).hexdigest()


def _faults(manifest: Manifest) -> Iterator[str]:
    """What is wrong although each value is of its type."""
    if not is_taught_name(manifest.name):
        yield "no name"
    if manifest.version < 1 or not _is_time(manifest.created_at) or not _is_time(manifest.changed_at):
        yield "no version"
    before = [one.version for one in manifest.past]
    if before != sorted(set(before)) or (before and not 0 < before[0] <= before[-1] < manifest.version):
        yield "versions that are out of order"
    yield from _faults_of_base(manifest.base)
    if len(manifest.examples) > MOST_EXAMPLES:
        yield f"more than {MOST_EXAMPLES} examples"
    if len({one.id for one in manifest.examples}) < len(manifest.examples):
        yield "one example twice"
    for one in manifest.examples:
        yield from _faults_of_example(one)
    if manifest.head is not None:
        yield from _faults_of_head(manifest.head)


def _faults_of_base(base: Base) -> Iterator[str]:
    facts = base.embedding
    if not _SHA256.fullmatch(facts.sha256):
        yield "no checksum of the base"
    if not 0 < facts.elements <= MOST_ELEMENTS or facts.dtype not in DTYPES:
        yield "no embedding"
    if not (0 <= facts.scale < math.inf) or not -256 <= facts.zero_point <= 256:
        yield "no scale"
    if not (0 < base.width <= _SIDE and 0 < base.height <= _SIDE):
        yield "no size"
    if base.crop is not None and not 0 < base.crop <= 1:
        yield "no crop"


def _faults_of_example(one: ExampleRecord) -> Iterator[str]:
    if not _ID.fullmatch(one.id):
        yield "an example without an id"
    if one.label is not None and (not is_label(one.label) or is_taken(one.label)):
        yield f"an example ({one.id}) without a label"
    if not 0 <= one.variants <= MOST_VARIANTS or not 0 <= one.brightness <= 1:
        yield f"an example ({one.id}) with other figures"
    if not _is_time(one.added_at) or not (one.captured_at is None or _is_time(one.captured_at)):
        yield f"an example ({one.id}) without a time"


def _faults_of_head(head: HeadRecord) -> Iterator[str]:
    if not _SHA256.fullmatch(head.sha256):
        yield "no checksum of the head"
    if not head.labels or not all(map(is_label, head.labels)) or len(set(head.labels)) < len(head.labels):
        yield "a head without labels"
    accuracies: tuple[Accuracy, ...] = (head.accuracy, *head.by_label.values(), *head.by_view.values())
    if not _is_time(head.fitted_at) or not all(0 <= one.right <= one.count for one in accuracies):
        yield "a head with other figures"
    if not all(0 <= one.score <= 1 for one in head.doubts):
        yield "a head with other doubts"


def _is_time(seconds: float) -> bool:
    return math.isfinite(seconds)
