"""Pixels to tensor values: what a quantized or float input gets, by what the model says of itself."""

import logging
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.model.preprocess.normalization import (
    NONE,
    SYMMETRIC,
    UNIT,
    InputTable,
    Normalization,
    input_table,
    normalization_to,
)
from edgeclassify.model.tensors import InputTensor


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-1, 1, SYMMETRIC),
        (-1.09, 0.91, SYMMETRIC),
        (-1.11, 1, None),
        (-1, 1.11, None),
        (0, 1, UNIT),
        (0.02, 1.04, UNIT),
        (0.06, 1, None),
        (0, 255, NONE),
        (-5, 260, NONE),
        (-2.1, 2.6, None),
        (0, 6, None),
    ],
)
def test_the_usual_normalization_to_a_range(low: float, high: float, expected: Normalization | None) -> None:
    assert normalization_to(low, high) == expected


HALF = Normalization((127.5,), (127.5,))
IMAGENET = Normalization.of_unit_range((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def input_tensor(dtype: str, scale: float = 0.0, zero_point: int = 0, *, normalizes: bool = False) -> InputTensor:
    return InputTensor(4, 4, 3, False, dtype, scale, zero_point, normalizes)


def column(table: InputTable, channel: int = 0) -> NDArray[Any]:
    assert table.values is not None
    assert table.values.shape[:2] == (1, 256)
    return table.values[0, :, min(channel, table.values.shape[2] - 1)]


@pytest.mark.parametrize(
    ("scale", "zero_point", "normalization"),
    [
        (1 / 128, 128, HALF),  # MobileNet V1 and V2 of 2018
        (1 / 127.5, 127, HALF),  # the same, quantized after training
        (1 / 255, 0, Normalization((0,), (255,))),
        (1.0, 0, NONE),
        (1 / 128, 128, NONE),  # "pixels go in as they are", in metadata's other habit
        (0.0186, 114, None),
    ],
)
def test_uint8_inputs_that_take_pixels_as_they_are_cost_nothing(
    scale: float, zero_point: int, normalization: Normalization | None
) -> None:
    table = input_table(input_tensor("uint8", scale, zero_point), normalization, "m")
    assert table.values is None
    assert not table.shift


@pytest.mark.parametrize(
    ("scale", "zero_point", "normalization"),
    [
        (1 / 127.5, -1, HALF),
        (1 / 255, -128, Normalization((0,), (255,))),
        (1 / 128, 0, None),
        (1 / 127.5, -1, NONE),
    ],
)
def test_int8_inputs_get_the_pixel_less_128(
    scale: float, zero_point: int, normalization: Normalization | None
) -> None:
    table = input_table(input_tensor("int8", scale, zero_point), normalization, "m")
    assert table.values is None
    assert table.shift


def test_quantized_input_with_means_per_channel() -> None:
    scale, zero_point = 0.0186, 114
    table = input_table(input_tensor("uint8", scale, zero_point), IMAGENET, "m")
    assert table.values is not None
    assert table.values.dtype == np.uint8
    assert table.values.shape == (1, 256, 3)
    for channel, (mean, std) in enumerate(zip(IMAGENET.mean, IMAGENET.std, strict=True)):
        for pixel in (0, 100, 255):
            expected = np.clip(round((pixel - mean) / std / scale + zero_point), 0, 255)
            assert column(table, channel)[pixel] == expected


def test_quantized_input_whose_normalization_leaves_its_range_is_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        input_table(input_tensor("uint8", 1 / 255, 0), IMAGENET, "odd.tflite")
    assert "odd.tflite" in caplog.text
    assert "leave its input's range" in caplog.text


def test_float_input_by_the_models_normalization(caplog: pytest.LogCaptureFixture) -> None:
    table = input_table(input_tensor("float32"), IMAGENET, "m")
    assert table.values is not None
    assert table.values.dtype == np.float32
    assert column(table, 2)[200] == pytest.approx((200 / 255 - 0.406) / 0.225)
    assert not caplog.records


def test_float_input_that_says_nothing_gets_mobilenets_range_and_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    table = input_table(input_tensor("float32"), None, "odd.tflite")
    assert column(table)[[0, 255]] == pytest.approx([-1, 1])
    assert "odd.tflite does not say how its float input is normalized" in caplog.text


def test_float_graph_that_normalizes_gets_pixels(caplog: pytest.LogCaptureFixture) -> None:
    table = input_table(input_tensor("float32", normalizes=True), None, "m")
    assert column(table).tolist() == list(range(256))
    assert not caplog.records


def test_one_column_where_all_channels_are_alike() -> None:
    table = input_table(input_tensor("float32"), Normalization((10, 10, 10), (2, 2, 2)), "m")
    assert table.values is not None
    assert table.values.shape == (1, 256, 1)
