"""What a graph does with its input first, told from its operators."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from edgeclassify.model.roles.input_role import (
    graph_normalizes,
    is_cast_first,
    quantized_range,
    takes_unit_range,
)
from edgeclassify.model.tflite.model_file import read_model_file
from tests.model.colour_nets import Net
from tests.model.conftest import WriteModel

WHOLE = [1, 8, 8, 3]
Begin = Callable[[Net], int]


def step(name: str, *constant: float, behind: Begin | None = None, dtype: str = "float32") -> Begin:
    def begin(net: Net) -> int:
        image = 0 if behind is None else behind(net)
        return net.add(name, [image, net.constant(constant)] if constant else [image], WHOLE, dtype)

    return begin


def split_channels(net: Net) -> int:
    parts = net.add("UNPACK", [0], [1, 8, 8])
    packed = net.add("PACK", [parts, parts, parts], WHOLE)
    return net.add("SUB", [packed, net.constant([104.0, 117.0, 123.0])], WHOLE)


def convolved(weights: list[float], shape: list[int]) -> Begin:
    def begin(net: Net) -> int:
        factors = net.constant(np.array(weights).reshape(shape))
        return net.add("DEPTHWISE_CONV_2D", [0, factors, net.constant([0.0] * 3)], WHOLE)

    return begin


def widened(net: Net) -> int:
    return net.add("MUL", [0, net.add("DEQUANTIZE", [net.constant([1 / 255], "float16")], [1])], WHOLE)


@pytest.mark.parametrize(
    ("begin", "normalizes"),
    [
        (step("MUL", 1 / 32), True),
        (step("MUL", 1 / 31), False),
        (step("MUL", -1 / 255), True),
        (step("MUL", 1 / 255, 2.0, 1 / 255), False),
        (step("DIV", 255), True),
        (step("DIV", 31), False),
        (step("ADD", -127.5), True),
        (step("SUB", 16), True),
        (step("SUB", 15), False),
        (step("SUB", 104, -1, 123), False),
        (step("MUL", 1 / 255, behind=step("CAST")), True),
        (step("MUL", 1 / 255, behind=step("REVERSE_V2", 3)), True),
        (step("MUL", 1 / 255, behind=step("MINIMUM", 255)), True),
        (step("MUL", 1 / 255, behind=step("QUANTIZE", behind=step("RELU"))), True),
        (step("MUL", 1 / 255, behind=step("TANH")), False),
        (step("MUL", 1 / 255, behind=step("MUL", 2.0)), False),
        (step("MUL"), False),
        (split_channels, True),
        (widened, True),
        (convolved([1 / 255] * 3, [1, 1, 1, 3]), True),
        (convolved([1 / 255, 1, 1 / 255], [1, 1, 1, 3]), False),
        (convolved([1 / 255] * 27, [1, 3, 3, 3]), False),
    ],
)
def test_normalization(write_model: WriteModel, begin: Begin, normalizes: bool) -> None:
    net = Net()
    model = read_model_file(write_model(net.model(net.softmax(net.logits(begin(net))))))
    assert graph_normalizes(model) is normalizes


def quantized(dtype: str, scale: float, zero_point: int, behind: Begin | None = None) -> Begin:
    def begin(net: Net) -> int:
        output = net.add("QUANTIZE", [0 if behind is None else behind(net)], WHOLE, dtype)
        net.tensors[output] = replace(net.tensors[output], scale=scale, zero_point=zero_point)
        return output

    return begin


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        (quantized("int8", 1 / 255, -128), (0, 1)),
        (quantized("int8", 2 / 255, -1), (-254 / 255, 256 / 255)),
        (quantized("uint8", 1.0, 0), (0, 255)),
        (quantized("uint8", 1.0, 128, step("TRANSPOSE")), (-128, 127)),
        (quantized("int8", 1 / 255, -128, step("TANH")), None),
        (quantized("int16", 1 / 255, 0), None),
        (quantized("int8", 0, 0), None),
        (step("TANH"), None),
    ],
)
def test_the_range_that_the_graph_quantizes_its_input_to(
    write_model: WriteModel, begin: Begin, expected: tuple[float, float] | None
) -> None:
    net = Net()
    found = quantized_range(read_model_file(write_model(net.model(begin(net)))))
    assert found == (None if expected is None else pytest.approx(expected))


def test_whole_numbers_are_no_such_range(write_model: WriteModel) -> None:
    net = Net(dtype="uint8")
    model = net.model(quantized("int8", 1.0, -128)(net))
    assert quantized_range(read_model_file(write_model(model))) is None


@pytest.mark.parametrize(
    ("begin", "is_cast"),
    [
        (step("CAST"), True),
        (step("CAST", behind=step("RESHAPE", dtype="uint8")), True),
        (step("TANH"), False),
        (step("CAST", behind=step("TANH")), False),
    ],
)
def test_casts(write_model: WriteModel, begin: Begin, is_cast: bool) -> None:
    net = Net(dtype="uint8")
    assert is_cast_first(read_model_file(write_model(net.model(begin(net))))) is is_cast


def from_constant(net: Net) -> int:
    return net.add("SUB", [net.constant([0.5]), 0], WHOLE)


@pytest.mark.parametrize(
    ("begin", "is_unit"),
    [
        (step("SUB", 0.485, 0.456, 0.406), True),
        (step("SUB", 0.21, 0.79, 0.5), True),
        (step("SUB", 0.19, 0.5, 0.5), False),
        (step("SUB", 0.5, 0.5, 0.81), False),
        (step("SUB", -0.5), False),
        (step("ADD", -0.5), True),
        (step("ADD", 0.5), False),
        (step("MUL", 0.5), False),
        (step("SUB", 0.5, behind=step("TRANSPOSE")), True),
        (step("SUB", 0.5, behind=step("TANH")), False),
        (step("SUB"), False),
        (from_constant, False),
        (step("SUB", 127.5), False),
    ],
)
def test_means_of_pixels_of_0_to_1(write_model: WriteModel, begin: Begin, is_unit: bool) -> None:
    net = Net()
    model = read_model_file(write_model(net.model(net.softmax(net.logits(begin(net))))))
    assert takes_unit_range(model) is is_unit
