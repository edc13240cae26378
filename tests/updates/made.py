"""Manifests as tests need them."""

import hashlib
from typing import Any

from edgeclassify.updates.interface import GateRules, Manifest, ModelFile


def manifest(**changes: Any) -> Manifest:
    values: dict[str, Any] = {"id": "june", "version": 7, "config": '[logging]\nlevel = "info"\n'}
    return Manifest(**(values | changes))


def model(content: bytes = b"model", name: str = "m.tflite", **changes: Any) -> ModelFile:
    sha256 = hashlib.sha256(content).hexdigest()
    values: dict[str, Any] = {"name": name, "url": f"models/{name}", "size": len(content), "sha256": sha256}
    return ModelFile(**(values | changes))


GATE = GateRules(seconds=10.0, most_offline_s=3.0)
