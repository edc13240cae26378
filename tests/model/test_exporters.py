"""Models as exporters write them, on real runtimes: each gives its own scores, whatever else is in the graph."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import LabelError, ModelError
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.tflite.schema import TENSOR_TYPES
from edgeclassify.types import Frame, ModelChoice, PixelFormat, RuntimeName
from tests.model.colour_nets import COLOURS, GAIN, SHAPE, Net
from tests.model.conftest import WriteModel
from tests.model.frames import frame_of
from tests.model.output_nets import EXCLUSIVE, LOGITS, SEVERAL, Head, mixed_groups
from tests.model.tflite_files import ModelDef

PURE = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
UNIT = "[normalization]\nmean = [0.0]\nstd = [1.0]\n"
BESIDE = 'labels = "labels.txt"\n'


def pure(colour: str, side: int = 16) -> Frame:
    pixels = np.empty((side, side, 3), np.uint8)
    pixels[...] = PURE[colour]
    return frame_of(pixels, PixelFormat.RGB)


def opened(
    write_model: WriteModel,
    model: ModelDef,
    sidecar: str = BESIDE + UNIT,
    labels: list[str] | None = None,
    runtime: RuntimeName = "auto",
) -> NetworkClassifier:
    path = write_model(model, sidecar=sidecar, labels=labels or COLOURS)
    return open_classifier(ModelChoice(str(path), runtime=runtime))


def scores(classifier: NetworkClassifier, colour: str) -> dict[str, float]:
    return {row.label: row.score for row in classifier.classify(pure(colour)).top(9)}


@pytest.mark.parametrize("head", EXCLUSIVE.values(), ids=EXCLUSIVE)
def test_probabilities_stay_as_they_are(
    write_model: WriteModel, runtime: RuntimeName, head: Head, caplog: pytest.LogCaptureFixture
) -> None:
    net = Net()
    classifier = opened(write_model, net.model(head(net)), runtime=runtime)
    for colour in COLOURS:
        found = scores(classifier, colour)
        assert found[colour] > 0.99
        assert sum(found.values()) == pytest.approx(1, abs=0.01)
    assert not classifier.has_several_labels
    assert caplog.records == []


@pytest.mark.parametrize("head", SEVERAL.values(), ids=SEVERAL)
def test_several_labels_at_once(
    write_model: WriteModel, runtime: RuntimeName, head: Head, caplog: pytest.LogCaptureFixture
) -> None:
    net = Net()
    labels = [*COLOURS, "bright", "dark"]
    output = head(net)
    classifier = opened(
        write_model, net.model(output), labels=labels[: net.tensors[output].shape[-1]], runtime=runtime
    )
    found = scores(classifier, "green")
    assert found["green"] > 0.99
    assert found["red"] <= 0.5
    if "bright" in found:
        assert found["bright"] > 0.99
    assert classifier.has_several_labels
    assert caplog.records == []


@pytest.mark.parametrize("head", LOGITS.values(), ids=LOGITS)
def test_logits_get_their_softmax(write_model: WriteModel, runtime: RuntimeName, head: Head) -> None:
    net = Net()
    classifier = opened(write_model, net.model(head(net)), runtime=runtime)
    found = scores(classifier, "blue")
    assert found["blue"] > 0.99
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)
    assert 0 < found["red"] < 0.01
    assert not classifier.has_several_labels


def test_what_the_graph_does_not_tell_is_looked_up_and_said_once(
    write_model: WriteModel, runtime: RuntimeName, caplog: pytest.LogCaptureFixture
) -> None:
    net = Net()
    classifier = opened(write_model, net.model(mixed_groups(net)), runtime=runtime)
    assert scores(classifier, "green") == pytest.approx({"red": 0, "green": 0.75, "blue": 0.25}, abs=1e-3)
    (record,) = caplog.records
    assert "in 0-1 and added up to one, so they are taken for probabilities" in record.message
    assert 'output = "' in record.message
    assert classifier.info.path in record.message


@pytest.mark.parametrize(
    ("said", "head", "green", "has_several"),
    [
        ("probabilities", mixed_groups, 0.75, False),
        ("logits", mixed_groups, np.exp(0.75) / (1 + np.exp(0.75) + np.exp(0.25)), False),
        ("logits", Net.logits, 1.0, False),
        ("sigmoid", Net.logits, 1 / (1 + np.exp(-GAIN)), True),
        ("sigmoid", Net.sigmoid, 1 / (1 + np.exp(-GAIN)), True),
        ("sigmoid", mixed_groups, 0.75, True),
        ("logits", Net.softmax, np.exp(1) / (np.exp(1) + 2), False),
    ],
)
def test_the_sidecar_says_what_the_output_is(
    write_model: WriteModel, said: str, head: Head, green: float, has_several: bool
) -> None:
    net = Net()
    classifier = opened(write_model, net.model(head(net)), f'output = "{said}"\n{BESIDE}{UNIT}')
    assert scores(classifier, "green")["green"] == pytest.approx(green, abs=1e-3)
    assert classifier.has_several_labels is has_several


@pytest.mark.parametrize(
    ("said", "head", "word"),
    [
        ("probabilities", Net.logits, "its values went from 0 to 10"),
        ("logits", Net.softmax, "its graph ends in probabilities already"),
    ],
)
def test_a_sidecar_that_contradicts_the_model_is_followed_with_a_warning(
    write_model: WriteModel, said: str, head: Head, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    net = Net()
    opened(write_model, net.model(head(net)), f'output = "{said}"\n{BESIDE}{UNIT}')
    assert [word in record.message for record in caplog.records] == [True]


# One output


@pytest.mark.parametrize("is_probability", [True, False])
@pytest.mark.parametrize(
    ("labels", "on_red", "on_blue"),
    [(["red"], {"red": 1}, {"red": 0}), (["other", "red"], {"other": 0, "red": 1}, {"other": 1, "red": 0})],
)
def test_one_output(
    write_model: WriteModel,
    runtime: RuntimeName,
    is_probability: bool,
    labels: list[str],
    on_red: dict[str, float],
    on_blue: dict[str, float],
) -> None:
    """Of two labels the first is what a low value says, as Keras counts them: its classes by name, 0 and 1."""
    net = Net()
    logit = net.logits(weights=[[20, -10, -10]], bias=[0])
    model = net.model(net.sigmoid(logit) if is_probability else logit)
    classifier = opened(write_model, model, labels=labels, runtime=runtime)
    assert scores(classifier, "red") == pytest.approx(on_red, abs=1e-3)
    assert scores(classifier, "blue") == pytest.approx(on_blue, abs=1e-3)
    assert classifier.info.labels == len(labels)
    assert not classifier.has_several_labels


def test_labels_of_one_output_are_one_or_two(write_model: WriteModel) -> None:
    net = Net()
    model = net.model(net.sigmoid(net.logits(weights=[[1, 0, 0]], bias=[0])))
    with pytest.raises(LabelError, match=r"expected 1 label or 2 .* of model\.tflite, found 3"):
        opened(write_model, model)


# Inputs


def _rescaled(net: Net, image: int, shape: list[int]) -> int:
    scaled = net.add("MUL", [image, net.constant([1 / 127.5])], shape)
    return net.add("ADD", [scaled, net.constant([-1.0])], shape)


def _resized_first(net: Net) -> int:
    small = [1, 4, 4, 3]
    return _rescaled(net, net.add("RESIZE_BILINEAR", [0, net.constant([4, 4], "int32")], small), small)


def _padded_first(net: Net) -> int:
    large = [1, 10, 10, 3]
    edges = net.constant([[0, 0], [1, 1], [1, 1], [0, 0]], "int32")
    return _rescaled(net, net.add("PAD", [0, edges], large), large)


def _turned_first(net: Net) -> int:
    order = net.constant([0, 2, 1, 3], "int32")
    return _rescaled(net, net.add("TRANSPOSE", [0, order], [1, 8, 8, 3]), [1, 8, 8, 3])


def _clipped_first(net: Net) -> int:
    return _rescaled(net, net.add("MINIMUM", [0, net.constant([255.0])], [1, 8, 8, 3]), [1, 8, 8, 3])


def _only_rescaled(net: Net) -> int:
    return _rescaled(net, 0, [1, 8, 8, 3])


def _cast_first(net: Net) -> int:
    return _rescaled(net, net.add("CAST", [0], [1, 8, 8, 3]), [1, 8, 8, 3])


def _cast_after_resizing(net: Net) -> int:
    small = [1, 4, 4, 3]
    resized = net.add("RESIZE_NEAREST_NEIGHBOR", [0, net.constant([4, 4], "int32")], small, "uint8")
    return _rescaled(net, net.add("CAST", [resized], small), small)


def _with_its_shape_read(net: Net) -> int:
    net.add("SHAPE", [0], [4], "int32", options_kind=SHAPE, options=[(0, "int8", TENSOR_TYPES.index("int32"))])
    return _only_rescaled(net)


@pytest.mark.parametrize(
    ("begin", "dtype"),
    [
        (_only_rescaled, "float32"),
        (_resized_first, "float32"),
        (_padded_first, "float32"),
        (_turned_first, "float32"),
        (_clipped_first, "float32"),
        (_with_its_shape_read, "float32"),
        (_cast_first, "uint8"),
        (_cast_after_resizing, "uint8"),
    ],
)
def test_graphs_that_normalize_get_pixels_as_they_are(
    write_model: WriteModel,
    runtime: RuntimeName,
    begin: Callable[[Net], int],
    dtype: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    net = Net(dtype=dtype)
    logits = net.logits(begin(net), weights=np.eye(3) * 4)
    classifier = opened(write_model, net.model(net.softmax(logits)), BESIDE, runtime=runtime)
    for colour in COLOURS:
        # A pure colour is 1 and -1 to the graph; normalized twice it would be little more than 0.
        assert scores(classifier, colour)[colour] > 0.99 - 0.1 * (begin is _padded_first)
    assert caplog.records == []


def test_whole_numbers_can_not_be_normalized_outside(
    write_model: WriteModel, caplog: pytest.LogCaptureFixture
) -> None:
    net = Net(dtype="uint8")
    model = net.model(net.softmax(net.logits(_cast_first(net))))
    sidecar = BESIDE + "[normalization]\nmean = [0.5]\nstd = [0.5]\n"
    assert scores(opened(write_model, model, sidecar), "blue")["blue"] > 0.99
    assert ["takes whole numbers of 0-255" in record.message for record in caplog.records] == [True]


def test_uint8_without_a_scale_and_without_a_cast_is_no_picture(write_model: WriteModel) -> None:
    net = Net(dtype="uint8")
    model = net.model(net.add("RESHAPE", [0, net.constant([1, 192], "int32")], [1, 192]))
    with pytest.raises(ModelError, match="the uint8 input must have one positive scale but got 0 scales"):
        opened(write_model, model)


ULTRALYTICS = '{"author": "Ultralytics", "task": "classify", "names": {"0": "red", "1": "green", "2": "blue"}}'


@pytest.mark.parametrize(
    ("files", "sidecar", "green"),
    [
        ({"metadata.json": ULTRALYTICS}, "", 0.5),
        ({"temp_meta.txt": ULTRALYTICS.replace('"', "'")}, "", 0.5),
        ({"metadata.json": ULTRALYTICS.replace("Ultralytics", "somebody")}, "", 0.003),
        ({"metadata.json": ULTRALYTICS}, "[normalization]\nmean = [0.5]\nstd = [0.5]\n", 0.003),
    ],
)
def test_models_of_ultralytics_take_pixels_as_0_to_1(
    write_model: WriteModel, files: dict[str, str], sidecar: str, green: float
) -> None:
    """A half green picture: 0.5 is as much as the bias of the others says, 0 is far less."""
    net = Net()
    model = net.model(
        net.softmax(net.logits(weights=np.diag([0, 12, 0]), bias=[6, 0, -99])),
        files={name: text.encode() for name, text in files.items()},
    )
    path = write_model(model, sidecar=sidecar)
    half = frame_of(np.full((16, 16, 3), 128, np.uint8), PixelFormat.RGB)
    prediction = open_classifier(ModelChoice(name=str(path))).classify(half)
    assert prediction.labels == ("red", "green", "blue")
    assert prediction.scores[1] == pytest.approx(green, abs=0.02)


def _bgr_net() -> Net:
    """As Custom Vision writes them: B, G, R, with means of those taken off."""
    net = Net()
    shifted = net.add("SUB", [0, net.constant([104.0, 117.0, 123.0])], [1, 8, 8, 3])
    net.softmax(net.logits(shifted, weights=np.fliplr(np.eye(3)) / 10))
    return net


@pytest.mark.parametrize(
    ("sidecar", "called"), [("", "blue"), ('channels = "rgb"\n', "blue"), ('channels = "bgr"\n', "red")]
)
def test_channels(write_model: WriteModel, runtime: RuntimeName, sidecar: str, called: str) -> None:
    net = _bgr_net()
    classifier = opened(write_model, net.model(len(net.tensors) - 1), sidecar + BESIDE, runtime=runtime)
    assert classifier.classify(pure("red")).top(1)[0].label == called


def test_means_are_of_r_g_b_in_either_order(write_model: WriteModel) -> None:
    """A mean of 1 for red alone: red light is worth nothing then."""
    sidecar = 'channels = "bgr"\n' + BESIDE + "[normalization]\nmean = [1.0, 0.0, 0.0]\nstd = [1.0, 1.0, 1.0]\n"
    net = Net()
    model = net.model(net.softmax(net.logits(weights=np.fliplr(np.eye(3)) * GAIN)))
    classifier = opened(write_model, model, sidecar)
    assert scores(classifier, "red") == pytest.approx(dict.fromkeys(COLOURS, 1 / 3), abs=1e-3)
    assert scores(classifier, "blue")["blue"] > 0.99


def test_one_channel_has_no_order(write_model: WriteModel) -> None:
    net = Net((1, 8, 8, 1))
    model = net.model(net.add("RESHAPE", [0, net.constant([1, 64], "int32")], [1, 64]))
    with pytest.raises(ModelError, match=r'model\.toml: expected channels = "bgr" with an input of three'):
        opened(write_model, model, f'channels = "bgr"\n{BESIDE}', labels=[str(i) for i in range(64)])


# Classes with names that views use


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("unknown", "unknown (class)"),
        ("Unknown", "Unknown (class)"),
        ("None", "None (class)"),
        ("unavailable", "unavailable (class)"),
        ("none", "none"),
        ("background", "background"),
        ("unknown bird", "unknown bird"),
    ],
)
def test_a_class_is_told_from_a_state_without_one(
    write_model: WriteModel, name: str, called: str, caplog: pytest.LogCaptureFixture
) -> None:
    net = Net()
    classifier = opened(write_model, net.model(net.softmax()), labels=["red", name, "blue"])
    assert classifier.classify(pure("green")).top(1)[0].label == called
    assert [repr(name) in record.message for record in caplog.records] == [True] * (name != called)


# Outputs that are no numbers


def _broken(net: Net, values: list[Any], head: Head) -> int:
    """The colours' logits, and on top of them what a damaged weight makes of some."""
    return head(net) if not values else net.add("ADD", [head(net), net.constant(values)], [1, 3])


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("head", "values"),
    [
        (Net.sigmoid, [NAN, NAN, NAN]),
        (Net.sigmoid, [NAN, INF, -INF]),
        (Net.logits, [NAN, NAN, NAN]),
        (Net.logits, [INF, 0, 0]),
        (Net.logits, [-INF, -INF, -INF]),
        (Net.logits, [NAN, -INF, -INF]),
    ],
)
def test_a_model_without_one_sound_score_is_refused_by_name(
    write_model: WriteModel, runtime: RuntimeName, head: Head, values: list[float]
) -> None:
    net = Net()
    model = net.model(_broken(net, values, head))
    with pytest.raises(ModelError, match=r"model\.tflite: .*NaN or infinity for all of its 3 labels") as caught:
        opened(write_model, model, runtime=runtime)
    assert caught.type is ModelError


