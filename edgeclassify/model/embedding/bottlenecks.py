"""The bottlenecks of a graph: tensors through which everything flows on its way from the input to the outputs."""

from collections.abc import Iterator, Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.tflite.graph import Operator
from edgeclassify.model.tflite.model_file import ModelFile

_LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "CONV_3D", "BATCH_MATMUL")


@dataclass(frozen=True, slots=True)
class Step:
    """An operator on the way from the input to the outputs. `sources`: those of its inputs that depend on the
    image; the others are constants, or are made of constants."""

    operator: Operator
    sources: tuple[int, ...]

    @property
    def is_layer(self) -> bool:
        """True of a layer with weights of its own."""
        return self.operator.name in _LAYERS and len(self.sources) == 1


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A tensor that alone holds, behind the step of that number, what is still needed of the image."""

    tensor: int
    step: int


def steps_between(model: ModelFile) -> tuple[Step, ...]:
    """What stands between the input and the outputs of the main graph, in order; dead ends are left out."""
    needed, kept = set(model.outputs), list[Operator]()
    for operator in reversed(model.operators):
        if needed.intersection(operator.outputs):
            needed.update(index for index in operator.inputs if index >= 0)  # -1: one that is left out
            kept.append(operator)
    seen, steps = set(model.inputs), list[Step]()
    for operator in reversed(kept):
        sources = tuple(index for index in dict.fromkeys(operator.inputs) if index in seen)
        if sources:
            seen.update(operator.outputs)
            steps.append(Step(operator, sources))
    return tuple(steps)


def bottlenecks(model: ModelFile, steps: Sequence[Step]) -> Iterator[Bottleneck]:
    """The bottlenecks that the steps make, in order; the input is not among them."""
    last_use = {index: number for number, step in enumerate(steps) for index in step.sources}
    last_use |= dict.fromkeys(model.outputs, len(steps))
    alive = set(model.inputs)
    for number, step in enumerate(steps):
        alive.update(step.operator.outputs)
        alive = {index for index in alive if last_use.get(index, -1) > number}
        if len(alive) == 1 and alive.issubset(step.operator.outputs):
            yield Bottleneck(next(iter(alive)), number)
