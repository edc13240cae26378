"""Bases: networks with an embedding, without classes; which of those that are open can be shared."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify.errors import ModelError
from edgeclassify.model.interface import Head, Outputs
from edgeclassify.model.opening.bases import describe_base, open_base
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.types import ModelChoice, PixelFormat
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel
from tests.model.embedding.nets import CLASSES, extractor, keras, linear_on_pixels
from tests.model.frames import frame_of, picture
from tests.model.known import ALL_KNOWN
from tests.model.networks_of import network_of

LABELS = [f"class {i}" for i in range(CLASSES)]
BESIDE = 'labels = "labels.txt"\n[normalization]\nmean = [0.0]\nstd = [1.0]\n'


def test_a_base_as_its_files_say(write_model: WriteModel, runtime: RuntimeName) -> None:
    path = write_model(keras()[0], sidecar=f"crop = 0.75\n{BESIDE}")
    config = ModelChoice(name=str(path), runtime=runtime, fit="letterbox")
    base = describe_base(config)
    assert open_base(config, trials=ALL_KNOWN).base == base
    assert (base.width, base.height, base.fit, base.crop) == (8, 8, "letterbox", 0.75)
    facts = base.embedding
    assert (facts.base, facts.elements, facts.dtype, facts.scale) == (str(path), 8, "float32", 0.0)
    assert facts.tensor.startswith("mean")
    assert len(facts.sha256) == 64


def test_the_classifier_of_the_same_file_has_the_same_embedding(write_model: WriteModel) -> None:
    path = write_model(keras()[0], sidecar=BESIDE, labels=LABELS)
    config = ModelChoice(name=str(path))
    classifier = open_classifier(config, trials=ALL_KNOWN)
    assert classifier.embedding == describe_base(config).embedding
    prediction = classifier.classify(frame_of(picture(20, 20), PixelFormat.RGB))
    assert prediction.embedding is not None
    assert prediction.embedding.shape == (8,)
    assert prediction.scores.shape == (CLASSES,)
    assert prediction.scores.sum() == pytest.approx(1, abs=1e-4)


def test_a_classifier_without_an_embedding_works_as_ever(write_model: WriteModel) -> None:
    path = write_model(linear_on_pixels(), sidecar=BESIDE, labels=LABELS)
    classifier = open_classifier(ModelChoice(name=str(path)), trials=ALL_KNOWN)
    assert classifier.embedding is None
    assert classifier.classify(frame_of(picture(20, 20), PixelFormat.RGB)).embedding is None


def test_a_model_that_gives_an_embedding_alone_is_no_classifier(write_model: WriteModel) -> None:
    path = write_model(extractor()[0])
    with pytest.raises(ModelError, match=r"expected a model with classes, .*embedding of 8 values.*teach"):
        open_classifier(ModelChoice(name=str(path)), trials=ALL_KNOWN)
    assert describe_base(ModelChoice(name=str(path))).embedding.elements == 8


def test_labels_make_classes_of_it_all_the_same(write_model: WriteModel) -> None:
    path = write_model(extractor()[0], labels=[str(i) for i in range(8)], sidecar=BESIDE)
    assert open_classifier(ModelChoice(name=str(path)), trials=ALL_KNOWN).info.labels == 8


def test_why_a_model_is_no_base(write_model: WriteModel) -> None:
    path = write_model(linear_on_pixels())
    for look in (describe_base, open_base):
        with pytest.raises(ModelError, match=r"to teach classes on it, found none: nothing in its graph"):
            look(ModelChoice(name=str(path)))


def test_a_checksum_that_is_wrong(write_model: WriteModel) -> None:
    path = write_model(keras()[0], sidecar=f'sha256 = "{"0" * 64}"\n')
    with pytest.raises(ModelError, match=r"expected the sha256 0{64} that model\.toml gives"):
        open_base(ModelChoice(name=str(path)), trials=ALL_KNOWN)


def test_a_network_that_is_open_is_shared_where_it_does_the_same(write_model: WriteModel) -> None:
    path = write_model(keras()[0], sidecar=BESIDE, labels=LABELS)
    config = ModelChoice(name=str(path))
    classifier = open_classifier(config, trials=ALL_KNOWN)
    assert classifier.network is not None
    beside = [network_of(path), classifier.network]
    assert open_base(config, trials=ALL_KNOWN, beside=beside).network is classifier.network
    same = replace(config, crop=0.875, labels=path, temperature=2.0)
    assert open_base(same, trials=ALL_KNOWN, beside=beside).network is classifier.network
    for other in ({"crop": 0.5}, {"fit": "squash"}, {"threads": 1}):
        differing = replace(config, **other)
        assert open_base(differing, trials=ALL_KNOWN, beside=beside).network not in beside
    path.with_suffix(".toml").write_text(BESIDE.replace("[0.0]", "[0.5]"))
    assert open_base(config, trials=ALL_KNOWN, beside=beside).network not in beside


class Everything(Head):
    """One label, which always holds."""

    labels = ("everything",)

    def scores(self, outputs: Outputs) -> NDArray[np.float32]:
        return np.ones(1, np.float32)


def test_the_network_goes_with_the_last_of_those_that_share_it(write_model: WriteModel) -> None:
    path = write_model(keras()[0], sidecar=BESIDE, labels=LABELS)
    first = open_classifier(ModelChoice(name=str(path)), trials=ALL_KNOWN)
    second = first.with_head(replace(first.info, name="mine"), Everything())
    assert second.network is first.network
    first.close()
    prediction = second.classify(frame_of(picture(20, 20), PixelFormat.RGB))
    assert prediction.embedding is not None
    assert (prediction.labels, second.info.name, second.labels) == (("everything",), "mine", ("everything",))
    with pytest.raises(ModelError, match="closed"):
        first.with_head(second.info, Everything())
    assert first.network is None
