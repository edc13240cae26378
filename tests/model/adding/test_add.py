"""Zips of tools become models of the catalog, which answer as they should; each bad zip gets one message."""

import json
from pathlib import Path

import pytest

from edgeclassify.errors import (
    EdgeClassifyError,
    LabelError,
    ModelError,
    ModelMissingError,
    StorageError,
    UsageError,
)
from edgeclassify.model.adding.add import add_model, is_seen_by_service
from edgeclassify.model.catalog import load_catalog, places, resolve_model
from edgeclassify.model.description.sidecar import read_sidecar
from tests.model.adding.exports import LABELS, colours_told, model_bytes, zipped
from tests.model.catalog.conftest import Places
from tests.model.test_exporter_files import custom_vision, inside, quantized, symmetric, unit
from tests.model.tflite_files import flatten_model, tflite_bytes

COLOURS = ("red", "green", "blue")


def test_teachable_machine_in_floats(tmp_path: Path, folders: Places) -> None:
    files = {"model_unquant.tflite": model_bytes(symmetric()), "labels.txt": LABELS}
    added = add_model(zipped(tmp_path / "converted_tflite.zip", files), None)
    assert (added.name, added.labels, added.was_there) == ("converted_tflite", COLOURS, False)
    assert (added.exporter, added.notes) == ("Teachable Machine", ())
    assert added.path == folders.models / "converted_tflite.tflite"
    assert resolve_model("converted_tflite") == added.path
    normalization = read_sidecar(added.path).normalization
    assert normalization is not None
    assert (normalization.mean, normalization.std) == ((0.5,), (0.5,))
    assert colours_told("converted_tflite") == list(COLOURS)
    assert (folders.user_entries / "converted_tflite.toml").is_file()
    assert not list(folders.models.glob(".*"))


def test_teachable_machine_quantized(tmp_path: Path) -> None:
    model = model_bytes(quantized("uint8", 127, 1 / 127.5, "SOFTMAX"))
    added = add_model(zipped(tmp_path / "q.zip", {"model.tflite": model, "labels.txt": LABELS}), "bins")
    assert (added.name, added.exporter, added.notes) == ("bins", None, ())
    assert read_sidecar(added.path).normalization is None
    assert colours_told("bins") == list(COLOURS)


def test_lobe_and_custom_vision(tmp_path: Path) -> None:
    signature = {"doc_id": "1", "classes": {"Label": COLOURS}, "export_version": 1}
    files = {"saved_model.tflite": model_bytes(unit()), "signature.json": json.dumps(signature).encode()}
    added = add_model(zipped(tmp_path / "lobe.zip", files), None)
    assert (added.exporter, added.labels, added.notes) == ("Lobe", COLOURS, ())
    assert colours_told("lobe") == list(COLOURS)
    manifest = json.dumps({"DomainType": "Classification", "Flavor": "TensorFlowLite"}).encode()
    files = {"model.tflite": model_bytes(custom_vision()), "labels.txt": LABELS, "cvexport.manifest": manifest}
    added = add_model(zipped(tmp_path / "vision.zip", files), None)
    assert (added.exporter, added.notes) == ("Azure Custom Vision", ())
    assert colours_told("vision") == list(COLOURS)


def test_labels_inside_the_model_are_enough(tmp_path: Path) -> None:
    model = tflite_bytes(flatten_model((1, 1, 1, 3), files={"labels.txt": b"a\nb\nc\n"}))
    added = add_model(zipped(tmp_path / "own.zip", {"x/model.tflite": model}), None)
    assert added.labels == ("a", "b", "c")
    assert read_sidecar(added.path).labels is None


def test_what_is_assumed_of_a_float_input_is_said(tmp_path: Path) -> None:
    files = {"some.tflite": model_bytes(symmetric()), "labels.txt": LABELS}
    (note,) = (added := add_model(zipped(tmp_path / "some.zip", files), None)).notes
    assert "-1 to 1 is assumed" in note
    assert "some.toml" in note
    assert "# Assumed" in added.path.with_suffix(".toml").read_text()
    assert colours_told("some") == list(COLOURS)


def test_a_file_that_tells_its_own_range_is_believed(tmp_path: Path) -> None:
    files = {"model_unquant.tflite": model_bytes(inside()), "labels.txt": LABELS}
    added = add_model(zipped(tmp_path / "inside.zip", files), None)
    assert read_sidecar(added.path).normalization is None
    assert added.notes == ()


def test_litter_and_other_texts_beside_it(tmp_path: Path) -> None:
    files = {
        "__MACOSX/._model.tflite": b"x", "._model.tflite": b"x", "a/readme.txt": b"hello\n",
        "a/labels.txt": LABELS, "a/model.lite": model_bytes(quantized("int8", -128, 1 / 255, "SOFTMAX")),
    }  # fmt: skip
    assert add_model(zipped(tmp_path / "m.zip", files), None).labels == COLOURS


