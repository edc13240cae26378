"""A classifier: opened by what it is asked for, used from any thread, in one process, until it is closed."""

import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify import ArgumentError, Classifier, ModelError, ModelInfo
from edgeclassify.errors import ModelMissingError, UnknownModelError
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.runtime.runtimes import available_runtimes
from edgeclassify.sources.images.reading import load_frame
from edgeclassify.types import ModelChoice
from tests.support.photos import TF2_V2, model_path, photos
from tests.support.taught_models import BLUE, GREEN, RED, coloured, teach
from tests.support.waiting import patient


def test_it_answers_as_the_command_and_the_daemon(classifier: Classifier, espresso: Path) -> None:
    inner = open_classifier(ModelChoice())
    expected = inner.classify(load_frame(espresso, wanted_side=inner.wanted_side()))
    result = classifier(espresso)
    assert np.array_equal(result.scores, expected.scores)
    assert result.labels == tuple(inner.labels)
    assert result.preprocess_ms > 0
    assert result.invoke_ms > 0
    inner.close()


def test_what_it_says_of_itself(classifier: Classifier) -> None:
    assert isinstance(classifier.info, ModelInfo)
    assert (classifier.info.name, classifier.info.input_width) == ("builtin", 64)
    assert classifier.labels[193] == "espresso"
    assert repr(classifier) == f"<Classifier builtin: 200 labels, 64x64, {classifier.info.runtime}>"


@pytest.mark.data
def test_a_model_by_its_path(test_data: Path) -> None:
    photo = photos(test_data)[0]
    with Classifier(model_path(test_data, TF2_V2)) as classifier:
        assert classifier(photo.path).best.index == photo.index
        assert len(classifier(photo.path).top(5)) == 5


def test_a_path_is_a_path_whatever_its_file_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnknownModelError):
        Classifier("other")
    with pytest.raises(ModelMissingError, match=r"^other: expected a \.tflite file"):
        Classifier(Path("other"))
    monkeypatch.setenv("HOME", "/home/of/nobody")
    with pytest.raises(ModelMissingError, match=r"^/home/of/nobody/a\.tflite: "):
        Classifier("~/a.tflite")


@pytest.mark.parametrize("name", available_runtimes())
def test_a_runtime_and_threads(espresso: Path, name: Any) -> None:
    with Classifier(runtime=name, threads=1) as classifier:
        assert classifier.info.runtime.startswith(name)
        assert classifier(espresso).best.label == "espresso"


def test_how_a_picture_becomes_the_models_square(photos: Path) -> None:
    ways: list[dict[str, Any]] = [{}, {"crop": 0.5}, {"fit": "letterbox"}, {"fit": "squash"}]
    scores = []
    for way in ways:
        with Classifier(**way) as classifier:
            scores.append(classifier(photos / "cat.jpg").scores)
    for i, one in enumerate(scores):
        assert not any(np.array_equal(one, other) for other in scores[i + 1 :])


def test_labels_of_a_file(tmp_path: Path, espresso: Path) -> None:
    file = tmp_path / "labels.txt"
    file.write_text("\n".join(f"class {number}" for number in range(200)) + "\n")
    for labels in (file, str(file)):
        with Classifier(labels=labels) as classifier:
            assert classifier(espresso).best.label == "class 193"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"model": ""}, "model: expected a name of the catalog"),
    ({"model": " "}, "model: expected a name of the catalog"),
    ({"model": None}, "model: expected a name of the catalog"),
    ({"model": b"builtin"}, "model: expected a name of the catalog"),
    ({"model": "a\0.tflite"}, "model: expected a name of the catalog"),
    ({"labels": 3}, "labels: expected a path, found 3"),
    ({"threads": 0}, 'threads: expected "auto" or 1 to 64, found 0'),
    ({"threads": 65}, "threads: expected"),
    ({"threads": 2.0}, "threads: expected"),
    ({"threads": True}, "threads: expected"),
    ({"threads": "2"}, "threads: expected"),
    ({"runtime": "tflite"}, "runtime: expected one of auto, litert, tflite-runtime, found 'tflite'"),
    ({"runtime": None}, "runtime: expected one of"),
    ({"fit": "stretch"}, "fit: expected one of crop, letterbox, squash"),
    ({"crop": 0}, "crop: expected a share"),
    ({"crop": 1.01}, "crop: expected a share"),
    ({"crop": float("nan")}, "crop: expected a share"),
    ({"crop": "1"}, "crop: expected a share"),
    ({"crop": True}, "crop: expected a share"),
    ({"delegate": "none", "delegate_options": {"a": 1}}, "delegate_options: expected with a delegate alone"),
    ({"delegate": ""}, "delegate: expected a path"),
    ({"delegate_options": {"device": "usb"}}, "delegate_options: expected with a delegate alone"),
    ({"delegate": "x.so", "delegate_options": "usb"}, "delegate_options: expected a dict"),
    ({"delegate": "x.so", "delegate_options": {1: "usb"}}, "delegate_options: expected a dict"),
]


