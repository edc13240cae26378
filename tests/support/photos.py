"""The real models and photos of the test data (`find_test_data`), as tests and benchmarks use them."""

import csv
from dataclasses import dataclass
from pathlib import Path

from edgeclassify.model.description.golden_image import read_golden_image
from edgeclassify.types import Frame

TF2_V2 = "tf2_mobilenet_v2_1.0_224_ptq"
V2 = "mobilenet_v2_1.0_224_quant"
V1_SMALL = "mobilenet_v1_0.25_128_quant"
BIRDS = "mobilenet_v2_1.0_224_inat_bird_quant"
IMAGENET_MODELS = (TF2_V2, V2, V1_SMALL)


@dataclass(frozen=True)
class Photo:
    """A photo and its class index in a model of 1001 classes (0 is background)."""

    path: Path
    index: int
    label: str

    def frame(self) -> Frame:
        """The decoded photo, BGR."""
        return read_golden_image(self.path)


def model_path(folder: Path, name: str) -> Path:
    """A model's .tflite file."""
    return folder / "models" / f"{name}.tflite"


def photos(folder: Path) -> list[Photo]:
    """All photos, in the order of truth.csv."""
    with (folder / "images" / "truth.csv").open(encoding="utf-8", newline="") as file:
        return [
            Photo(folder / "images" / row["file"], int(row["imagenet_index"]) + 1, row["label"])
            for row in csv.DictReader(file)
        ]
