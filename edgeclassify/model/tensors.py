"""What makes a .tflite file an image classifier: its input and output tensors, checked once, when it is loaded.

One input [1, height, width, channels] or [1, channels, height, width] of uint8, int8 or float32, with 1 or 3
channels; one output of uint8, int8 or float32 with one score per class, or a single one: that of the second of
two classes. A network that some other head reads may have several outputs, of any shape.
"""

import math
from pathlib import Path

from edgeclassify.errors import ModelError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.roles.input_role import graph_normalizes, is_cast_first
from edgeclassify.model.roles.output_role import OutputRole, output_role
from edgeclassify.model.tflite.model_file import ModelFile, Tensor

CHANNELS = (1, 3)
DTYPES = ("uint8", "int8", "float32")


@dataclass(frozen=True, slots=True)
class InputTensor:
    """The input: an image of `height` x `width` pixels. scale 0: not quantized.

    `normalizes`: the graph itself begins by scaling pixels of 0-255, so they go in as they are. A uint8 input that
    is not quantized takes them as they are too: the graph begins with a cast.
    """

    width: int
    height: int
    channels: int
    is_nchw: bool
    dtype: str
    scale: float
    zero_point: int
    normalizes: bool = False


@dataclass(frozen=True, slots=True)
class OutputTensor:
    """An output: `elements` values, in any shape of that many. scale 0: not quantized.

    `index`: which one of the network's outputs, from 0.
    """

    elements: int
    dtype: str
    scale: float
    zero_point: int
    index: int = 0


@dataclass(frozen=True, slots=True)
class ClassifierTensors:
    """Input and output of an image classifier, and what the output's values are, as far as the graph tells."""

    input: InputTensor
    output: OutputTensor
    role: OutputRole


def classifier_tensors(model: ModelFile) -> ClassifierTensors:
    """The tensors of an image classifier; raises ModelError where the file is something else."""
    image, scores = input_tensor(model), _scores_tensor(model)
    return ClassifierTensors(image, scores, output_role(model, scores.index))


def input_tensor(model: ModelFile) -> InputTensor:
    """The input, an image. Raises ModelError where it is something else, or there are several."""
    hint = "Recurrent models and models of several inputs can't be used." if len(model.inputs) > 1 else ""
    tensor = _only(model, model.input_tensors, "input", hint)
    shape = tensor.shape
    if len(shape) != 4:
        raise _fault(model.path, f"the input must be [1, height, width, channels] but got shape {_shape(shape)}")
    if shape[0] != 1:
        found = f"the batch size must be 1 but got {shape[0]} ({_shape(shape)})"
        raise _fault(model.path, found, "Convert it with batch size 1.")
    is_nchw = shape[3] not in CHANNELS
    channels, height, width = (shape[1], shape[2], shape[3]) if is_nchw else (shape[3], shape[1], shape[2])
    if channels not in CHANNELS:
        raise _fault(
            model.path, f"the input must have 1 or 3 channels, first or last, but got shape {_shape(shape)}"
        )
    open_sides = [size for size in tensor.shape_signature[1:] if size < 0]
    if min(height, width) < 1 or (open_sides and min(height, width) == 1):
        raise _fault(
            model.path,
            f"height and width must be fixed but got {_shape(tensor.shape_signature or shape)}",
            "Convert it with a fixed input size.",
        )
    is_cast = tensor.dtype == "uint8" and not tensor.scales and is_cast_first(model)
    scale, zero_point = (0.0, 0) if is_cast else _quantization(model, tensor, "input")
    normalizes = graph_normalizes(model)
    return InputTensor(width, height, channels, is_nchw, tensor.dtype, scale, zero_point, normalizes)


def output_tensor(model: ModelFile, index: int) -> OutputTensor:
    """One of the outputs, whatever its shape.

    Raises ModelError where it is not there, or its values can't be read.
    """
    if not 0 <= index < len(model.outputs):
        raise _fault(model.path, f"it must have an output {index} but got outputs 0 to {len(model.outputs) - 1}")
    tensor = model.output_tensors[index]
    scale, zero_point = _quantization(model, tensor, "output")
    return OutputTensor(math.prod(tensor.shape), tensor.dtype, scale, zero_point, index)


def _scores_tensor(model: ModelFile) -> OutputTensor:
    """The only output, with one score per class."""
    is_detector = len(model.outputs) >= 3
    hint = "It looks like an object detector." if is_detector else "Convert it with its class scores alone."
    tensor = _only(model, model.output_tensors, "output", hint)
    shape = tensor.shape
    classes = math.prod(shape)
    if not shape or max(shape) != classes:
        raise _fault(
            model.path,
            f"the output must be [1, classes] but got shape {_shape(shape)}",
            "It looks like a model for segmentation, detection or embeddings.",
        )
    if classes < 1:
        raise _fault(model.path, "the output must have at least one value but got none")
    return output_tensor(model, 0)


def _fault(path: Path, text: str, hint: str = "") -> ModelError:
    return ModelError(f"{path}: not an image classifier: {text}.{' ' + hint if hint else ''}")


def _shape(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, shape))}]"


def _only(model: ModelFile, tensors: tuple[Tensor, ...], what: str, hint: str) -> Tensor:
    if len(tensors) != 1:
        names = ", ".join(f"{tensor.name} {_shape(tensor.shape)}" for tensor in tensors[:4])
        more = ", …" if len(tensors) > 4 else ""
        found = f"{len(tensors)} ({names}{more})" if tensors else "none"
        raise _fault(model.path, f"it must have one {what} but got {found}", hint)
    return tensors[0]


def _quantization(model: ModelFile, tensor: Tensor, what: str) -> tuple[float, int]:
    if tensor.dtype not in DTYPES:
        raise _fault(model.path, f"the {what} must be uint8, int8 or float32 but got {tensor.dtype}")
    if tensor.dtype == "float32":
        return 0.0, 0
    if len(tensor.scales) != 1 or not (tensor.scales[0] > 0 and math.isfinite(tensor.scales[0])):
        found = f"{len(tensor.scales)} scales" if len(tensor.scales) != 1 else f"the scale {tensor.scales[0]}"
        raise _fault(model.path, f"the {tensor.dtype} {what} must have one positive scale but got {found}")
    return float(tensor.scales[0]), int(tensor.zero_points[0]) if tensor.zero_points else 0
