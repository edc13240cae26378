"""Makes a tensor inside a network one of its outputs, so that one `invoke()` gives it beside the others.

The file on disk stays as it is. In a copy of its bytes a new list of outputs is put behind all that is there, and
the one offset that names the list is pointed to it: no table moves.
"""

import struct
from dataclasses import replace

from edgeclassify.model.tflite.model_file import ModelFile
from edgeclassify.model.tflite.tables import UINT32, DamagedTableError, TableBuffer

_GRAPHS, _OUTPUTS = 2, 2
"""Slots of TensorFlow's schema.fbs: of the file's graphs, of a graph's outputs."""
_ALIGNMENT = 4


def with_output(model: ModelFile, tensor: int) -> tuple[ModelFile, int]:
    """The model with this tensor among its outputs, behind those that it has, and which one of them it is.

    `tensor`: its index in the main graph. Where it is an output already, the model itself.
    """
    if tensor in model.outputs:
        return model, model.outputs.index(tensor)
    outputs = (*model.outputs, tensor)
    content = _with_outputs(model.content, outputs)
    main, *others = model.graphs
    graphs = (replace(main, outputs=outputs), *others)
    changed = replace(model, size=len(content), outputs=outputs, graphs=graphs, content=memoryview(content))
    return changed, len(outputs) - 1


def _with_outputs(content: memoryview, outputs: tuple[int, ...]) -> bytes:
    place = TableBuffer(content).root().tables(_GRAPHS)[0].place(_OUTPUTS)
    if place is None:
        raise DamagedTableError("it names no outputs")
    start = -(-len(content) // _ALIGNMENT) * _ALIGNMENT
    listed = struct.pack(f"<I{len(outputs)}i", len(outputs), *outputs)
    gap = bytes(start - len(content))
    offset = UINT32.pack(start - place)
    return b"".join((content[:place], offset, content[place + UINT32.size :], gap, listed))
