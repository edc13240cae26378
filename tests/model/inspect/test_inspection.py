"""Parameters and multiply-adds, held against the published figures and against counts by hand."""

import json
from pathlib import Path

import pytest

from edgeclassify.errors import ModelError
from edgeclassify.model.inspect.inspection import Inspection, inspect_file
from tests.model.embedding.nets import keras, linear_on_pixels
from tests.model.networks import mobilenet_v1
from tests.model.tflite_files import ModelDef, OperatorDef, TensorDef, tflite_bytes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.tflite"


def inspect(path: Path, model: ModelDef) -> Inspection:
    path.write_bytes(tflite_bytes(model))
    return inspect_file(path)


def agrees(count: int, published_millions: float) -> bool:
    """Within 3 % of the published figure, or as near as that figure's last digit can tell."""
    last_digit = 1.0 if float(published_millions).is_integer() else 0.01
    tolerance = max(0.03 * published_millions, last_digit / 2)
    return abs(count / 1e6 - published_millions) <= tolerance


# Multiply-adds and parameters in millions: research/slim/nets/mobilenet_v1.md of tensorflow/models.
@pytest.mark.parametrize(
    ("alpha", "size", "multiply_adds", "parameters"),
    [
        (1.0, 224, 569, 4.24),
        (1.0, 128, 186, 4.24),
        (0.75, 192, 233, 2.59),
        (0.5, 160, 77, 1.34),
        (0.25, 128, 14, 0.47),
    ],
)
def test_mobilenet_v1_counts_as_published(
    path: Path, alpha: float, size: int, multiply_adds: float, parameters: float
) -> None:
    figures = inspect(path, mobilenet_v1(alpha, size))
    assert agrees(figures.multiply_adds, multiply_adds)
    assert agrees(figures.parameters, parameters)


def test_mobilenet_v1_with_standard_convolutions_counts_as_in_its_paper(path: Path) -> None:
    figures = inspect(path, mobilenet_v1(1.0, 224))
    assert len(figures.blocks) == 13
    assert figures.standard_multiply_adds / 1e6 == pytest.approx(4866, rel=0.001)  # table 4: "Conv MobileNet"
    assert figures.standard_parameters / 1e6 == pytest.approx(29.3, rel=0.001)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "multiply_adds", "parameters", "blocks"),
    [
        ("tf2_mobilenet_v2_1.0_224_ptq.tflite", 300, 3.47, 17),
        ("mobilenet_v2_1.0_224_quant.tflite", 300, 3.47, 17),
        ("mobilenet_v1_0.25_128_quant.tflite", 14, 0.47, 13),
    ],
)
def test_real_models_count_as_published(
    test_data: Path, name: str, multiply_adds: float, parameters: float, blocks: int
) -> None:
    figures = inspect_file(test_data / "models" / name)
    assert agrees(figures.multiply_adds, multiply_adds)
    assert agrees(figures.parameters, parameters)
    assert len(figures.blocks) == blocks
    assert figures.uncounted == ()


def test_a_block_costs_one_nth_plus_one_kth_of_a_standard_convolution(path: Path) -> None:
    figures = inspect(path, mobilenet_v1(1.0, 224))
    for block in figures.blocks:
        assert block.ratio == pytest.approx(1 / block.channels_out + 1 / 9)
        pair = (figures.layers[block.depthwise], figures.layers[block.pointwise])
        assert block.multiply_adds == sum(layer.multiply_adds or 0 for layer in pair)
        assert {layer.block for layer in pair} == {block.number}


def test_layers_by_hand(path: Path) -> None:
    figures = inspect(path, mobilenet_v1(0.25, 128))
    first, depthwise, pointwise = figures.layers[:3]
    assert (first.output_shape, first.kernel) == ((1, 64, 64, 8), (3, 3))
    assert (first.parameters, first.multiply_adds) == (3 * 3 * 3 * 8 + 8, 64 * 64 * 8 * 3 * 3 * 3)
    assert (depthwise.parameters, depthwise.multiply_adds) == (3 * 3 * 8 + 8, 64 * 64 * 8 * 3 * 3)
    assert (pointwise.parameters, pointwise.multiply_adds) == (8 * 16 + 16, 64 * 64 * 16 * 8)
    pooling = figures.layers[-2]
    assert (pooling.operator, pooling.parameters, pooling.multiply_adds) == ("AVERAGE_POOL_2D", 0, 0)


def small_block(*between: OperatorDef, extra: tuple[OperatorDef, ...] = ()) -> ModelDef:
    """A depthwise (tensor 2) and a pointwise convolution, with operators between the two (from tensor 2 to 4)."""
    tensors = [
        TensorDef("image", [1, 4, 4, 2]),
        TensorDef("depthwise_weights", [1, 3, 3, 2], data=bytes(18)),
        TensorDef("depthwise", [1, 4, 4, 2]),
        TensorDef("pointwise_weights", [5, 1, 1, 2], data=bytes(10)),
        TensorDef("between", [1, 4, 4, 2]),
        TensorDef("pointwise", [1, 4, 4, 5]),
        TensorDef("elsewhere", [1, 4, 4, 2]),
    ]
    operators = [
        OperatorDef("DEPTHWISE_CONV_2D", [0, 1], [2]),
        *between,
        OperatorDef("CONV_2D", [4 if between else 2, 3], [5]),
        *extra,
    ]
    return ModelDef(tensors, operators, [0], [5])


def test_an_activation_may_stand_inside_a_block(path: Path) -> None:
    figures = inspect(path, small_block(OperatorDef("RELU6", [2], [4])))
    assert [(block.depthwise, block.pointwise) for block in figures.blocks] == [(0, 2)]
    assert figures.standard_multiply_adds == 16 * 9 * 2 * 5
    assert figures.multiply_adds == 16 * 9 * 2 + 16 * 2 * 5


