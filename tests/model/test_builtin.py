"""The model that comes with the package: what its card and the catalog say of it must hold."""

import pytest

from edgeclassify.demo import demo_photos
from edgeclassify.model.catalog import load_catalog, resolve_model
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.inspect.inspection import inspect_file
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.runtime.runtimes import available_runtimes
from edgeclassify.sources.images.reading import load_frame
from edgeclassify.types import ModelChoice

MAX_BYTES = 3_000_000


@pytest.fixture(params=["litert", "tflite-runtime"])
def classifier(request: pytest.FixtureRequest) -> NetworkClassifier:
    if request.param not in available_runtimes():
        pytest.skip(f"{request.param} is not installed here")
    return open_classifier(ModelChoice(name="builtin", runtime=request.param))


def test_it_is_small_and_is_the_file_of_the_catalog() -> None:
    path = resolve_model("builtin")
    assert path.stat().st_size <= MAX_BYTES
    assert load_catalog().entry("builtin").facts.sha256 in (None, open_classifier(ModelChoice()).info.sha256)


def test_it_knows_200_labels_and_its_golden_picture(classifier: NetworkClassifier) -> None:
    assert len(set(classifier.labels)) == len(classifier.labels) == 200
    assert (classifier.info.input_width, classifier.info.input_height) == (64, 64)
    assert classifier.self_test()


def test_a_cat_is_a_cat_and_an_espresso_an_espresso(classifier: NetworkClassifier) -> None:
    with demo_photos() as photos:
        cat = classifier.classify(load_frame(photos / "cat.jpg")).top(1)[0]
        espresso = classifier.classify(load_frame(photos / "espresso.jpg")).top(1)[0]
    assert "cat" in cat.label
    assert espresso.label == "espresso"
    assert min(cat.score, espresso.score) > 0.6  # the demo's threshold


def test_it_is_a_mobilenet_v2() -> None:
    inspection = inspect_file(resolve_model("builtin"))
    assert len(inspection.blocks) == 17
    assert inspection.standard_multiply_adds > 3 * inspection.multiply_adds
