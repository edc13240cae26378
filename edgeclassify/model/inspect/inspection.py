"""A model in figures, read from its file: layers, parameters, multiply-adds, savings of separable blocks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.embedding.find import NoEmbeddingError, find_embedding
from edgeclassify.model.inspect.costs import CostCounter
from edgeclassify.model.inspect.separable import Separable, separable_blocks
from edgeclassify.model.tflite.graph import Operator, Tensor
from edgeclassify.model.tflite.model_file import ModelFile, read_model_file

PER_TENSOR, PER_CHANNEL = "per tensor", "per channel"


@dataclass(frozen=True, slots=True)
class TensorFigures:
    """An input or output. `scale` and `zero_point` are None unless one pair holds for the whole tensor."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    quantization: str | None
    scale: float | None
    zero_point: int | None


@dataclass(frozen=True, slots=True)
class LayerFigures:
    """One operator. `multiply_adds`: None where it can't be counted; `block`: the separable block's number."""

    index: int
    operator: str
    version: int
    output: str
    output_shape: tuple[int, ...]
    kernel: tuple[int, int] | None
    stride: tuple[int, int] | None
    activation: str
    parameters: int
    multiply_adds: int | None
    block: int | None


@dataclass(frozen=True, slots=True)
class BlockFigures:
    """A depthwise-separable block beside one standard convolution of the same shape.

    `depthwise` and `pointwise` are the layers' indices; `ratio` is separable / standard multiply-adds.
    """

    number: int
    depthwise: int
    pointwise: int
    kernel: tuple[int, int]
    channels_in: int
    channels_out: int
    multiply_adds: int
    parameters: int
    standard_multiply_adds: int
    standard_parameters: int
    ratio: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything that `models inspect` shows.

    The `standard_*` totals are those of the same network with one standard convolution in the place of each
    separable block. `embedding`: the vector on which classes of one's own can be taught; where it has none,
    `no_embedding` says why.
    """

    path: str
    size: int
    sha256: str
    description: str
    inputs: tuple[TensorFigures, ...]
    outputs: tuple[TensorFigures, ...]
    embedding: TensorFigures | None
    no_embedding: str | None
    weights_quantization: dict[str, int]
    metadata: dict[str, int]
    associated_files: dict[str, int]
    signatures: tuple[str, ...]
    subgraphs: int
    multiply_adds: int
    parameters: int
    standard_multiply_adds: int
    standard_parameters: int
    uncounted: tuple[str, ...]
    layers: tuple[LayerFigures, ...]
    blocks: tuple[BlockFigures, ...]

    def as_dict(self) -> dict[str, Any]:
        """The figures as plain values, ready for JSON."""
        return asdict(self)


def inspect_file(path: Path) -> Inspection:
    """Read a .tflite file and count it. Raises ModelError as read_model_file does."""
    return inspect_model(read_model_file(path))


def inspect_model(model: ModelFile) -> Inspection:
    """The figures of a model file that was read before; works for any model, not only classifiers."""
    counter = CostCounter(model.tensors, model.operators)
    separables = separable_blocks(model.operators, model.tensors)
    numbers = {index: n for n, s in enumerate(separables, 1) for index in (s.depthwise, s.pointwise)}
    embedding, no_embedding = _embedding(model)
    layers = tuple(
        _layer(i, operator, model.tensors, counter, numbers.get(i)) for i, operator in enumerate(model.operators)
    )
    blocks = tuple(_block(number, separable, layers) for number, separable in enumerate(separables, 1))
    multiply_adds = sum(layer.multiply_adds or 0 for layer in layers)
    parameters = sum(layer.parameters for layer in layers)
    return Inspection(
        path=str(model.path),
        size=model.size,
        sha256=model.sha256(),
        description=model.description,
        inputs=tuple(map(_tensor, model.input_tensors)),
        outputs=tuple(map(_tensor, model.output_tensors)),
        embedding=embedding,
        no_embedding=no_embedding,
        weights_quantization=_weights_quantization(model.operators, counter),
        metadata={name: len(content) for name, content in model.metadata.items()},
        associated_files={name: len(content) for name, content in model.associated_files.items()},
        signatures=model.signatures,
        subgraphs=model.subgraphs,
        multiply_adds=multiply_adds,
        parameters=parameters,
        standard_multiply_adds=multiply_adds + sum(b.standard_multiply_adds - b.multiply_adds for b in blocks),
        standard_parameters=parameters + sum(b.standard_parameters - b.parameters for b in blocks),
        uncounted=tuple(sorted({layer.operator for layer in layers if layer.multiply_adds is None})),
        layers=layers,
        blocks=blocks,
    )


def _tensor(tensor: Tensor) -> TensorFigures:
    return TensorFigures(
        name=tensor.name,
        shape=tensor.shape_signature or tensor.shape,
        dtype=tensor.dtype,
        quantization=_quantization(tensor),
        scale=tensor.scales[0] if tensor.is_quantized and not tensor.is_per_channel else None,
        zero_point=tensor.zero_points[0] if tensor.zero_points and not tensor.is_per_channel else None,
    )


def _embedding(model: ModelFile) -> tuple[TensorFigures | None, str | None]:
    try:
        return _tensor(model.tensors[find_embedding(model).tensor]), None
    except NoEmbeddingError as error:
        return None, str(error)


def _quantization(tensor: Tensor) -> str | None:
    if not tensor.is_quantized:
        return None
    return PER_CHANNEL if tensor.is_per_channel else PER_TENSOR


def _layer(
    index: int, operator: Operator, tensors: Sequence[Tensor], counter: CostCounter, block: int | None
) -> LayerFigures:
    output = tensors[operator.outputs[0]] if operator.outputs and operator.outputs[0] >= 0 else None
    weights, cost = counter.weights(operator), counter.cost(operator)
    is_spatial = weights is not None and len(weights.shape) == 4
    return LayerFigures(
        index=index,
        operator=operator.name,
        version=operator.version,
        output="" if output is None else output.name,
        output_shape=() if output is None else output.shape,
        kernel=(weights.shape[1], weights.shape[2]) if weights is not None and is_spatial else None,
        stride=operator.options.stride if is_spatial else None,
        activation=operator.options.activation,
        parameters=cost.parameters,
        multiply_adds=cost.multiply_adds,
        block=block,
    )


def _block(number: int, separable: Separable, layers: Sequence[LayerFigures]) -> BlockFigures:
    halves = (layers[separable.depthwise], layers[separable.pointwise])
    multiply_adds = sum(layer.multiply_adds or 0 for layer in halves)
    standard = separable.standard_multiply_adds
    return BlockFigures(
        number=number,
        depthwise=separable.depthwise,
        pointwise=separable.pointwise,
        kernel=separable.kernel,
        channels_in=separable.channels_in,
        channels_out=separable.channels_out,
        multiply_adds=multiply_adds,
        parameters=sum(layer.parameters for layer in halves),
        standard_multiply_adds=standard,
        standard_parameters=separable.standard_parameters,
        ratio=multiply_adds / standard if standard else 0.0,
    )


def _weights_quantization(operators: Sequence[Operator], counter: CostCounter) -> dict[str, int]:
    """How many layers have their weights in which way, e.g. {"int8 per channel": 53}."""
    kinds: Counter[str] = Counter()
    for operator in operators:
        weights = counter.weights(operator)
        if weights is not None:
            kinds[" ".join(filter(None, (weights.dtype, _quantization(weights))))] += 1
    return dict(kinds)
