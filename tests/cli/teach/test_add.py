"""`teach NAME add` of files: what becomes of good pictures and of bad ones, names and labels that can't be."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from tests.support.data import find_test_data

Output = pytest.CaptureFixture[str]


def add(name: str, label: str, *arguments: str | Path) -> int:
    return main(["teach", name, "add", label, *map(str, arguments)])


def listed(name: str, output: Output) -> dict[str, Any]:
    output.readouterr()
    assert main(["teach", name, "list", "--examples", "--json"]) == 0
    found: dict[str, Any] = json.loads(output.readouterr().out)
    return found


def test_an_example_says_where_it_is_from(pictures: Path, capsys: Output) -> None:
    assert add("pets", "cat", pictures / "cat" / "cat0.png") == 0
    (example,) = listed("pets", capsys)["examples"]
    assert example["label"] == "cat"
    assert example["source"] == str(pictures / "cat" / "cat0.png")
    assert example["captured"] is None  # a file's time is no picture's time
    assert 0.1 < example["brightness"] < 0.9


def test_the_same_pictures_are_no_new_examples(pictures: Path, capsys: Output) -> None:
    assert add("pets", "cat", pictures / "cat") == 0
    shutil.copy(pictures / "cat" / "cat0.png", pictures / "cat" / "again.png")
    capsys.readouterr()
    assert add("pets", "cat", pictures / "cat") == 0
    assert capsys.readouterr().out.startswith("pets: cat: 0 new examples, 5 that were there already. Now: cat 5.")


def test_a_picture_has_the_label_that_is_said_last(pictures: Path, capsys: Output) -> None:
    assert add("pets", "cat", pictures / "cat") == 0
    capsys.readouterr()
    assert add("pets", "dog", pictures / "cat" / "cat0.png") == 0
    said = capsys.readouterr().out
    assert said.startswith("pets: dog: 0 new examples, 1 that was of another class. Now: dog 1, cat 4.")


def test_a_bad_picture_does_not_stop_the_others(pictures: Path, capsys: Output) -> None:
    bad = pictures / "cat" / "bad.png"
    bad.write_bytes(b"no picture")
    assert add("pets", "cat", pictures / "cat") == ExitStatus.SOME_FAILED
    captured = capsys.readouterr()
    assert f"left out: {bad}: " in captured.err
    assert "5 new examples" in captured.out


def test_where_every_picture_is_bad_there_is_no_model(tmp_path: Path, models_folder: Path, capsys: Output) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    assert add("pets", "cat", bad) == ExitStatus.DATA
    assert capsys.readouterr().err.startswith(f"edgeclassify: {bad}: ")
    assert add("pets", "cat", tmp_path / "gone.png") == ExitStatus.NO_INPUT
    assert not models_folder.exists()


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("", "expected a label"),
        ("a\nb", "expected a label"),
        ("x" * 65, "expected a label"),
        ("open/+", "expected a label without /, + and #"),
        ("None", "a word that a view's state has for itself"),
        ("unusual", "a word that a view's state has for itself"),
    ],
)
def test_a_label_that_can_not_be_is_refused_before_anything_is_made(
    label: str, found: str, pictures: Path, models_folder: Path, capsys: Output
) -> None:
    assert add("pets", label, pictures / "cat") == ExitStatus.USAGE
    assert found in capsys.readouterr().err
    assert not models_folder.exists()


def test_a_label_that_would_have_the_topic_of_another_one_is_refused(pictures: Path, capsys: Output) -> None:
    assert add("pets", "my cat", pictures / "cat") == 0
    capsys.readouterr()
    assert add("pets", "My Cat!", pictures / "espresso") == ExitStatus.USAGE
    assert 'Did you mean "my cat"?' in capsys.readouterr().err
    assert [one["label"] for one in listed("pets", capsys)["classes"]] == ["my cat"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a b", "expected a name for the taught model"),
        ("../pets", "expected a name for the taught model"),
        ("mobilenet_v2", "found that of a model of the catalog"),
        ("add", "expected the model's name before 'add'"),
    ],
)
def test_a_name_that_can_not_be_is_refused(
    name: str, found: str, pictures: Path, models_folder: Path, capsys: Output
) -> None:
    assert add(name, "cat", pictures / "cat") == ExitStatus.USAGE
    assert found in capsys.readouterr().err
    assert not models_folder.exists()


def test_pictures_of_none_of_the_classes(pictures: Path, capsys: Output) -> None:
    assert add("pets", "cat", pictures / "cat") == 0
    assert add("pets", "Unknown", pictures / "other") == 0
    found = listed("pets", capsys)
    assert found["unknown_examples"] == 3
    assert [one["label"] for one in found["classes"]] == ["cat"]


def test_no_pictures_are_kept_where_none_are_wanted(pictures: Path, models_folder: Path) -> None:
    assert add("pets", "cat", pictures / "cat", "--no-pictures") == 0
    assert not list(models_folder.glob("taught/pets/pictures/*"))
    assert add("pets", "espresso", pictures / "espresso") == 0
    assert len(list(models_folder.glob("taught/pets/pictures/*.jpg"))) == 5


def test_fitted_at_once(taught: str, pictures: Path, capsys: Output) -> None:
    assert add(taught, "tripod", pictures / "other", "--fit") == 0
    said = capsys.readouterr().out
    assert "Now: cat 5, espresso 5, tripod 3." in said
    assert "3 classes, 13 examples" in said
    assert "Next: " not in said
    assert listed(taught, capsys)["head"]["is_current"]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([], "found neither"),
        (["a.jpg", "--camera", "front"], "found both"),
        (["a.jpg", "--count", "3"], "--count and --seconds are about a camera"),
        ([""], "found an empty word"),
    ],
)
def test_what_does_not_fit_together_is_refused(arguments: list[str], found: str, capsys: Output) -> None:
    assert add("pets", "cat", *arguments) == ExitStatus.USAGE
    assert found in capsys.readouterr().err


def test_an_unknown_base_is_refused(pictures: Path, models_folder: Path, capsys: Output) -> None:
    assert add("pets", "cat", pictures / "cat", "--base", "mobilenet_v9") == ExitStatus.CONFIG
    assert "mobilenet_v9" in capsys.readouterr().err
    assert not models_folder.exists()


def test_one_model_stands_on_one_base(pictures: Path, capsys: Output) -> None:
    data = find_test_data()
    if data is None:
        pytest.skip("no test data: a second base")
    base = data / "models" / "mobilenet_v1_0.25_128_quant.tflite"
    assert add("pets", "cat", pictures / "cat") == 0
    capsys.readouterr()
    assert add("pets", "espresso", pictures / "espresso", "--base", base) == ExitStatus.USAGE
    said = capsys.readouterr().err
    assert "expected no base but builtin" in said
    assert f"edgeclassify teach pets --base {base}" in said
    assert add("pets", "espresso", pictures / "espresso", "--base", "builtin") == 0
