"""How much memory a model needs while it runs, from the shapes in its file."""

from edgeclassify.model.tflite.graph import Subgraph, Tensor
from edgeclassify.model.tflite.schema import TYPE_BITS


def arena_bytes(graph: Subgraph) -> int:
    """The most bytes of results that are alive at one time: from the operator that writes one to its last reader.

    Runtimes reuse memory in this way; they can't do with less.
    """
    born, dies = dict.fromkeys(graph.inputs, 0), dict.fromkeys(graph.inputs, 0)
    for number, operator in enumerate(graph.operators):
        for index in operator.outputs:
            born.setdefault(index, number)
            dies[index] = number
        for index in operator.inputs:
            if index in born:
                dies[index] = number
    last = len(graph.operators)
    for index in graph.outputs:
        dies[index] = last
    changes = [0] * (last + 2)
    for index, number in born.items():
        size = _bytes_of(graph.tensors[index])
        changes[number] += size
        changes[dies[index] + 1] -= size
    most = now = 0
    for change in changes:
        now += change
        most = max(most, now)
    return most


def _bytes_of(tensor: Tensor) -> int:
    return 0 if tensor.is_constant else (tensor.elements * TYPE_BITS.get(tensor.dtype, 64) + 7) // 8
