"""The bounds of every tensor of a graph, worked out operator by operator from the file; nothing is run."""

import math
from collections.abc import Mapping

from edgeclassify.model.roles.bound_rules import bounds_of_step
from edgeclassify.model.roles.bounds import ANYTHING, Bounds, OperatorBounds, clipped, constant_values
from edgeclassify.model.tflite.graph import Operator
from edgeclassify.model.tflite.model_file import ModelFile


def tensor_bounds(model: ModelFile) -> Mapping[int, Bounds]:
    """The bounds of each tensor of the model's main graph, by index; what is not in it can be anything."""
    known: dict[int, Bounds] = {}
    for tensor in model.tensors:
        values = constant_values(tensor)
        if values is not None:
            # Python's floats: numpy's warn where something infinite is multiplied by 0.
            low, high, most = float(values.min()), float(values.max()), float(values.sum())
            known[tensor.index] = Bounds(low, high, most, is_constant=True)
    made_by: dict[int, Operator] = {}
    for operator in model.operators:
        for output in operator.outputs:
            if output >= 0:
                known[output] = _fused(bounds_of_step(_step(model, operator, output, known, made_by)), operator)
                made_by[output] = operator
    return known


def _step(
    model: ModelFile, operator: Operator, output: int, known: Mapping[int, Bounds], made_by: Mapping[int, Operator]
) -> OperatorBounds:
    inputs = tuple(index for index in operator.inputs if index >= 0)
    tensors, target = tuple(model.tensors[index] for index in inputs), model.tensors[output]
    return OperatorBounds(
        operator=operator,
        inputs=tuple(known.get(index, ANYTHING) for index in inputs),
        sizes=tuple(max(1, tensor.elements) for tensor in tensors),
        size=max(1, target.elements),
        width=max(1, target.shape[-1]) if target.shape else 1,
        made_by=tuple(made_by.get(index) for index in inputs),
        tensors=tensors,
    )


_FUSED = {"RELU": (0.0, math.inf), "RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0), "TANH": (-1.0, 1.0)}


def _fused(bounds: Bounds, operator: Operator) -> Bounds:
    """With the activation function that is part of the operator."""
    limits = _FUSED.get(operator.options.activation)
    return bounds if limits is None else clipped(bounds, *limits)
