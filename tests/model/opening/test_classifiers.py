"""Opening a classifier: everything that does not fit is one message, and nothing crashes."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import ExitStatus, LabelError, ModelError, ModelMissingError
from edgeclassify.model.description.metadata import BLOCK
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.description import describe_model
from edgeclassify.tempering import Tempering
from edgeclassify.types import ModelChoice, PixelFormat
from edgeclassify.types.model_choice import RuntimeName
from tests.model.conftest import WriteModel
from tests.model.frames import frame_of
from tests.model.tflite_files import ModelDef, flatten_model, metadata_bytes, tflite_bytes
from tests.support.photos import V1_SMALL, model_path
from tests.support.waiting import patient

LABELS = [f"value {i}" for i in range(12)]
PIXELS = np.arange(10, 250, 20, dtype=np.uint8).reshape(2, 2, 3)
FRAME = frame_of(PIXELS, PixelFormat.RGB)


def config(path: Path, **keys: Any) -> ModelChoice:
    """The config of a model beside its labels.txt, without a centre crop."""
    return ModelChoice(**{"name": str(path), "labels": path.parent / "labels.txt", "crop": 1.0, **keys})


def test_labels_inside_the_model(write_model: WriteModel) -> None:
    files = {"names.txt": "\n".join(LABELS).encode()}
    path = write_model(flatten_model(metadata={BLOCK: metadata_bytes(label_file="names.txt")}, files=files))
    assert list(open_classifier(ModelChoice(name=str(path))).labels) == LABELS


@pytest.mark.parametrize(
    ("first", "sidecar", "background"),
    [
        ("Background", "", {0}),
        ("value 0", "", set()),
        ("other", "background = []", set()),
        ("other", 'background = "value 3"', {3}),
        ("unknown", 'background = ["unknown", "value 11"]', {0, 11}),
    ],
)
def test_what_is_nothing_is_by_the_label_files_words_or_the_sidecars(
    write_model: WriteModel, first: str, sidecar: str, background: set[int]
) -> None:
    path = write_model(flatten_model(), labels=[first, *LABELS[1:]], sidecar=sidecar)
    classifier = open_classifier(config(path))
    assert classifier.background == background
    assert describe_model(config(path)).background == background
    classifier.close()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ('"valu 3"', r"background: expected labels of the model, found 'valu 3'\. Did you mean \"value 3\"\?$"),
        (str(LABELS).replace("'", '"'), "background: expected some of the model's labels, found all of them"),
    ],
)
def test_a_background_that_the_model_does_not_have(write_model: WriteModel, said: str, message: str) -> None:
    path = write_model(flatten_model(), labels=LABELS, sidecar=f"background = {said}")
    with pytest.raises(ModelError, match=message):
        describe_model(config(path))


def test_config_wins_over_sidecar_and_sidecar_over_the_model(write_model: WriteModel, tmp_path: Path) -> None:
    inside = {"names.txt": "\n".join(f"inside {i}" for i in range(12)).encode()}
    model = flatten_model(metadata={BLOCK: metadata_bytes(label_file="names.txt")}, files=inside)
    path = write_model(model, sidecar='labels = "beside.txt"\n')
    (tmp_path / "beside.txt").write_text("\n".join(f"beside {i}" for i in range(12)))
    assert open_classifier(ModelChoice(name=str(path))).labels[3] == "beside 3"
    (tmp_path / "mine.txt").write_text("\n".join(f"mine {i}" for i in range(12)))
    assert open_classifier(ModelChoice(name=str(path), labels=tmp_path / "mine.txt")).labels[3] == "mine 3"


def test_no_labels_anywhere(write_model: WriteModel) -> None:
    path = write_model(flatten_model())
    with pytest.raises(ModelMissingError) as caught:
        open_classifier(ModelChoice(name=str(path)))
    message = str(caught.value)
    assert message.startswith(f"{path}: expected labels, found none in the model file")
    assert "12 labels, one per line" in message
    assert "model.toml" in message
    assert caught.value.exit_status == ExitStatus.NO_INPUT


def test_label_file_that_the_metadata_names_but_that_is_not_there(write_model: WriteModel) -> None:
    path = write_model(flatten_model(metadata={BLOCK: metadata_bytes(label_file="names.txt")}))
    with pytest.raises(LabelError, match=r"names\.txt inside it: .* it is not there\. Give one"):
        open_classifier(ModelChoice(name=str(path)))


@pytest.mark.parametrize(
    ("count", "cause"), [(11, 'put a line "background"'), (13, "one label too many"), (2, "another")]
)
def test_wrong_number_of_labels_is_refused_at_load(write_model: WriteModel, count: int, cause: str) -> None:
    path = write_model(flatten_model(), labels=[f"label {chr(97 + i)}" for i in range(count)])
    with pytest.raises(LabelError, match=f"expected 12 labels, .*found {count}.*{cause}"):
        open_classifier(config(path))


# What is refused at load


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "found an empty file"),
        (b"hello, this is text\n" * 10, "found text"),
        (bytes(range(256)) * 8, "found bytes of no known kind"),
        (bytes(4096), "nothing but zero bytes"),
    ],
)
def test_files_that_are_no_models(write_model: WriteModel, content: bytes, fault: str) -> None:
    path = write_model(content, labels=LABELS)
    with pytest.raises(ModelError, match=f"^{path}: .*{fault}"):
        open_classifier(config(path))


def test_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"none\.tflite: expected a \.tflite file, found nothing there"):
        open_classifier(ModelChoice(name=str(tmp_path / "none.tflite")))


def test_unknown_name() -> None:
    with pytest.raises(ModelError, match="mobilenet_v22"):
        open_classifier(ModelChoice(name="mobilenet_v22"))


def test_several_outputs_are_refused(write_model: WriteModel) -> None:
    path = write_model(replace(flatten_model(), outputs=[2, 2, 2, 2]), labels=LABELS)
    with pytest.raises(ModelError, match="not an image classifier: it must have one output but got 4"):
        open_classifier(config(path))


def test_checksum_of_the_sidecar(write_model: WriteModel) -> None:
    path = write_model(flatten_model(), labels=LABELS, sidecar=f'sha256 = "{"0" * 64}"\n')
    with pytest.raises(ModelError, match=r"expected the sha256 0{64} that model\.toml gives, found [0-9a-f]{64}"):
        open_classifier(config(path))


def test_means_that_do_not_fit_the_channels(write_model: WriteModel) -> None:
    sidecar = "[normalization]\nmean = [0.1, 0.2, 0.3]\nstd = [1.0]\n"
    path = write_model(flatten_model((1, 3, 4, 1)), labels=LABELS, sidecar=sidecar)
    with pytest.raises(ModelError, match=r"must have 1 mean or one for each of the 1 channels .* but got 3"):
        open_classifier(config(path))


SWEEP = """
import sys
from pathlib import Path
from edgeclassify.types import ModelChoice
from edgeclassify.errors import ModelError
from edgeclassify.model.opening.classifiers import open_classifier
from tests.model.known import ALL_KNOWN  # no process for each: what passes the check must not crash this one
whole, bad, runtime, step = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
opened = refused = 0
for place in range(0, len(whole), step):
    changed = bytes([whole[place] ^ 255]) + whole[place + 1 :] if sys.argv[5] == "change" else b""
    bad.write_bytes(whole[:place] + changed)
    try:
        open_classifier(ModelChoice(name=str(bad), runtime=runtime), trials=ALL_KNOWN).close()
        opened += 1
    except ModelError as error:
        assert str(error).startswith(str(bad.parent)) and "\\n" not in str(error), error
        refused += 1