def test_a_depthwise_convolution_used_twice_is_no_block(path: Path) -> None:
    figures = inspect(path, small_block(extra=(OperatorDef("RELU", [2], [6]),)))
    assert figures.blocks == ()
    assert figures.standard_multiply_adds == figures.multiply_adds


def test_pooling_ends_a_block(path: Path) -> None:
    assert inspect(path, small_block(OperatorDef("AVERAGE_POOL_2D", [2], [4]))).blocks == ()


def test_a_ring_of_operators_ends(path: Path) -> None:
    model = small_block(OperatorDef("RELU", [2], [6]), OperatorDef("RELU6", [6], [2]))
    assert inspect(path, model).blocks == ()


def test_shared_weights_count_once(path: Path) -> None:
    tensors = [
        TensorDef("a", [1, 4]),
        TensorDef("weights", [4, 4], data=bytes(16)),
        TensorDef("b", [1, 4]),
        TensorDef("c", [1, 4]),
    ]
    operators = [OperatorDef("FULLY_CONNECTED", [0, 1, -1], [2]), OperatorDef("FULLY_CONNECTED", [2, 1, -1], [3])]
    figures = inspect(path, ModelDef(tensors, operators, [0], [3]))
    assert (figures.parameters, figures.multiply_adds) == (16, 32)


def test_weights_stored_as_float16_count_where_they_are_used(path: Path) -> None:
    tensors = [
        TensorDef("a", [1, 4], "float32"),
        TensorDef("half", [3, 4], "float16", data=bytes(24)),
        TensorDef("weights", [3, 4], "float32"),
        TensorDef("b", [1, 3], "float32"),
    ]
    operators = [OperatorDef("DEQUANTIZE", [1], [2]), OperatorDef("FULLY_CONNECTED", [0, 2], [3])]
    figures = inspect(path, ModelDef(tensors, operators, [0], [3]))
    assert [layer.parameters for layer in figures.layers] == [0, 12]
    assert figures.multiply_adds == 12


def test_shapes_and_axes_are_no_parameters(path: Path) -> None:
    tensors = [
        TensorDef("a", [1, 4]),
        TensorDef("shape", [2], "int32", data=bytes(8)),
        TensorDef("b", [2, 2]),
    ]
    figures = inspect(path, ModelDef(tensors, [OperatorDef("RESHAPE", [0, 1], [2])], [0], [2]))
    assert figures.parameters == 0


def test_what_cannot_be_counted_is_named(path: Path) -> None:
    tensors = [TensorDef("a", [1, 4]), TensorDef("b", [1, 4]), TensorDef("c", [1, 4])]
    operators = [OperatorDef("", [0], [1], custom="edgetpu"), OperatorDef("LSTM", [1], [2])]
    figures = inspect(path, ModelDef(tensors, operators, [0], [2]))
    assert figures.uncounted == ("LSTM", "edgetpu")
    assert [layer.multiply_adds for layer in figures.layers] == [None, None]


def test_models_that_are_no_classifiers_can_be_inspected(path: Path) -> None:
    tensors = [TensorDef("a", [1, 4], signature=[-1, 4]), TensorDef("b", [1, 4]), TensorDef("c", [4])]
    figures = inspect(path, ModelDef(tensors, [OperatorDef("SPLIT", [0], [1, 2])], [0], [1, 2]))
    assert [tensor.shape for tensor in (*figures.inputs, *figures.outputs)] == [(-1, 4), (1, 4), (4,)]


def test_operators_with_odd_inputs_do_not_stop_the_count(path: Path) -> None:
    tensors = [TensorDef("a", [1, 4]), TensorDef("b", [1, 4])]
    operators = [
        OperatorDef("CONV_2D", [], []),
        OperatorDef("CONV_2D", [0], [1]),
        OperatorDef("DEPTHWISE_CONV_2D", [0, 1], [1]),
        OperatorDef("DEPTHWISE_CONV_2D", [0, -1], [-1]),
        OperatorDef("FULLY_CONNECTED", [-1, 0], [-1]),
        OperatorDef("TRANSPOSE_CONV", [0, 1], [1]),
        OperatorDef("DEQUANTIZE", [], []),
    ]
    assert inspect(path, ModelDef(tensors, operators, [0], [1])).multiply_adds == 0


def test_the_figures_are_plain_values(path: Path) -> None:
    figures = inspect(path, mobilenet_v1(0.25, 128))
    record = json.loads(json.dumps(figures.as_dict()))
    assert (
        record["multiply_adds"] == figures.multiply_adds == sum(row["multiply_adds"] for row in record["layers"])
    )
    assert record["parameters"] == figures.parameters == sum(row["parameters"] for row in record["layers"])
    assert record["standard_multiply_adds"] == figures.standard_multiply_adds
    assert record["inputs"][0]["shape"] == [1, 128, 128, 3]


def test_damaged_files_are_refused(path: Path) -> None:
    path.write_bytes(tflite_bytes(mobilenet_v1(0.25, 128))[:-100])
    with pytest.raises(ModelError, match="damaged"):
        inspect_file(path)


def test_where_the_embedding_is_or_why_there_is_none(path: Path) -> None:
    model, tensor = keras()
    figures = inspect(path, model)
    assert figures.embedding is not None
    assert (figures.embedding.name, figures.no_embedding) == (model.tensors[tensor].name, None)
    assert figures.as_dict()["embedding"]["shape"] == (1, 8)
    figures = inspect(path, linear_on_pixels())
    assert figures.embedding is None
    assert "nothing in its graph" in str(figures.no_embedding)
