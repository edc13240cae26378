"""Writes small models that tell red, green and blue apart, with any head and any beginning."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.model.tflite_files import ModelDef, OperatorDef, TensorDef

GAIN = 10.0
"""Of the logits: a pure colour of 1 among zeros has a softmax of 0.9999, of -1 to 1 still more."""

RED, GREEN, BLUE = "red", "green", "blue"
COLOURS = [RED, GREEN, BLUE]
SIDE = 8

# Numbers of BuiltinOptions in TensorFlow's schema.fbs.
CONCATENATION, ADD, GATHER, REDUCER, SHAPE, PACK = 10, 11, 23, 27, 55, 59


class Net:
    """A graph that grows operator by operator; tensors are named by their index."""

    def __init__(self, shape: Sequence[int] = (1, SIDE, SIDE, 3), dtype: str = "float32") -> None:
        self.tensors = [TensorDef("image", shape, dtype)]
        self.operators: list[OperatorDef] = []
        self.image = 0

    def constant(self, values: Any, dtype: str = "float32") -> int:
        """A constant of these values."""
        array: NDArray[Any] = np.asarray(values, np.dtype(dtype))
        name = f"constant{len(self.tensors)}"
        self.tensors.append(TensorDef(name, list(array.shape), dtype, data=array.tobytes()))
        return len(self.tensors) - 1

    def add(
        self, name: str, inputs: Sequence[int], shape: Sequence[int], dtype: str = "float32", **options: Any
    ) -> int:
        """An operator; returns the tensor that it makes. Keywords: those of OperatorDef."""
        self.tensors.append(TensorDef(f"{name.lower()}{len(self.tensors)}", shape, dtype))
        self.operators.append(OperatorDef(name, inputs, [len(self.tensors) - 1], **options))
        return len(self.tensors) - 1

    def logits(self, image: int | None = None, weights: Any = None, bias: Any = None) -> int:
        """The mean colour times weights (the identity times GAIN): red, green and blue."""
        image = self.image if image is None else image
        matrix = np.eye(3) * GAIN if weights is None else np.asarray(weights)
        axes = self.constant([1, 2], "int32")
        mean = self.add("MEAN", [image, axes], [1, 3], options_kind=REDUCER, options=[(0, "uint8", 0)])
        biases = self.constant(np.zeros(len(matrix)) if bias is None else bias)
        return self.add("FULLY_CONNECTED", [mean, self.constant(matrix), biases], [1, len(matrix)])

    def softmax(self, logits: int | None = None) -> int:
        """A softmax of these logits, or of those of the colours."""
        logits = self.logits() if logits is None else logits
        return self.add("SOFTMAX", [logits], self.tensors[logits].shape)

    def sigmoid(self, logits: int | None = None) -> int:
        """A sigmoid of these logits, or of those of the colours."""
        logits = self.logits() if logits is None else logits
        return self.add("LOGISTIC", [logits], self.tensors[logits].shape)

    def model(
        self,
        output: int,
        *,
        metadata: Mapping[str, bytes] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> ModelDef:
        """The graph as a model with this output."""
        return ModelDef(self.tensors, self.operators, [self.image], [output], metadata or {}, files or {})
