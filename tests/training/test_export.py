"""A small graph, exported and run in the real runtime, against the same arithmetic in numpy."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.optional import present

pytest.importorskip("ai_edge_litert", reason="the exporter takes the schema of .tflite files from ai-edge-litert")

from ai_edge_litert.interpreter import Interpreter

from training.arithmetic import Quantization, activation_quantization, quantize_weight, weight_scales
from training.export import write_tflite
from training.graph import Graph, Layer

IMAGE = Quantization(1 / 128, 0)


def small_graph(rng: np.random.Generator) -> Graph:
    """Convolution with stride 2, depthwise, sum, mean and a classifier of three classes."""
    wide = activation_quantization(0.0, 6.0)
    signed = activation_quantization(-4.0, 4.0)

    def weight(*shape: int) -> NDArray[Any]:
        return rng.normal(scale=0.3, size=shape).astype(np.float32)

    return Graph(
        8,
        IMAGE,
        (
            Layer("a", "conv", ("image",), wide, weight(4, 3, 3, 3), weight(4), stride=2, relu6=True),
            Layer("b", "depthwise", ("a",), signed, weight(4, 3, 3), weight(4)),
            Layer("c", "add", ("a", "b"), signed),
            Layer("d", "mean", ("c",), signed),
            Layer("e", "dense", ("d",), activation_quantization(-8.0, 8.0), weight(3, 1, 1, 4), weight(3)),
        ),
    )


def rounded(weight: NDArray[Any]) -> NDArray[Any]:
    scales = weight_scales(weight)
    return quantize_weight(weight, scales) * scales.reshape((-1,) + (1,) * (weight.ndim - 1))


def stored(x: NDArray[Any], quantization: Quantization) -> NDArray[Any]:
    steps = np.clip(np.rint(x / quantization.scale), *(np.array([-128, 127]) - quantization.zero_point))
    return np.asarray(steps * quantization.scale)


def patches(x: NDArray[Any], stride: int) -> NDArray[Any]:
    """[side, side, 3, 3, channels] windows with "SAME" padding."""
    before = 1 if stride == 1 else 0
    padded = np.pad(x, ((before, 1), (before, 1), (0, 0)))
    side = x.shape[0] // stride
    rows = [
        [padded[r * stride : r * stride + 3, c * stride : c * stride + 3] for c in range(side)]
        for r in range(side)
    ]
    return np.array(rows)


def expected(graph: Graph, picture: NDArray[Any]) -> NDArray[Any]:
    """Probabilities of the graph, every tensor rounded as the file's quantization says."""
    a, b, c, d, e = graph.layers
    x = (picture.astype(float) - 128) / 128
    first = stored(
        np.clip(np.einsum("hwyxi,oyxi->hwo", patches(x, 2), rounded(present(a.weight))) + a.bias, 0, 6), a.output
    )
    second = stored(np.einsum("hwyxi,iyx->hwi", patches(first, 1), rounded(present(b.weight))) + b.bias, b.output)
    mean = stored(stored(first + second, c.output).mean((0, 1)), d.output)
    logits = stored(rounded(present(e.weight))[:, 0, 0] @ mean + e.bias, e.output)
    return np.asarray(np.exp(logits) / np.exp(logits).sum())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_file_computes_what_the_graph_says(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    graph = small_graph(rng)
    write_tflite(graph, tmp_path / "small.tflite")
    interpreter = Interpreter(str(tmp_path / "small.tflite"))
    interpreter.allocate_tensors()
    entry, output = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    assert (entry["dtype"], entry["quantization"]) == (np.uint8, (1 / 128, 128))
    assert (output["dtype"], output["quantization"]) == (np.uint8, (1 / 256, 0))
    picture = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
    interpreter.set_tensor(entry["index"], picture[None])
    interpreter.invoke()
    scores = interpreter.get_tensor(output["index"])[0] / 256
    assert scores == pytest.approx(expected(graph, picture), abs=0.03)


def test_zero_points_of_weights_and_biases_are_stored_once(tmp_path: Path) -> None:
    def size(channels: int) -> int:
        weight, bias = np.ones((channels, 1, 1, 3), np.float32), np.ones(channels, np.float32)
        mean = Layer("mean", "mean", ("image",), IMAGE)
        dense = Layer("dense", "dense", ("mean",), IMAGE, weight, bias)
        return write_tflite(Graph(4, IMAGE, (mean, dense)), tmp_path / f"{channels}.tflite")

    weights, biases, scales, zero_points = 3, 4, 4 + 4, 8
    assert size(1000) - size(500) <= 500 * (weights + biases + scales + zero_points) + 32


def test_an_unknown_kind_is_named(tmp_path: Path) -> None:
    graph = Graph(8, IMAGE, (Layer("odd", "pool", ("image",), IMAGE),))
    with pytest.raises(ValueError, match="layer odd: unknown kind 'pool'"):
        write_tflite(graph, tmp_path / "x.tflite")
