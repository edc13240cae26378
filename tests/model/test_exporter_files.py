"""Whole exports, file by file as each tool writes them, with the sidecar that docs/models.md names for them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from edgeclassify.model.description.metadata import BLOCK
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.types import ModelChoice, PixelFormat
from edgeclassify.types.model_choice import RuntimeName
from tests.model.colour_nets import SIDE, Net
from tests.model.frames import frame_of
from tests.model.tflite_files import ModelDef, metadata_bytes, tflite_bytes

PURE = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
UNIT = "[normalization]\nmean = [0.0]\nstd = [1.0]\n"
SYMMETRIC = "[normalization]\nmean = [0.5]\nstd = [0.5]\n"
NAMES = {0: "red", 1: "green", 2: "blue"}
SHAPE = [1, SIDE, SIDE, 3]


@dataclass(frozen=True)
class Export:
    """The model with its attached files, what lies beside it, and its sidecar."""

    model: Callable[[], ModelDef]
    beside: Mapping[str, str] = field(default_factory=dict)
    sidecar: str = ""
    file: str = "model.tflite"


def unit() -> ModelDef:
    """Float, 0 to 1, softmax."""
    net = Net()
    return net.model(net.softmax())


def logits() -> ModelDef:
    net = Net()
    return net.model(net.logits())


def symmetric() -> ModelDef:
    """Float, -1 to 1, softmax."""
    net = Net()
    return net.model(net.softmax(net.logits(weights=np.eye(3) * 5)))


def quantized(dtype: str, zero_point: int, scale: float, activation: str) -> ModelDef:
    """8 bits in and out, floats between."""
    net = Net(SHAPE, dtype)
    net.tensors[0] = replace(net.tensors[0], scale=scale, zero_point=zero_point)
    scores = net.add(activation, [net.logits(net.add("DEQUANTIZE", [0], SHAPE))], [1, 3])
    output = net.add("QUANTIZE", [scores], [1, 3], dtype)
    net.tensors[output] = replace(net.tensors[output], scale=1 / 256, zero_point=-128 if dtype == "int8" else 0)
    return net.model(output)


def inside() -> ModelDef:
    """Quantized with a representative dataset of 0 to 1, in and out left as floats: the converter's default."""
    net = Net()
    image = net.add("QUANTIZE", [0], SHAPE, "int8")
    net.tensors[image] = replace(net.tensors[image], scale=1 / 255, zero_point=-128)
    logits = net.logits(net.add("DEQUANTIZE", [image], SHAPE))
    return net.model(net.softmax(logits))


def with_file(model: ModelDef, name: str, text: str, metadata: bytes | None = None) -> ModelDef:
    """The model with a file attached to it, and a metadata block."""
    return replace(model, metadata={} if metadata is None else {BLOCK: metadata}, files={name: text.encode()})


def rescaled() -> ModelDef:
    """Keras: Resizing, then Rescaling, in the graph."""
    net = Net([1, 16, 16, 3])
    small = net.add("RESIZE_BILINEAR", [0, net.constant([SIDE, SIDE], "int32")], SHAPE)
    return net.model(net.softmax(net.logits(net.add("MUL", [small, net.constant([1 / 255])], SHAPE))))


def custom_vision() -> ModelDef:
    net = Net()
    shifted = net.add("SUB", [0, net.constant([104.0, 117.0, 123.0])], SHAPE)
    return net.model(net.softmax(net.logits(shifted, weights=np.fliplr(np.eye(3)) / 10)))


def cast() -> ModelDef:
    net = Net(dtype="uint8")
    return net.model(net.softmax(net.logits(net.add("CAST", [0], SHAPE), weights=np.eye(3) / 10)))


def channels_first() -> ModelDef:
    net = Net((1, 3, SIDE, SIDE))
    order = net.constant([0, 2, 3, 1], "int32")
    return net.model(net.logits(net.add("TRANSPOSE", [0, order], SHAPE)))


def imagenet_inside() -> ModelDef:
    """PyTorch's means and deviations in the graph, for pixels of 0 to 1."""
    net = Net()
    shifted = net.add("SUB", [0, net.constant([0.485, 0.456, 0.406])], SHAPE)
    scaled = net.add("DIV", [shifted, net.constant([0.229, 0.224, 0.225])], SHAPE)
    return net.model(net.softmax(net.logits(scaled, weights=np.eye(3) * 2)))


