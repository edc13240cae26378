"""The classifier end to end: real runtimes on small models of every kind, real models on real photos."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.errors import ImageError, ModelError
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.description.metadata import BLOCK
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.runtime.runtimes import available_runtimes
from edgeclassify.types import ModelChoice, PixelFormat, Roi
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel
from tests.model.frames import frame_of, in_format, picture
from tests.model.tflite_files import flatten_model, metadata_bytes
from tests.sources.image_files import png_that_claims
from tests.support.photos import BIRDS, TF2_V2, V1_SMALL, V2, model_path, photos

LABELS = [f"value {i}" for i in range(12)]
PIXELS = np.arange(10, 250, 20, dtype=np.uint8).reshape(2, 2, 3)
FRAME = frame_of(PIXELS, PixelFormat.RGB)


def config(path: Path, **keys: Any) -> ModelChoice:
    """The config of a model beside its labels.txt, without a centre crop."""
    return ModelChoice(**{"name": str(path), "labels": path.parent / "labels.txt", "crop": 1.0, **keys})


def softmax(values: NDArray[Any]) -> NDArray[Any]:
    exponentials = np.exp(values - values.max())
    return np.asarray(exponentials / exponentials.sum())


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float32"])
@pytest.mark.parametrize("has_softmax", [False, True])
@pytest.mark.parametrize("shape", [(1, 2, 2, 3), (1, 3, 2, 2)])
def test_every_kind_of_model(
    write_model: WriteModel, runtime: RuntimeName, dtype: str, has_softmax: bool, shape: tuple[int, ...]
) -> None:
    """The model hands its input on, so the scores show what preprocessing put there."""
    scale, zero_point = (1 / 64, 0) if dtype == "uint8" else (1 / 64, -128)
    path = write_model(flatten_model(shape, dtype, scale, zero_point, softmax=has_softmax), labels=LABELS)
    classifier = open_classifier(config(path, runtime=runtime))
    prediction = classifier.classify(FRAME)
    pixels = PIXELS if shape[3] == 3 else PIXELS.transpose(2, 0, 1)
    real = pixels.reshape(-1) / 127.5 - 1 if dtype == "float32" else pixels.reshape(-1) / 64
    assert prediction.scores.dtype == np.float32
    assert prediction.scores.shape == (12,)
    # An 8-bit softmax rounds its scores to 1/256.
    tolerance = 1e-5 if dtype == "float32" or not has_softmax else 0.5 / 256 + 1e-3
    assert prediction.scores == pytest.approx(softmax(real), abs=tolerance)
    best = int(np.argmax(real))
    assert prediction.top(1)[0].index == best
    assert prediction.top(1)[0].label == LABELS[best]
    assert len(prediction.top(5)) == 5


def test_sidecar_wins_over_metadata(write_model: WriteModel, runtime: RuntimeName) -> None:
    model = flatten_model(dtype="float32", metadata={BLOCK: metadata_bytes((0.0,), (25.5,))})
    by_metadata = open_classifier(config(write_model(model, labels=LABELS), runtime=runtime)).classify(FRAME)
    assert by_metadata.scores == pytest.approx(softmax(PIXELS.reshape(-1) / 25.5), rel=1e-4)
    sidecar = "[normalization]\nmean = [0.5, 0.25, 0.0]\nstd = [0.5, 1.0, 2.0]\n"
    path = write_model(model, labels=LABELS, sidecar=sidecar)
    by_sidecar = open_classifier(config(path, runtime=runtime)).classify(FRAME)
    real = (PIXELS / 255 - [0.5, 0.25, 0.0]) / [0.5, 1.0, 2.0]
    assert by_sidecar.scores == pytest.approx(softmax(real.reshape(-1)), rel=1e-4)


def test_frame_and_figures_are_in_the_prediction(write_model: WriteModel) -> None:
    classifier = open_classifier(config(write_model(flatten_model(), labels=LABELS)))
    frame = replace(FRAME, sequence=41, captured_at_ns=99, captured_at=5.0, origin="x.jpg")
    prediction = classifier.classify(frame)
    assert (prediction.frame_sequence, prediction.captured_at_ns, prediction.captured_at) == (41, 99, 5.0)
    assert prediction.origin == "x.jpg"
    assert len(prediction.top(2)) == 2
    assert prediction.preprocess_ms > 0
    assert prediction.ms == prediction.preprocess_ms + prediction.invoke_ms


def test_predictions_do_not_change_when_the_next_frame_comes(write_model: WriteModel) -> None:
    classifier = open_classifier(config(write_model(flatten_model(), labels=LABELS)))
    first = classifier.classify(FRAME)
    before = first.scores.copy()
    classifier.classify(frame_of(np.flip(PIXELS).copy(), PixelFormat.RGB))
    assert (first.scores == before).all()


def test_info(write_model: WriteModel, runtime: RuntimeName) -> None:
    path = write_model(flatten_model((1, 2, 3, 3)), labels=[str(i) for i in range(18)])
    classifier = open_classifier(config(path, runtime=runtime))
    info = classifier.info
    assert isinstance(classifier, ImageClassifier)
    assert (info.name, info.path, info.labels) == ("model", str(path), 18)
    assert (info.input_width, info.input_height) == (3, 2)
    assert info.runtime.startswith(f"{runtime} ")
    assert len(info.sha256) == 64
    assert list(classifier.labels)[:2] == ["0", "1"]


def test_roi_reaches_preprocessing(write_model: WriteModel) -> None:
    pixels = np.zeros((10, 20, 3), np.uint8)
    pixels[5:, 10:] = 255
    classifier = open_classifier(config(write_model(flatten_model(softmax=True), labels=LABELS), fit="squash"))
    whole = classifier.classify(frame_of(pixels, PixelFormat.BGR)).scores
    corner = classifier.classify(frame_of(pixels, PixelFormat.BGR), Roi(0.5, 0.5, 0.5, 0.5)).scores
    assert whole.max() > whole.min()
    assert corner.max() == corner.min()


def test_closed_classifier(write_model: WriteModel) -> None:
    classifier = open_classifier(config(write_model(flatten_model(), labels=LABELS)))
    classifier.close()
    with pytest.raises(ModelError, match="the classifier is closed"):
        classifier.classify(FRAME)


def test_frame_that_is_not_what_it_says(write_model: WriteModel) -> None:
    classifier = open_classifier(config(write_model(flatten_model(), labels=LABELS)))
    with pytest.raises(ImageError, match="must have shape"):
        classifier.classify(frame_of(PIXELS, PixelFormat.RGB, width=5))
    assert classifier.classify(FRAME).top(1)


def test_no_native_view_is_kept(write_model: WriteModel) -> None:
    classifier = open_classifier(config(write_model(flatten_model(), labels=LABELS)))
    for _ in range(20):  # a view that was kept would make the runtime refuse
        classifier.classify(FRAME)


# Labels


# The self-test


def golden_model(write_model: WriteModel, tmp_path: Path, label: str) -> Path:
    """A model whose class is the brightest value; its golden picture is blue at the lower right."""
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[1, 1] = 255, 0, 0  # BGR
    cv2.imwrite(str(tmp_path / "golden.png"), pixels)
    sidecar = f'labels = "labels.txt"\ncrop = 1.0\n[golden]\nimage = "golden.png"\nlabel = "{label}"\n'
    return write_model(flatten_model(), labels=LABELS, sidecar=sidecar)


def test_self_test_passes(write_model: WriteModel, tmp_path: Path) -> None:
    assert open_classifier(ModelChoice(name=str(golden_model(write_model, tmp_path, "value 11")))).self_test()


def test_self_test_fails(write_model: WriteModel, tmp_path: Path) -> None:
    classifier = open_classifier(ModelChoice(name=str(golden_model(write_model, tmp_path, "value 3"))))
    with pytest.raises(ModelError, match=r"self-test failed: .*golden\.png must be 'value 3' but got 'value 11'"):
        classifier.self_test()


def test_self_test_without_a_golden_picture(write_model: WriteModel) -> None:
    assert not open_classifier(config(write_model(flatten_model(), labels=LABELS))).self_test()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "found nothing there"),
        (b"", "that can be decoded"),
        (b"no picture", "that can be decoded"),
        ("huge", "that can be decoded"),
        ("pipe", "it is no plain file"),
    ],
)
def test_golden_picture_that_can_not_be_read(
    write_model: WriteModel, tmp_path: Path, content: bytes | str | None, fault: str
) -> None:
    classifier = open_classifier(ModelChoice(name=str(golden_model(write_model, tmp_path, "value 11"))))
    (tmp_path / "golden.png").unlink()
    if content == "pipe":
        os.mkfifo(tmp_path / "golden.png")
    elif content is not None:
        picture = png_that_claims(70_000, 70_000) if isinstance(content, str) else content
        (tmp_path / "golden.png").write_bytes(picture)
    with pytest.raises(ModelError, match=fault):
        classifier.self_test()


# Real models


def right(classifier: NetworkClassifier, folder: Path) -> int:
    return sum(classifier.classify(photo.frame()).top(1)[0].index == photo.index for photo in photos(folder))


@pytest.mark.data
def test_small_mobilenet_on_all_photos(test_data: Path, runtime: RuntimeName) -> None:
    classifier = open_classifier(ModelChoice(name=str(model_path(test_data, V1_SMALL)), runtime=runtime))
    assert right(classifier, test_data) >= 52


@pytest.mark.data
@pytest.mark.parametrize(("model", "least"), [(TF2_V2, 89), (V2, 90)])
def test_mobilenet_v2_on_all_photos(test_data: Path, model: str, least: int) -> None:
    if "litert" not in available_runtimes():
        pytest.skip("litert is not installed (python -m tests.bench.accuracy takes all models to each runtime)")
    classifier = open_classifier(ModelChoice(name=str(model_path(test_data, model)), runtime="litert"))
    assert right(classifier, test_data) >= least


@pytest.mark.data
@pytest.mark.parametrize("model", [TF2_V2, V2, V1_SMALL])
def test_the_runtimes_agree(test_data: Path, model: str) -> None:
    """On 20 photos, each right or wrong alike; scores differ by some hundredths between the runtimes."""
    if len(available_runtimes()) < 2:
        pytest.skip("tflite-runtime and litert are not both installed")
    one, other = (
        open_classifier(ModelChoice(name=str(model_path(test_data, model)), runtime=name))
        for name in available_runtimes()
    )
    pairs = [(one.classify(p.frame()), other.classify(p.frame())) for p in photos(test_data)[::5]]
    assert sum(a.top(1)[0].index == b.top(1)[0].index for a, b in pairs) >= 19
    assert max(float(np.abs(a.scores - b.scores).max()) for a, b in pairs) < 0.12


@pytest.mark.data
@pytest.mark.parametrize("pixel_format", [PixelFormat.RGB, PixelFormat.YUV420, PixelFormat.NV12])
def test_every_colour_format_gives_the_same_label(test_data: Path, pixel_format: PixelFormat) -> None:
    classifier = open_classifier(ModelChoice(name=str(model_path(test_data, TF2_V2))))
    agree = 0
    for photo in photos(test_data)[:20]:
        bgr = photo.frame().pixels
        even = np.ascontiguousarray(bgr[: bgr.shape[0] // 2 * 2, : bgr.shape[1] // 2 * 2, ::-1])
        one = classifier.classify(in_format(even, PixelFormat.BGR))
        agree += one.top(1)[0].index == classifier.classify(in_format(even, pixel_format)).top(1)[0].index
    assert agree >= 17  # half-resolution chroma decides between neighbours now and then


@pytest.mark.data
def test_labels_and_classes_of_the_bird_model(test_data: Path) -> None:
    classifier = open_classifier(ModelChoice(name=str(model_path(test_data, BIRDS))))
    assert classifier.info.labels == 965
    assert classifier.labels[0] == "Haemorhous cassinii (Cassin's Finch)"
    assert classifier.info.sha256 == "350fcd8cf1df1560060d464595dfed8b174b05792788052896004848d9ad04f9"
    assert classifier.classify(frame_of(picture(64, 64), PixelFormat.RGB)).scores.shape == (965,)
