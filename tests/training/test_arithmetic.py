import numpy as np
import pytest

from training.arithmetic import (
    Quantization,
    activation_quantization,
    bias_scales,
    quantize_bias,
    quantize_weight,
    weight_scales,
)


@pytest.mark.parametrize(("low", "high"), [(0.0, 6.0), (-1.5, 4.0), (-3.0, -1.0), (2.0, 5.0)])
def test_range_covers_its_ends_and_stores_zero_exactly(low: float, high: float) -> None:
    quantization = activation_quantization(low, high)
    assert quantization.low <= min(low, 0) + quantization.scale / 2
    assert quantization.high >= max(high, 0) - quantization.scale / 2
    assert -128 <= quantization.zero_point <= 127


def test_relu6_uses_all_256_values() -> None:
    assert activation_quantization(0.0, 6.0) == Quantization(float(np.float32(6 / 255)), -128)


def test_weights_are_off_by_half_a_step_at_most_in_every_channel() -> None:
    weight = np.random.default_rng(0).normal(size=(5, 3, 3, 2)).astype(np.float32)
    weight *= np.array([1e-3, 0.1, 1, 10, 100], np.float32)[:, None, None, None]
    scales = weight_scales(weight)
    stored = quantize_weight(weight, scales)
    error = np.abs(stored * scales[:, None, None, None] - weight).max(axis=(1, 2, 3))
    assert (np.abs(stored.astype(int)).max(axis=(1, 2, 3)) == 127).all()
    assert (error <= scales * 0.501).all()


def test_a_channel_of_zeros_stays_zeros() -> None:
    weight = np.zeros((2, 1, 1, 3), np.float32)
    assert not quantize_weight(weight, weight_scales(weight)).any()


def test_biases_are_in_units_of_the_accumulator() -> None:
    scales = bias_scales(Quantization(0.5, 3), np.array([0.1, 0.2], np.float32))
    assert quantize_bias(np.array([1.0, -2.0], np.float32), scales).tolist() == [20, -20]