SAYS = {"author": "Ultralytics", "task": "classify", "imgsz": [SIDE, SIDE], "names": NAMES}
LINES = "red\ngreen\nblue\n"
BESIDE = 'labels = "labels.txt"\n'
INDEXED = "0 red\n1 green\n2 blue\n"
INDICES = {"green": 1, "blue": 2, "red": 0}
UINT8_UNIT = metadata_bytes((0,), (255,), "dict.txt")

EXPORTS = {
    "Keras, graph without scaling": Export(unit, {"labels.txt": LINES}, BESIDE + UNIT),
    "Keras, scaling in the graph": Export(
        rescaled, {"indices.json": json.dumps(INDICES)}, 'labels = "indices.json"'
    ),
    "Keras, from_logits": Export(logits, {"labels.txt": LINES}, BESIDE + UNIT),
    "Teachable Machine, float": Export(symmetric, {"labels.txt": INDEXED}, BESIDE + SYMMETRIC),
    "Teachable Machine, quantized": Export(
        lambda: quantized("uint8", 127, 1 / 127.5, "SOFTMAX"), {"labels.txt": INDEXED}, BESIDE
    ),
    "Custom Vision": Export(custom_vision, {"labels.txt": "red\r\ngreen\r\nblue"}, BESIDE + 'channels = "bgr"'),
    "Ultralytics, now": Export(lambda: with_file(unit(), "metadata.json", json.dumps(SAYS))),
    "Ultralytics, before 2025": Export(
        lambda: with_file(unit(), "temp_meta.txt", repr(SAYS), metadata_bytes(label_file="temp_meta.txt"))
    ),
    "Edge Impulse, int8": Export(
        lambda: quantized("int8", -128, 1 / 255, "SOFTMAX"), {"labels.txt": LINES}, BESIDE, "trained.lite"
    ),
    "Keras, 8 bits inside, floats outside": Export(inside, {"labels.txt": LINES}, BESIDE),
    "Lobe": Export(
        unit,
        {"signature.json": json.dumps({"doc_id": "1", "classes": {"Label": list(PURE)}, "export_version": 1})},
        'labels = "signature.json"\n' + UNIT,
    ),
    "Vertex AI": Export(
        lambda: with_file(quantized("uint8", 0, 1 / 255, "SOFTMAX"), "dict.txt", LINES, UINT8_UNIT)
    ),
    "Vertex AI, several labels": Export(
        lambda: with_file(quantized("uint8", 0, 1 / 255, "LOGISTIC"), "dict.txt", LINES, UINT8_UNIT)
    ),
    "Hugging Face": Export(
        channels_first,
        {"config.json": json.dumps({"architectures": ["M"], "id2label": NAMES, "label2id": INDICES})},
        'labels = "config.json"\n' + UNIT,
    ),
    "PyTorch, means in the graph": Export(imagenet_inside, {"labels.txt": LINES}, BESIDE),
    "uint8 by a cast": Export(
        cast, {"l.csv": '"index","label"\n0,"red"\n1,"green"\n2,"blue"\n'}, 'labels = "l.csv"'
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_exports(tmp_path: Path, name: str, runtime: RuntimeName, caplog: pytest.LogCaptureFixture) -> None:
    export = EXPORTS[name]
    path = tmp_path / export.file
    path.write_bytes(tflite_bytes(export.model()))
    path.with_suffix(".toml").write_text(export.sidecar)
    for file, text in export.beside.items():
        (tmp_path / file).write_text(text, newline="")
    classifier = open_classifier(ModelChoice(str(path), runtime=runtime))
    assert list(classifier.labels) == list(PURE)
    assert classifier.has_several_labels is ("several" in name)
    for colour, rgb in PURE.items():
        prediction = classifier.classify(frame_of(np.full((20, 20, 3), rgb, np.uint8), PixelFormat.RGB))
        best, second = prediction.top(2)
        assert best.label == colour
        assert best.score == pytest.approx(1, abs=0.02)
        assert second.score < (0.51 if "several" in name else 0.02)
    assert caplog.records == []
