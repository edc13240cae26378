"""Finds the embedding of a network: the vector in which it holds what it sees, before classes are made of it.

It is a bottleneck of the graph that is a vector: the first one, where a pooling makes it of a feature map. So a
head of several layers (Teachable Machine, MobileNetV3) is left out as a whole: its first layers were fitted to its
classes too. Where nothing is pooled it is what the last layer reads.
"""

import math
from collections.abc import Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.embedding.bottlenecks import Bottleneck, Step, bottlenecks, steps_between
from edgeclassify.model.tflite.graph import Tensor
from edgeclassify.model.tflite.model_file import ModelFile

MOST_ELEMENTS = 8192
"""MobileNets have 256 to 1280. Longer ones are whole feature maps, and take too much room to be kept."""
_FEWEST_ELEMENTS = 2
_SHARES = ("SOFTMAX", "LOG_SOFTMAX", "LOGISTIC")


class NoEmbeddingError(ValueError):
    """A network has no embedding that could be read; the message says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class EmbeddingPlace:
    """Where the embedding is: the tensor's index and name in the main graph.

    `dtype`: uint8, int8 or float32; scale 0: not quantized. `has_classes`: scores of classes are made of it; else
    it is what the network gives out.
    """

    tensor: int
    name: str
    elements: int
    dtype: str
    scale: float
    zero_point: int
    has_classes: bool


def find_embedding(model: ModelFile) -> EmbeddingPlace:
    """The embedding of the model's main graph. Raises NoEmbeddingError."""
    steps = steps_between(model)
    vectors = [one for one in bottlenecks(model, steps) if _is_vector(model.tensors[one.tensor])]
    chosen = _chosen(model, steps, vectors)
    behind = steps[chosen.step + 1 :]
    has_classes = any(step.is_layer or step.operator.name in _SHARES for step in behind)
    return _place(model.tensors[chosen.tensor], has_classes=has_classes)


def gives_embedding_alone(model: ModelFile) -> bool:
    """True where the model makes no classes of its embedding: that is what it gives out."""
    try:
        return not find_embedding(model).has_classes
    except NoEmbeddingError:
        return False


def _chosen(model: ModelFile, steps: Sequence[Step], vectors: Sequence[Bottleneck]) -> Bottleneck:
    layers = [number for number, step in enumerate(steps) if step.is_layer]
    first, last = (layers[0], layers[-1]) if layers else (len(steps), -1)
    before_last = [one for one in vectors if one.step < last]
    pooled = [one for one in vectors if _is_pooled(model, steps[one.step], one)]
    for candidates in (
        [one for one in before_last if one in pooled][:1],
        [one for one in before_last if one.step >= first][-1:],
        pooled[:1],  # nothing is behind it but a softmax, or nothing at all
    ):
        if candidates:
            return candidates[0]
    raise NoEmbeddingError("nothing in its graph is a vector that holds all that its classes are made of")


def _is_vector(tensor: Tensor) -> bool:
    return max(tensor.shape, default=0) == tensor.elements >= _FEWEST_ELEMENTS


def _is_pooled(model: ModelFile, step: Step, vector: Bottleneck) -> bool:
    """True where the step makes one value for each channel of a whole feature map."""
    source, target = model.tensors[step.sources[0]], model.tensors[vector.tensor]
    return not step.is_layer and not _is_vector(source) and source.elements > target.elements


def _place(tensor: Tensor, *, has_classes: bool) -> EmbeddingPlace:
    if tensor.elements > MOST_ELEMENTS:
        raise NoEmbeddingError(
            f"the vector that its classes are made of has {tensor.elements} elements, more than {MOST_ELEMENTS}"
        )
    scale, zero_point = 0.0, 0
    if tensor.dtype in ("uint8", "int8"):
        if len(tensor.scales) != 1 or not (tensor.scales[0] > 0 and math.isfinite(tensor.scales[0])):
            raise NoEmbeddingError(f"the {tensor.dtype} vector that its classes are made of has no scale")
        scale, zero_point = float(tensor.scales[0]), int(tensor.zero_points[0]) if tensor.zero_points else 0
    elif tensor.dtype != "float32":
        raise NoEmbeddingError(
            f"the vector that its classes are made of is {tensor.dtype}, none of uint8, int8 and float32"
        )
    return EmbeddingPlace(tensor.index, tensor.name, tensor.elements, tensor.dtype, scale, zero_point, has_classes)
