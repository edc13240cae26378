"""Which model is to be opened, and how it is run."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, Self

from edgeclassify.lazy_dataclass import dataclass

RuntimeName = Literal["auto", "litert", "tflite-runtime"]
RUNTIMES: tuple[RuntimeName, ...] = ("auto", "litert", "tflite-runtime")
NO_DELEGATE = "none"
"""Stands for the CPU where a delegate is named: the choice itself has None then."""
Fit = Literal["crop", "letterbox", "squash"]


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What `[model]` of a config, the options of a command or the library's caller ask for; checked before.

    `name`: of the catalog or of a taught model, or the path of a .tflite file. `labels`: a label file, None: what
    the model brings. `threads`: per invoke. `fit`, `crop`: how a frame becomes the model's square; crop None: as
    its sidecar says. `temperature`: what the logits are divided by, None: as its sidecar says. `delegate`: a
    shared library that runs what it can of the model (an accelerator's), by its path or a name that the system's
    loader finds; None: the CPU runs all. `delegate_options`: what it is told, as pairs of key and value, sorted.
    """

    name: str = "builtin"
    labels: Path | None = None
    runtime: RuntimeName = "auto"
    threads: Literal["auto"] | int = "auto"
    fit: Fit = "crop"
    crop: float | None = None
    temperature: float | None = None
    delegate: str | None = None
    delegate_options: tuple[tuple[str, str], ...] = ()

    def with_threads_at_most(self, most: int | None) -> Self:
        """The same with fewer threads, where it has more; None: with its own."""
        if most is None or (self.threads != "auto" and self.threads <= most):
            return self
        return replace(self, threads=most)

    @property
    def as_it_decides(self) -> Self:
        """The same for two that give the same scores: with however many threads."""
        return replace(self, threads="auto")

    def plain(self) -> dict[str, Any]:
        """As what JSON can hold, for another process."""
        return asdict(self) | {"labels": None if self.labels is None else str(self.labels)}

    @classmethod
    def of_plain(cls, given: dict[str, Any]) -> Self:
        """What `plain` made, also after its way through JSON."""
        labels, options = given["labels"], given["delegate_options"]
        return cls(
            **given
            | {
                "labels": None if labels is None else Path(labels),
                "delegate_options": tuple((str(key), str(value)) for key, value in options),
            }
        )


def is_model_path(name: str) -> bool:
    """True where a model's name is a path to its file (Edge Impulse writes .lite), no name of the catalog."""
    return "/" in name or name.endswith((".tflite", ".lite"))