print(opened, refused)
"""


def sweep(whole: Path, folder: Path, runtime: RuntimeName, step: int, damage: str = "cut") -> tuple[int, int]:
    """How many damaged files were opened and refused; in a process of its own: a runtime may crash on them."""
    command = [sys.executable, "-c", SWEEP, str(whole), str(folder / "bad.tflite"), runtime, str(step), damage]
    done = subprocess.run(command, capture_output=True, text=True, timeout=patient(100), check=False)
    assert done.returncode == 0, done.stderr
    opened, refused = map(int, done.stdout.split())
    return opened, refused


def test_a_small_model_cut_off_at_every_byte(
    write_model: WriteModel, tmp_path: Path, runtime: RuntimeName
) -> None:
    labels = {"names.txt": "\n".join(LABELS).encode()}
    model: ModelDef = flatten_model(
        softmax=True, metadata={BLOCK: metadata_bytes(label_file="names.txt")}, files=labels
    )
    path = write_model(model)
    opened, refused = sweep(path, tmp_path, runtime, 1)
    assert opened == 0
    assert refused == len(tflite_bytes(model))


def test_a_small_model_with_any_byte_changed(
    write_model: WriteModel, tmp_path: Path, runtime: RuntimeName
) -> None:
    """Some bytes don't matter (padding, names); all that do must lead to one message, never to a crash."""
    path = write_model(flatten_model(softmax=True), labels=LABELS, sidecar='labels = "labels.txt"\n')
    path.rename(tmp_path / "whole.tflite")
    path.with_suffix(".toml").rename(tmp_path / "bad.toml")
    opened, refused = sweep(tmp_path / "whole.tflite", tmp_path, runtime, 1, "change")
    assert opened > 0
    assert refused > opened