def test_nan_inside_a_softmax_is_refused_too(write_model: WriteModel, runtime: RuntimeName) -> None:
    net = Net()
    model = net.model(net.softmax(net.logits(bias=[0, NAN, 0])))
    with pytest.raises(ModelError, match="for all of its 3 labels"):
        opened(write_model, model, runtime=runtime)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("head", "values", "said"),
    [
        (Net.sigmoid, [NAN, 0, 0], True),
        (Net.sigmoid, [INF, 0, 0], True),
        (Net.sigmoid, [-INF, 0, 0], True),
        (Net.logits, [NAN, 0, 0], True),
        (Net.logits, [-INF, 0, 0], False),
    ],
)
def test_one_broken_score_hides_nobody(
    write_model: WriteModel, head: Head, values: list[float], said: bool, caplog: pytest.LogCaptureFixture
) -> None:
    net = Net()
    said_output = "logits" if head is Net.logits else "probabilities"
    model = net.model(_broken(net, values, head))
    classifier = opened(write_model, model, f'output = "{said_output}"\n{BESIDE}{UNIT}')
    for _ in range(3):
        found = scores(classifier, "green")
        assert found["green"] > 0.99
        assert found["red"] == 0
    assert ["'red'" in record.message for record in caplog.records if "NaN" in record.message] == [True] * said


