"""Which model is to be opened, and how it is run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RuntimeName = Literal["auto", "litert", "tflite-runtime"]
Fit = Literal["crop", "letterbox", "squash"]


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What `[model]` of a config, the options of a command or the library's caller ask for; checked before.

    `name`: of the catalog or of a taught model, or the path of a .tflite file. `labels`: a label file, None: what
    the model brings. `threads`: per invoke. `fit`, `crop`: how a frame becomes the model's square; crop None: as
    its sidecar says. `temperature`: what the logits are divided by, None: as its sidecar says.
    """

    name: str = "builtin"
    labels: Path | None = None
    runtime: RuntimeName = "auto"
    threads: Literal["auto"] | int = "auto"
    fit: Fit = "crop"
    crop: float | None = None
    temperature: float | None = None


def is_model_path(name: str) -> bool:
    """True where a model's name is a path to its file (Edge Impulse writes .lite), no name of the catalog."""
    return "/" in name or name.endswith((".tflite", ".lite"))
