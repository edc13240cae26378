"""The whole check of a .tflite file before a runtime sees it, with one message."""

from collections.abc import Callable

from edgeclassify.errors import ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.machine import free_memory_bytes
from edgeclassify.model.soundness.arena import arena_bytes
from edgeclassify.model.soundness.numbered_operator import UnsoundError
from edgeclassify.model.soundness.scales import check_quantization, check_scales
from edgeclassify.model.soundness.shapes import check_shapes
from edgeclassify.model.soundness.wiring import check_computed, check_wiring, steps_of
from edgeclassify.model.tflite.model_file import ModelFile

MOST_ARENA_BYTES = 512 << 20
"""What results may take together at one time: no image classifier comes near."""


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes that a model needs: the file's own, and its results while it runs."""

    file: int
    arena: int

    @property
    def total(self) -> int:
        """All together: the file, its weights once more in the order that the kernels want, the results."""
        return 2 * self.file + self.arena


def check_soundness(
    model: ModelFile,
    *,
    most_arena_bytes: int = MOST_ARENA_BYTES,
    free_memory: Callable[[], int | None] = free_memory_bytes,
) -> Need:
    """What the model needs. `most_arena_bytes`: what its results may take; `free_memory`: bytes, None: not known.

    Raises ModelError where the file is damaged in a way that no runtime must see, and where the model needs more
    memory than there is.
    """
    try:
        for graph in model.graphs:
            for tensor in graph.tensors:
                check_quantization(tensor)
            check_wiring(graph)
            for step in steps_of(graph):
                if not step.operator.is_custom:  # which may be called as a built-in one
                    check_shapes(step)
                    check_scales(step)
        check_computed(model.graphs[0])
    except UnsoundError as error:
        raise ModelError(
            f"{model.path}: expected a .tflite file without contradictions, found this: {error}. It was changed, "
            "or written wrongly by what converted it. Get it again where it came from, or convert it again."
        ) from error
    need = Need(model.size, sum(map(arena_bytes, model.graphs)))
    _check_memory(model, need, most_arena_bytes, free_memory())
    return need


def _check_memory(model: ModelFile, need: Need, most_arena_bytes: int, free: int | None) -> None:
    if need.arena > most_arena_bytes:
        raise ModelError(
            f"{model.path}: expected an image classifier whose results take at most {most_arena_bytes >> 20} MB, "
            f"found one that needs {need.arena >> 20} MB. It is damaged, or far too large."
        )
    if free is not None and need.total > free:
        raise ModelError(
            f"{model.path}: the model needs about {need.total >> 20} MB of memory, {free >> 20} MB are free here. "
            "Use a smaller model."
        )