def test_a_frame_whose_scores_are_all_nan_is_an_error_of_the_model(
    write_model: WriteModel, runtime: RuntimeName
) -> None:
    """0 / 0 for a black picture alone: the trial pictures are well."""
    net = Net()
    logits = net.logits(weights=np.ones((3, 3)))
    model = net.model(net.add("DIV", [logits, net.logits(weights=np.ones((3, 3)))], [1, 3]))
    classifier = opened(write_model, model, f'output = "probabilities"\n{BESIDE}{UNIT}', runtime=runtime)
    assert scores(classifier, "red") == pytest.approx(dict.fromkeys(COLOURS, 1))
    black = frame_of(np.zeros((8, 8, 3), np.uint8), PixelFormat.RGB)
    for _ in range(2):
        with pytest.raises(ModelError, match=r"model\.tflite: .*NaN or infinity for all"):
            classifier.classify(black)
    assert scores(classifier, "red") == pytest.approx(dict.fromkeys(COLOURS, 1))


def test_the_self_test_of_a_class_with_a_word_of_a_state(write_model: WriteModel, tmp_path: Path) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "golden.png"), np.full((8, 8, 3), (0, 255, 0), np.uint8))
    net = Net()
    sidecar = f'{BESIDE}{UNIT}[golden]\nimage = "golden.png"\nlabel = "unknown"\n'
    assert opened(write_model, net.model(net.softmax()), sidecar, ["red", "unknown", "blue"]).self_test()
