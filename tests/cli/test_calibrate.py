"""`edgeclassify calibrate` with real models and photos: figures, plot, what is written, and each bad input."""

import csv
import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from edgeclassify.demo import demo_photos
from edgeclassify.errors import ExitStatus
from edgeclassify.model.catalog import resolve_model
from edgeclassify.model.description.sidecar import read_sidecar
from edgeclassify.pixels import roi_rect
from edgeclassify.types import Roi
from tests.support.photos import V1_SMALL, photos
from tests.support.taught_models import teach

Output = pytest.CaptureFixture[str]


def spread(folder: Path, **labels: int) -> Path:
    """So many pictures in a sub-folder of each label, all of a cat."""
    with demo_photos() as shipped:
        for label, count in labels.items():
            (folder / label).mkdir(parents=True)
            for number in range(count):
                shutil.copy(shipped / "cat.jpg", folder / label / f"{number}.jpg")
    return folder


@pytest.fixture
def cats(tmp_path: Path) -> Path:
    """Thirty pictures that the built-in model gets right or nearly so, and ten of nothing it knows."""
    return spread(tmp_path / "pictures", Egyptian_cat=30, unknown=10)


@pytest.fixture
def small_model(test_data: Path, tmp_path: Path) -> Path:
    """A copy of the small ImageNet model with a sidecar."""
    model = tmp_path / "models" / "small.tflite"
    model.parent.mkdir()
    shutil.copy(test_data / "models" / f"{V1_SMALL}.tflite", model)
    shutil.copy(test_data / "models" / "imagenet_labels.txt", model.with_name("labels.txt"))
    model.with_suffix(".toml").write_text('labels = "labels.txt"  # of ImageNet\ncrop = 0.875\n')
    return model


@pytest.fixture
def truth(test_data: Path, tmp_path: Path) -> Path:
    path = tmp_path / "truth.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "label"])
        rows.writerows([str(photo.path), photo.label] for photo in photos(test_data))
    return path


def record(output: Output, *arguments: str, status: int = ExitStatus.OK) -> dict[str, Any]:
    assert main(["calibrate", *arguments, "--json"]) == status
    found = json.loads(output.readouterr().out)
    assert isinstance(found, dict)
    return found


def refused(output: Output, *arguments: str, status: int = ExitStatus.DATA) -> str:
    assert main(["calibrate", *arguments]) == status
    captured = output.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


@pytest.mark.data
def test_figures_of_a_real_model_on_photos(small_model: Path, truth: Path, capsys: Output) -> None:
    found = record(capsys, str(truth), "--model", str(small_model))
    assert (found["pictures"], found["of_nothing"], found["unreadable"]) == (100, 0, 0)
    assert (round(found["top1"] * 100), found["view"]) == (52, None)
    assert 0.5 < found["temperature"] < 1
    assert found["ece_after"] < found["ece_before"]
    assert found["ece_by_chance"] > 0.02
    assert sum(one["pictures"] for one in found["bins_after"]) == 100
    assert found["precision"] >= 0.95
    assert found["threshold_exit"] < found["threshold_enter"]
    assert sum(one["right"] for one in found["labels"]) == 52
    assert found["written"] is None
    assert read_sidecar(small_model).temperature is None


@pytest.mark.data
def test_written_into_the_sidecar_when_told(small_model: Path, truth: Path, capsys: Output) -> None:
    arguments = [str(truth), "--model", str(small_model)]
    found = record(capsys, *arguments, "--write")
    sidecar = small_model.with_suffix(".toml")
    assert found["written"] == str(sidecar)
    assert sidecar.read_text() == (
        f'labels = "labels.txt"  # of ImageNet\ncrop = 0.875\ntemperature = {found["temperature"]:g}\n'
    )
    assert stat.S_IMODE(sidecar.stat().st_mode) == 0o644
    assert not list(small_model.parent.glob(".*"))
    again = record(capsys, *arguments)
    assert again["temperature"] == found["temperature"]
    assert again["temperature_before"] == found["temperature"]
    assert again["ece_before"] < found["ece_before"]


@pytest.mark.data
def test_groups_of_a_view_are_labels_and_a_config_says_the_model(
    small_model: Path, test_data: Path, tmp_path: Path, capsys: Output
) -> None:
    config = tmp_path / "c.toml"
    config.write_text(
        f'[model]\nname = "{small_model}"\ntemperature = 2.0\n[[camera]]\nsource = "synthetic:"\n'
        '[[view]]\nname = "yard"\n[view.groups]\ndog = ["*terrier", "basenji", "*hound", "Pembroke*"]\n'
        '[[view]]\nname = "other"\n'
    )
    dogs = [photo for photo in photos(test_data) if "terrier" in photo.label or "hound" in photo.label]
    for number in range(4):
        for photo in dogs:
            target = tmp_path / "pictures/dog" / f"{number}-{photo.path.name}"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(photo.path, target)
    found = record(capsys, str(tmp_path / "pictures"), "--config", str(config), "--view", "yard")
    assert (found["view"], found["model"], found["temperature_before"]) == ("yard", "small", 2.0)
    assert [one["label"] for one in found["labels"]] == ["dog"]
    assert found["top1"] > 0.5
    message = refused(capsys, str(tmp_path / "pictures"), "--config", str(config), status=ExitStatus.USAGE)
    assert "--view: expected one of yard, other; found none" in message


def test_a_view_looks_at_its_region(tmp_path: Path, capsys: Output) -> None:
    pictures = spread(tmp_path / "pictures", Egyptian_cat=20)
    config = tmp_path / "c.toml"
    figures = []
    for roi in (Roi(), Roi(0, 0, 0.1, 0.1)):
        assert roi_rect(100, 100, roi).width
        config.write_text(
            '[[camera]]\nsource = "synthetic:"\n[[view]]\nname = "v"\n'
            f"roi = [{roi.x:.1f}, {roi.y:.1f}, {roi.width:.1f}, {roi.height:.1f}]\n"
        )
        figures.append(record(capsys, str(pictures), "--config", str(config))["bins_before"])
    assert figures[0] != figures[1]


