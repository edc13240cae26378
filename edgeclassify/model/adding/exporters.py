"""What a tool is known to make of pixels before its model gets them, where the model's file does not say it."""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.opening.model_facts import NetworkFacts


@dataclass(frozen=True, slots=True)
class Exporter:
    """Who wrote a zip, as far as it shows.

    `mean`, `std`: of pixels in 0-1, for float inputs; None: the file says it. `channels`: "bgr", where the colours
    are in that order.
    """

    name: str | None
    mean: float | None = None
    std: float | None = None
    channels: str | None = None


UNKNOWN_EXPORTER = Exporter(None)


def exporter_of(model: str, texts: Mapping[str, bytes]) -> Exporter:
    """By the names of the model and of the files beside it, and by what these say."""
    names = {PurePosixPath(name).name: content for name, content in texts.items()}
    if _holds(names, "cvexport.manifest", "DomainType"):
        return Exporter("Azure Custom Vision", channels="bgr")
    if _holds(names, "signature.json", "doc_id"):
        return Exporter("Lobe", 0.0, 1.0)
    if PurePosixPath(model).name == "model_unquant.tflite":
        return Exporter("Teachable Machine", 0.5, 0.5)
    return UNKNOWN_EXPORTER


def needs_normalization(facts: NetworkFacts) -> bool:
    """True where a float input is fed by what somebody must say, for the file does not."""
    return facts.input.dtype == "float32" and facts.normalization is None and not facts.input.normalizes


def _holds(texts: Mapping[str, bytes], name: str, key: str) -> bool:
    """True where a JSON file of that name is an object with that key."""
    try:
        document: Any = json.loads(texts.get(name, b""))
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and key in document
