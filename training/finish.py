"""From a finished run to the files of the built-in model: .tflite, labels, sidecar."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch

from training.classes import label_names
from training.config import Recipe
from training.export import write_tflite
from training.quantize import FoldedNet, to_graph
from training.train import student_of

NAME = "mobilenet_v2_64"
SIDECAR = """\
# The built-in model; CARD.md beside this file says what it is and how it was made.
labels = "labels.txt"
crop = {crop}
license = "{license}"
source = "edgeclassify, training/"
sha256 = "{sha256}"

# No [normalization]: the file's input quantization says it all, (pixel - 128) / 128, so that raw RGB
# pixels go into the uint8 input as they are.

[golden]
image = "golden.jpg"
label = "{golden}"
"""


def finish(folder: Path, data: Path, out: Path, crop: float, golden: str, license_text: str) -> Path:
    """Writes the files from the run's `folded.pt`; the architecture is that of its log's settings."""
    settings = json.loads((folder / "log.jsonl").read_text(encoding="utf-8").splitlines()[0])
    recipe = Recipe(
        size=settings["size"], width=settings["width"], head=settings["head"],
        stem_stride=settings["stem_stride"], strides=tuple(settings["strides"]),
    )  # fmt: skip
    net = FoldedNet(student_of(recipe))
    net.load_state_dict(torch.load(folder / "folded.pt", map_location="cpu", weights_only=True))
    model = out / f"{NAME}.tflite"
    size = write_tflite(to_graph(net, recipe.size), model)
    (out / "labels.txt").write_text("\n".join(label_names(data)) + "\n", encoding="utf-8")
    sha256 = hashlib.sha256(model.read_bytes()).hexdigest()
    text = SIDECAR.format(crop=crop, license=license_text, sha256=sha256, golden=golden)
    (out / f"{NAME}.toml").write_text(text, encoding="utf-8")
    print(json.dumps({"file": str(model), "bytes": size, "sha256": sha256}))
    return model