def test_the_same_once_more_is_no_fault_and_another_one_is(tmp_path: Path) -> None:
    files = {"model.tflite": model_bytes(quantized("uint8", 127, 1 / 127.5, "SOFTMAX")), "labels.txt": LABELS}
    first = add_model(zipped(tmp_path / "bins.zip", files), None)
    assert add_model(tmp_path / "bins.zip", None).was_there
    other = zipped(tmp_path / "other.zip", {**files, "model.tflite": model_bytes(symmetric())})
    before = first.path.read_bytes()
    with pytest.raises(UsageError, match=r"^bins: expected a new name.*--name NAME\.$"):
        add_model(other, "bins")
    with pytest.raises(UsageError, match=r"^builtin: expected a new name"):
        add_model(other, "builtin")
    assert first.path.read_bytes() == before


def test_names(tmp_path: Path) -> None:
    files = {"model.tflite": model_bytes(quantized("uint8", 127, 1 / 127.5, "SOFTMAX")), "labels.txt": LABELS}
    assert add_model(zipped(tmp_path / "My bins (2).zip", files), None).name == "My_bins_2_"
    with pytest.raises(UsageError, match="--name: expected letters, digits"):
        add_model(tmp_path / "My bins (2).zip", "a/b")
    zipped(tmp_path / "___.zip", files)
    with pytest.raises(UsageError, match="Add --name NAME"):
        add_model(tmp_path / "___.zip", None)


TM = "model_unquant.tflite"
SYMMETRIC = model_bytes(symmetric())
FLOAT = {TM: SYMMETRIC, "labels.txt": LABELS}


@pytest.mark.parametrize(
    ("files", "kind", "message"),
    [
        ({}, ModelMissingError, "expected a .tflite file in it, found nothing"),
        ({"a.txt": b"x", "b.png": b"x"}, ModelMissingError, "found a.txt, b.png. Export it as TensorFlow Lite"),
        (
            {"keras_model.h5": b"x", "a.txt": b"x"},
            ModelMissingError,
            "found Keras weights (keras_model.h5)",
        ),
        ({"weights.bin": b"x", "model.json": b"{}"}, ModelMissingError, "found weights for TensorFlow.js"),
        (
            {**FLOAT, "model.tflite": b"x"},
            ModelError,
            "expected one model in it, found 2: model_unquant.tflite, ",
        ),
        ({"model_edgetpu.tflite": b"x"}, ModelError, "compiled for the Edge TPU"),
        (
            {TM: SYMMETRIC},
            ModelMissingError,
            "expected labels (labels.txt)",
        ),
        ({**FLOAT, "labels.txt": b"red\ngreen\n"}, LabelError, "labels.txt inside it: expected 3 labels"),
        (
            {**FLOAT, "model_unquant.tflite": b"no model at all, but text"},
            ModelError,
            "inside it: expected a .tflite",
        ),
        ({**FLOAT, TM: b""}, ModelError, "inside it: expected a .tflite file, found an empty"),
        (
            {**FLOAT, "model_unquant.tflite": FLOAT["model_unquant.tflite"][:900]},
            ModelError,
            "m.zip, model_unquant",
        ),
    ],
)
def test_zips_that_are_no_model(
    tmp_path: Path, folders: Places, files: dict[str, bytes], kind: type[EdgeClassifyError], message: str
) -> None:
    with pytest.raises(kind) as raised:
        add_model(zipped(tmp_path / "m.zip", files), None)
    assert message in str(raised.value)
    assert str(raised.value).startswith(f"{tmp_path / 'm.zip'}")
    assert "/tmp/edgeclassify-add" not in str(raised.value)
    assert not folders.models.exists()
    assert "m" not in load_catalog().entries


def test_what_can_not_be_written_leaves_nothing(tmp_path: Path, folders: Places) -> None:
    folders.models.parent.mkdir()
    folders.models.write_text("in the way")
    with pytest.raises(StorageError):
        add_model(zipped(tmp_path / "m.zip", FLOAT), None)
    assert "m" not in load_catalog().entries


def test_for_the_service_the_entry_is_where_it_looks(
    tmp_path: Path, folders: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDGECLASSIFY_MODELS")
    places.SYSTEM_MODELS.mkdir(parents=True)
    added = add_model(zipped(tmp_path / "m.zip", FLOAT), None)
    assert added.path == places.SYSTEM_MODELS / "m.tflite"
    assert (folders.system_entries / "m.toml").is_file()
    assert not folders.user_entries.exists()
    assert is_seen_by_service(added)
    assert resolve_model("m") == added.path


def test_what_the_service_does_not_see_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDGECLASSIFY_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    places.SYSTEM_MODELS.mkdir(parents=True)
    monkeypatch.setattr(places, "can_write", lambda folder: folder != places.SYSTEM_MODELS)
    added = add_model(zipped(tmp_path / "m.zip", FLOAT), None)
    assert added.path == tmp_path / "data/edgeclassify/models/m.tflite"
    assert not is_seen_by_service(added)