@pytest.mark.parametrize(("asked", "message"), WRONG)
def test_what_can_not_be_meant(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        Classifier(**asked)
    assert "\n" not in str(caught.value)


def test_wrong_arguments_are_values_that_are_wrong() -> None:
    assert issubclass(ArgumentError, ValueError)


class TestGroups:
    def test_a_preset(self, photos: Path) -> None:
        with Classifier(groups="everyday") as classifier:
            result = classifier(photos / "cat.jpg")
        assert (result.best.label, result.labels) == ("cat", classifier.labels)
        assert "tabby cat" not in result.labels
        assert result.best.score > 0.9

    def test_of_ones_own(self, classifier: Classifier, photos: Path) -> None:
        with Classifier(groups={"pet": "*cat", "cup": ["espresso"]}) as grouped:
            assert grouped.labels[:2] == ("pet", "cup")
            result, plain = grouped(photos / "cat.jpg"), classifier(photos / "cat.jpg")
        cats = sum(row.score for row in plain.top(200) if row.label.endswith("cat"))
        assert result.score_of("pet") == pytest.approx(cats)
        assert result.score_of("spider web") == plain.score_of("spider web")

    @pytest.mark.parametrize(
        ("groups", "message"),
        [
            ("everday", "groups: expected one of everyday, none, found 'everday'. Did you mean \"everyday\""),
            ({"pet": ["dog"]}, "groups.pet: expected labels of the model builtin, found 'dog'"),
            ({"pet": 3}, "groups: expected .* found {'pet': 3}"),
            ({3: "dog"}, "groups: expected .* found {3: 'dog'}"),
            (["cat"], "groups: expected"),
            ({"unknown": "*cat"}, "groups.unknown: expected another name"),
            ({"a": "*cat", "b": "Persian cat"}, "groups.b: expected labels that are not in the group 'a'"),
        ],
    )
    def test_what_does_not_fit(self, groups: Any, message: str) -> None:
        with pytest.raises(ArgumentError, match=message):
            Classifier(groups=groups)


class TestTaught:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))

    def test_a_model_that_was_taught_here(self) -> None:
        teach("gate")
        with Classifier("gate") as gate:
            assert set(gate.labels) == {"open", "closed"}
            seen = gate(coloured(GREEN, 999), order="rgb")
            strange = gate(coloured(BLUE, 999), order="rgb")
            assert (seen.best.label, gate(coloured(RED, 999), order="rgb").best.label) == ("open", "closed")
        assert seen.unknown is not None
        assert strange.unknown is not None
        assert strange.unknown > 0.5 > seen.unknown
        assert seen.unknown + seen.scores.sum() == pytest.approx(1)
        assert "(unknown)" in str(seen)

    def test_others_never_say_so(self, classifier: Classifier, espresso: Path) -> None:
        assert classifier(espresso).unknown is None


class TestThreads:
    def test_any_thread_may_call(self, classifier: Classifier, photos: Path) -> None:
        paths = sorted(photos.glob("*.jpg"))
        expected = {path: classifier(path).scores for path in paths}
        with ThreadPoolExecutor(8) as pool:
            for path, result in zip(paths * 40, pool.map(classifier, paths * 40), strict=True):
                assert np.array_equal(result.scores, expected[path])

    def test_the_model_runs_for_one_after_the_other(
        self, classifier: Classifier, bgr: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inner = classifier._classifier  # noqa: SLF001
        running, most = [], []
        infer = inner.infer

        def noted(prepared: Any) -> Any:
            running.append(1)
            most.append(len(running))
            try:
                return infer(prepared)
            finally:
                running.pop()

        monkeypatch.setattr(inner, "infer", noted)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: classifier(bgr, order="bgr"), range(100)))
        assert max(most) == 1

    def test_a_fork_is_told(self, espresso: Path) -> None:
        script = f"""
import os
from edgeclassify import Classifier, ModelError
classifier = Classifier()
classifier({str(espresso)!r})
if (child := os.fork()) == 0:
    try:
        classifier({str(espresso)!r})
    except ModelError as error:
        print(error, flush=True)
    classifier.close()
    os._exit(3)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
print(classifier({str(espresso)!r}).best.label)
"""
        done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
        said, label = done.stdout.splitlines()
        assert "builtin: expected to be called in the process that opened it, found a fork" in said
        assert label == "espresso"

    def test_it_can_not_be_pickled(self, classifier: Classifier) -> None:
        with pytest.raises(TypeError, match="open one in each process"):
            pickle.dumps(classifier)


class TestClosed:
    def test_after_the_with(self, espresso: Path) -> None:
        with Classifier() as classifier:
            pass
        with pytest.raises(ModelError, match="the classifier is closed"):
            classifier(espresso)
        classifier.close()
        assert classifier.info.name == "builtin"

    def test_while_another_thread_uses_it(self, bgr: NDArray[np.uint8]) -> None:
        classifier = Classifier()
        started = threading.Event()
        failed: list[Exception] = []

        def use() -> None:
            try:
                while True:
                    classifier(bgr, order="bgr")
                    started.set()
            except ModelError as error:
                failed.append(error)

        user = threading.Thread(target=use)
        user.start()
        assert started.wait(patient(10))
        classifier.close()
        user.join(patient(10))
        assert not user.is_alive()
        assert "closed" in str(failed[0])


def test_none_is_no_delegate() -> None:
    with Classifier(delegate="none") as opened:
        assert opened.info.delegate is None
