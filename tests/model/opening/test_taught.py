"""Taught models, opened: real bases, real heads; what does not fit together is said."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import ModelError, ModelMissingError, TaughtModelError, UnknownModelError
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.description import describe_model
from edgeclassify.model.opening.model_files import files_of
from edgeclassify.model.opening.taught import reheaded, taught_model
from edgeclassify.model.taught.manifest import UNUSUAL
from edgeclassify.model.taught.places import find_taught
from edgeclassify.tempering import PLAIN
from edgeclassify.types import ModelChoice, PixelFormat, Prediction
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel
from tests.model.embedding.nets import CLASSES, keras
from tests.model.frames import frame_of
from tests.model.known import ALL_KNOWN
from tests.support.taught_models import BLUE, GREEN, RED, Colour, coloured, teach, teach_more

GATE = ModelChoice(name="gate")
BESIDE = 'labels = "labels.txt"\n[normalization]\nmean = [0.0]\nstd = [1.0]\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of models."""
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def gate() -> Iterator[NetworkClassifier]:
    teach("gate")
    classifier = open_classifier(GATE, trials=ALL_KNOWN)
    yield classifier
    classifier.close()


def look(classifier: NetworkClassifier, colour: Colour, seed: int = 999) -> Prediction:
    return classifier.classify(frame_of(coloured(colour, seed), PixelFormat.RGB))


def test_a_taught_model_is_a_classifier_as_any_other(runtime: RuntimeName) -> None:
    teach("gate", base=ModelChoice(runtime=runtime))
    classifier = open_classifier(replace(GATE, runtime=runtime), trials=ALL_KNOWN)
    for colour, label in ((GREEN, "open"), (RED, "closed")):
        prediction = look(classifier, colour)
        assert prediction.top(1)[0].label == label
        assert 0.5 < prediction.scores.sum() <= 1
        assert prediction.embedding is not None
        assert prediction.embedding.shape == (1280,)
    assert look(classifier, BLUE).scores.sum() < look(classifier, GREEN).scores.sum()
    assert (set(classifier.labels), classifier.background) == ({"open", "closed"}, frozenset())
    assert classifier.tempering == PLAIN
    assert not classifier.self_test()


def test_what_the_world_is_told_of_it(gate: NetworkClassifier, folder: Path) -> None:
    taught = taught_model("gate")
    assert taught is not None
    assert taught.manifest.head is not None
    info = gate.info
    assert (info.name, info.path) == ("gate", str(folder / "taught/gate"))
    assert info.sha256 == taught.manifest.head.sha256
    assert (info.labels, info.input_width, info.input_height) == (2, 64, 64)
    assert info.runtime.startswith("litert") or info.runtime.startswith("tflite")


def test_its_description_needs_no_runtime(gate: NetworkClassifier) -> None:
    described = describe_model(GATE)
    assert described.labels == tuple(gate.labels)
    assert (described.background, described.has_several_labels, described.notes) == (frozenset(), False, ())


def test_background_words_are_nothing() -> None:
    teach("bin", {"out": GREEN, "nothing": RED})
    classifier = open_classifier(ModelChoice(name="bin"), trials=ALL_KNOWN)
    assert [classifier.labels[i] for i in classifier.background] == ["nothing"]
    assert describe_model(ModelChoice(name="bin")).background == classifier.background


def test_of_one_class_the_normal_one_is_nothing_to_report() -> None:
    teach("printer", {"printing": GREEN}, one_class=True, count=12)
    classifier = open_classifier(ModelChoice(name="printer"), trials=ALL_KNOWN)
    assert tuple(classifier.labels) == ("printing", UNUSUAL)
    assert classifier.background == {0}
    normal, other = look(classifier, GREEN), look(classifier, RED)
    assert normal.top(1)[0].label == "printing"
    assert other.scores[1] > normal.scores[1]
    assert other.scores.sum() == pytest.approx(1)


def test_classifiers_on_one_base_share_its_network(gate: NetworkClassifier) -> None:
    teach("bin", {"in": GREEN, "out": BLUE})
    builtin = open_classifier(ModelChoice())
    config = ModelChoice(name="bin")
    shared = open_classifier(config, beside=[gate])
    assert shared.network is gate.network
    assert open_classifier(config, beside=[builtin]).network is builtin.network
    assert open_classifier(config).network not in (gate.network, builtin.network)
    assert open_classifier(replace(config, threads=1), beside=[gate]).network is not gate.network
    # One after the other, as a thread does: each sees what it should.
    for _ in range(2):
        assert look(shared, BLUE).top(1)[0].label == "out"
        assert look(gate, RED).top(1)[0].label == "closed"
    gate.close()
    assert look(shared, BLUE).top(1)[0].label == "out"
    assert open_classifier(config, beside=[gate]).network is not None


def test_it_is_fed_as_when_it_was_taught(write_model: WriteModel) -> None:
    labels = [str(i) for i in range(CLASSES)]
    path = write_model(keras()[0], sidecar=BESIDE, labels=labels)
    teach("gate", base=ModelChoice(name=str(path), fit="squash", crop=0.5))
    classifier = open_classifier(replace(GATE, fit="letterbox", crop=1.0), trials=ALL_KNOWN)
    assert classifier.wanted_side() == 8  # squashed: nothing is cropped away
    assert look(classifier, RED).top(1)[0].label == "closed"


@pytest.mark.parametrize(("key", "value"), [("temperature", 2.0), ("labels", Path("labels.txt"))])
def test_keys_that_a_taught_model_does_not_need_are_said(
    gate: NetworkClassifier, caplog: pytest.LogCaptureFixture, key: str, value: Any
) -> None:
    config = replace(GATE, **{key: value})
    classifier = open_classifier(config)
    assert [f"gate: {key} = {value} is of no effect" in record.message for record in caplog.records] == [True]
    assert classifier.tempering == PLAIN
    assert len(describe_model(config).notes) == 1