@pytest.mark.data
def test_a_real_model_cut_off_at_a_hundred_places(test_data: Path, tmp_path: Path, runtime: RuntimeName) -> None:
    path = model_path(test_data, V1_SMALL)
    opened, refused = sweep(path, tmp_path, runtime, path.stat().st_size // 100)
    assert opened == 0
    assert refused >= 100


@pytest.mark.data
def test_labels_of_another_model(test_data: Path) -> None:
    labels = test_data / "models" / "inat_bird_labels.txt"
    with pytest.raises(
        LabelError, match=r"expected 1001 labels.*found 965\. These are probably the labels of another"
    ):
        open_classifier(ModelChoice(name=str(model_path(test_data, V1_SMALL)), labels=labels))


def test_labels_without_a_runtime(write_model: WriteModel, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_model(flatten_model(), labels=LABELS, sidecar='labels = "labels.txt"')
    for package in ("ai_edge_litert", "tflite_runtime"):
        monkeypatch.setitem(sys.modules, f"{package}.interpreter", None)
    assert describe_model(config(path)).labels == tuple(LABELS)
    (path.parent / "labels.txt").write_text("one\n")
    with pytest.raises(LabelError):
        describe_model(config(path))


def test_the_temperature_is_the_configs_else_the_sidecars_else_1(write_model: WriteModel) -> None:
    files = {"names.txt": "\n".join(LABELS).encode()}
    model = flatten_model(metadata={BLOCK: metadata_bytes(label_file="names.txt")}, files=files)
    path = write_model(model, sidecar="temperature = 0.75")
    assert open_classifier(ModelChoice(name=str(path))).tempering == Tempering(0.75)
    assert open_classifier(ModelChoice(name=str(path), temperature=1.5)).tempering == Tempering(1.5)
    path = write_model(model, sidecar="")
    assert open_classifier(ModelChoice(name=str(path))).tempering == Tempering(1.0)


def test_sigmoids_are_tempered_each_by_itself(write_model: WriteModel) -> None:
    files = {"names.txt": "\n".join(LABELS).encode()}
    model = flatten_model(metadata={BLOCK: metadata_bytes(label_file="names.txt")}, files=files)
    path = write_model(model, sidecar='output = "sigmoid"\ntemperature = 2.0')
    assert open_classifier(ModelChoice(name=str(path))).tempering == Tempering(2.0, several=True)