def test_the_built_in_model_is_not_written_to(cats: Path, capsys: Output) -> None:
    assert main(["calibrate", str(cats), "--write"]) == ExitStatus.OK
    out = capsys.readouterr().out
    assert "belong to the package. Into the config: [model] temperature = " in out
    assert "builtin, 30 pictures of 1 labels, 10 of none of them" in out


def test_what_people_see(cats: Path, tmp_path: Path, capsys: Output) -> None:
    plot = tmp_path / "curve.svg"
    assert main(["calibrate", str(cats), "--plot", str(plot)]) == ExitStatus.OK
    out = capsys.readouterr().out
    for line in ("right", "temperature", "calibration error before", "calibration error after", "by chance alone"):
        assert any(row.strip().startswith(line) for row in out.splitlines()), line
    assert f"The curve is in {plot}." in out
    text = plot.read_text()
    assert text.startswith("<svg")
    assert "before, T 1: ECE" in text


def test_pictures_of_nothing_count_against_the_threshold(cats: Path, tmp_path: Path, capsys: Output) -> None:
    found = record(capsys, str(cats))
    assert (found["pictures"], found["of_nothing"]) == (30, 10)
    assert found["threshold_enter"] is None  # the same pictures are right and of nothing
    found = record(capsys, str(spread(tmp_path / "without", Egyptian_cat=30)), "--precision", "0.5")
    assert found["threshold_enter"] is None or found["precision"] >= 0.5


def test_what_can_not_be_read_is_left_out_and_counted(cats: Path, capsys: Output) -> None:
    for number in range(5):
        (cats / "Egyptian_cat" / f"broken{number}.jpg").write_bytes(b"no picture")
    assert main(["calibrate", str(cats), "--json"]) == ExitStatus.SOME_FAILED
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert (found["pictures"], found["unreadable"]) == (30, 5)
    assert captured.err.count("left out: ") == 4
    assert "broken0.jpg" in captured.err
    assert "left out: 2 more pictures" in captured.err


def test_labels_that_the_model_does_not_have(tmp_path: Path, capsys: Output) -> None:
    pictures = spread(tmp_path / "pictures", Egyptian_kat=1, lorry=1)
    message = refused(capsys, str(pictures))
    assert f"{pictures}: expected labels or groups of the model builtin" in message
    assert "'Egyptian_kat' is none. Those with 'Egyptian' in them: \"Egyptian cat\"" in message
    assert "'lorry' is none." in message


def test_too_few_pictures(tmp_path: Path, capsys: Output) -> None:
    pictures = spread(tmp_path / "pictures", Egyptian_cat=19, unknown=5)
    (pictures / "Egyptian_cat" / "broken.jpg").write_bytes(b"no picture")
    message = refused(capsys, str(pictures))
    assert "expected at least 20 pictures with a label of the model, found 19 (1 could not be read" in message


def test_a_model_of_several_labels_at_once(cats: Path, tmp_path: Path, capsys: Output) -> None:
    built_in = resolve_model("builtin")
    shutil.copy(built_in, tmp_path / "many.tflite")
    shutil.copy(built_in.with_name("labels.txt"), tmp_path)
    (tmp_path / "many.toml").write_text('labels = "labels.txt"\noutput = "sigmoid"\n')
    message = refused(capsys, str(cats), "--model", str(tmp_path / "many.tflite"), status=ExitStatus.USAGE)
    assert "calibrate: many: expected a model of which one label holds at a time" in message


def test_no_folder_of_labels(tmp_path: Path, capsys: Output) -> None:
    assert "expected sub-folders named by label" in refused(capsys, str(tmp_path))
    assert "found nothing there" in refused(capsys, str(tmp_path / "x"), status=ExitStatus.NO_INPUT)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--plot", "curve.png"), "--plot: expected a file name that ends in .svg, found 'curve.png'"),
        (("--config", "c.toml", "--model", "builtin"), "--model: expected it without --config and --view"),
        (("--view", "gate", "--threads", "2"), "--threads: expected it without --config and --view"),
    ],
)
def test_options_that_do_not_go_together(
    cats: Path, capsys: Output, arguments: tuple[str, ...], message: str
) -> None:
    assert message in refused(capsys, str(cats), *arguments, status=ExitStatus.USAGE)


def test_a_view_that_is_not_there(cats: Path, tmp_path: Path, capsys: Output) -> None:
    config = tmp_path / "c.toml"
    config.write_text('[[camera]]\nsource = "synthetic:"\n[[view]]\nname = "gate"\n')
    message = refused(capsys, str(cats), "--config", str(config), "--view", "gaet", status=ExitStatus.USAGE)
    assert '--view: expected one of gate; found gaet. Did you mean "gate"?' in message


def test_a_plot_that_can_not_be_written(cats: Path, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "curve.svg"
    assert "can't be written" in refused(capsys, str(cats), "--plot", str(target), status=ExitStatus.CANNOT_WRITE)


def test_a_taught_model_is_calibrated_by_its_fit(
    cats: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("EDGECLASSIFY_MODELS", str(tmp_path / "models"))
    teach("gate")
    message = refused(capsys, str(cats), "--model", "gate", "--write", status=ExitStatus.USAGE)
    assert "gate: expected a model with the classes of its own network, found one that was taught" in message
    assert sorted(path.name for path in (tmp_path / "models/taught").iterdir()) == ["gate"]