# A new head


def test_a_new_head_goes_onto_the_network_that_runs(gate: NetworkClassifier) -> None:
    assert look(gate, BLUE).top(1)[0].label != "broken"
    record = teach_more("gate", "broken", BLUE)
    taught = taught_model("gate")
    assert taught is not None
    renewed = reheaded(gate, taught)
    assert renewed.network is gate.network
    assert (renewed.info.sha256, renewed.info.labels) == (record.sha256, 3)
    assert look(renewed, BLUE).top(1)[0].label == "broken"
    assert look(gate, GREEN).top(1)[0].label == "open"
    gate.close()
    assert look(renewed, GREEN).top(1)[0].label == "open"
    with pytest.raises(ModelError, match="closed"):
        reheaded(gate, taught)


def test_a_head_of_another_base_does_not_go_onto_it(gate: NetworkClassifier, write_model: WriteModel) -> None:
    teach("other", base=ModelChoice(name=str(write_model(keras()[0], sidecar=BESIDE))))
    taught = taught_model("other")
    assert taught is not None
    with pytest.raises(TaughtModelError, match="other: was taught on"):
        reheaded(gate, taught)


# What does not fit


def test_one_that_was_not_fitted_yet(folder: Path) -> None:
    teach("gate", fitted=False)
    for attempt in (open_classifier, describe_model):
        with pytest.raises(ModelError, match=r"gate: .* not yet \(examples of: open, closed\)\. Run: .*gate fit"):
            attempt(GATE)
    assert files_of(GATE).head == ""


def test_a_base_that_has_changed(write_model: WriteModel) -> None:
    path = write_model(keras()[0], sidecar=BESIDE)
    teach("gate", base=ModelChoice(name=str(path)))
    before = files_of(GATE)
    assert before.network[0] == path
    path.write_bytes(path.read_bytes() + b"\0")
    for attempt in (open_classifier, describe_model):
        with pytest.raises(TaughtModelError, match=r"gate: was taught on .*model\.tflite: expected its sha256"):
            attempt(GATE)


def test_a_base_that_is_gone(write_model: WriteModel) -> None:
    path = write_model(keras()[0], sidecar=BESIDE)
    teach("gate", base=ModelChoice(name=str(path)))
    path.unlink()
    for attempt in (open_classifier, describe_model, files_of):
        with pytest.raises(ModelMissingError, match=r"gate: expected the base .* nowhere: .*model\.tflite"):
            attempt(GATE)


def test_a_base_of_another_machine_is_found_by_its_checksum(
    write_model: WriteModel, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_model(keras()[0], sidecar=BESIDE)
    teach("gate", base=ModelChoice(name=str(path)))
    taught = taught_model("gate")
    assert taught is not None
    entries = tmp_path / "config/edgeclassify/models.d"
    entries.mkdir(parents=True)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    sha256 = taught.manifest.base.embedding.sha256
    entry = f'description = "x"\nurl = "https://example.org/a/net.tflite"\nsha256 = "{sha256}"\n'
    (entries / "net.toml").write_text(entry)
    path.rename(folder / "elsewhere.tflite")
    with pytest.raises(ModelMissingError, match=r"The catalog has it as net: edgeclassify models fetch net$"):
        open_classifier(GATE, trials=ALL_KNOWN)
    (folder / "elsewhere.tflite").rename(folder / "net.tflite")
    (folder / "net.toml").write_text(BESIDE)
    classifier = open_classifier(GATE, trials=ALL_KNOWN)
    assert look(classifier, RED).top(1)[0].label == "closed"
    assert files_of(GATE).network[0] == folder / "net.tflite"


def test_a_head_that_is_damaged(gate: NetworkClassifier, folder: Path) -> None:
    (head,) = (folder / "taught/gate/heads").iterdir()
    content = bytearray(head.read_bytes())
    content[len(content) // 2] ^= 1
    head.write_bytes(content)
    for attempt in (open_classifier, describe_model):
        with pytest.raises(TaughtModelError, match=r"gate/heads/.*expected a head with the sha256"):
            attempt(GATE)
    assert look(gate, GREEN).top(1)[0].label == "open"  # the one that runs is unharmed


def test_names_of_taught_models_are_guessed_too(gate: NetworkClassifier) -> None:
    with pytest.raises(UnknownModelError, match=r'Taught here: gate\. Did you mean "gate"\?$'):
        open_classifier(ModelChoice(name="gatee"))


def test_the_catalog_goes_before_a_folder_of_the_same_name(folder: Path) -> None:
    teach("gate")
    (folder / "taught/gate").rename(folder / "taught/builtin")
    assert find_taught("builtin") is not None
    assert taught_model("builtin") is None
    assert len(open_classifier(ModelChoice()).labels) == 200


def test_files_of_a_taught_model(gate: NetworkClassifier, folder: Path) -> None:
    files = files_of(GATE)
    place = folder / "taught/gate"
    assert files.taught == (place / "manifest.json", place / f"heads/{files.head}.npz")
    assert files.network[0].name == "mobilenet_v2_64.tflite"
    assert files.fed == ("crop", 1.0)
    assert json.loads(files.taught[0].read_text())["model"]["name"] == "gate"


def test_the_scores_of_what_was_taught_add_up_to_its_familiarity(gate: NetworkClassifier) -> None:
    sums = [look(gate, colour, seed).scores.sum() for colour in (GREEN, RED) for seed in range(900, 910)]
    assert np.median(sums) > 0.5
