"""One operator of a graph with the tensors that it names."""

import struct
from collections.abc import Sequence

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.tflite.graph import Operator, Tensor

Shape = tuple[int, ...]

_INTEGERS = {"int32": "i", "int64": "q"}


class UnsoundError(ValueError):
    """What the file says can't be; the message says what and where."""


@dataclass(frozen=True, slots=True)
class NumberedOperator:
    """An operator, its number in the graph, and the graph's tensors."""

    number: int
    operator: Operator
    tensors: Sequence[Tensor]

    @property
    def name(self) -> str:
        """How it is called in messages."""
        return f"operator {self.number} ({self.operator.name[:60]})"

    def input(self, place: int) -> Tensor | None:
        """The tensor at an input's place; None where it is left out."""
        inputs = self.operator.inputs
        index = inputs[place] if place < len(inputs) else -1
        return self.tensors[index] if index >= 0 else None

    def required(self, place: int) -> Tensor:
        """The tensor at an input's place. Raises UnsoundError where it is left out."""
        tensor = self.input(place)
        if tensor is None:
            raise self.fault(f"its input {place} is missing")
        return tensor

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """The tensors that it writes."""
        return tuple(self.tensors[index] for index in self.operator.outputs)

    def integers(self, place: int) -> tuple[int, ...] | None:
        """The values of a constant input of whole numbers; None where it is left out, or something else."""
        tensor = self.input(place)
        letter = _INTEGERS.get(tensor.dtype) if tensor is not None else None
        if tensor is None or letter is None or not tensor.is_constant:
            return None
        return struct.unpack(f"<{len(tensor.content) // struct.calcsize(letter)}{letter}", tensor.content)

    def fault(self, what: str) -> UnsoundError:
        """An error that names this operator."""
        return UnsoundError(f"{self.name}: {what}")


def shown(shape: Shape) -> str:
    """A shape in a message."""
    return f"[{', '.join(map(str, shape[:8]))}{', …' if len(shape) > 8 else ''}]"
