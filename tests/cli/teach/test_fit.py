"""`teach NAME fit`: how good it is, one class alone, another base, and what can't be learnt from."""

import fcntl
import json
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.model.catalog import places
from tests.support.lessons import ESPRESSO, write_parts

Output = pytest.CaptureFixture[str]


def teach(*arguments: str | Path) -> int:
    return main(["teach", *map(str, arguments)])


def fitted(name: str, output: Output, *options: str) -> dict[str, Any]:
    output.readouterr()
    assert teach(name, "fit", "--json", *options) == 0
    found: dict[str, Any] = json.loads(output.readouterr().out)
    return found


@pytest.fixture
def other_base(test_data: Path) -> Path:
    return test_data / "models" / "mobilenet_v1_0.25_128_quant.tflite"


def test_the_figures_are_of_examples_that_were_left_out(taught: str, capsys: Output) -> None:
    found = fitted(taught, capsys)
    assert found["base"] == "builtin"
    assert found["head"]["is_current"]
    assert found["head"]["right"]["of"] == 10
    assert found["head"]["right"]["right"] >= 9
    low, high = found["head"]["right"]["interval"]
    assert low < found["head"]["right"]["share"] <= high == 1.0
    assert {one["label"]: one["right"]["of"] for one in found["classes"]} == {"cat": 5, "espresso": 5}
    assert found["seconds"] > 0


def test_what_is_missing_is_said(taught: str, pictures: Path, capsys: Output) -> None:
    assert teach(taught, "add", "tripod", pictures / "other" / "tripod0.png") == 0
    found = fitted(taught, capsys)
    assert "only 1 picture of `tripod`" in [one["text"] for one in found["missing"]]


def test_an_example_that_looks_mislabelled_is_named(taught: str, tmp_path: Path, capsys: Output) -> None:
    assert teach(taught, "add", "cat", write_parts(tmp_path / "wrong", ESPRESSO, 1, first=20)) == 0
    (doubtful,) = fitted(taught, capsys)["doubtful"]
    assert doubtful["seems"] == "espresso"
    assert doubtful["score"] >= 0.7
    assert teach(taught, "list") == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("mislabelled? "))
    assert line.startswith(f"mislabelled? {doubtful['example'][:8]} of cat (")
    assert "looks like espresso, " in line
    assert teach(taught, "move", "espresso", doubtful["example"][:8]) == 0
    capsys.readouterr()
    assert teach(taught, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out)["doubtful"] == []


def test_one_class_and_what_is_none_of_it(pictures: Path, capsys: Output) -> None:
    assert teach("pets", "add", "cat", pictures / "cat") == 0
    assert "Next, another class" in capsys.readouterr().out
    assert teach("pets", "add", "unknown", pictures / "other") == 0
    assert "Next: edgeclassify teach pets fit" in capsys.readouterr().out
    found = fitted("pets", capsys)
    assert [one["label"] for one in found["classes"]] == ["cat"]
    assert found["unknown_examples"] == 3
    assert "classes" not in [one["kind"] for one in found["missing"]]


def test_one_class_alone_is_no_lesson(pictures: Path, capsys: Output) -> None:
    assert teach("pets", "add", "cat", pictures / "cat") == 0
    capsys.readouterr()
    assert teach("pets", "fit") == ExitStatus.DATA
    said = capsys.readouterr().err
    assert said.startswith("edgeclassify: pets: expected examples of two classes or more, found only 'cat'.")
    assert "--one-class" in said


def test_only_what_is_normal(pictures: Path, capsys: Output) -> None:
    assert teach("pets", "add", "normal", pictures / "cat") == 0
    found = fitted("pets", capsys, "--one-class")
    assert found["one_class"]
    assert found["head"]["kind"] == "one class"
    assert fitted("pets", capsys)["one_class"]  # as it was


def test_a_second_class_makes_it_one_of_several_again(pictures: Path, capsys: Output) -> None:
    assert teach("pets", "add", "cat", pictures / "cat") == 0
    assert fitted("pets", capsys, "--one-class")["one_class"]
    assert teach("pets", "add", "espresso", pictures / "espresso") == 0
    capsys.readouterr()
    assert teach("pets", "fit", "--one-class") == ExitStatus.USAGE
    assert "found cat, espresso" in capsys.readouterr().err
    assert not fitted("pets", capsys)["one_class"]


def test_nothing_was_taught(capsys: Output) -> None:
    assert teach("pets", "fit") == ExitStatus.CONFIG
    assert "pets: expected the name of a taught model" in capsys.readouterr().err


def test_two_at_once(taught: str, models_folder: Path, capsys: Output) -> None:
    with (models_folder / "taught" / taught / "lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert teach(taught, "fit") == ExitStatus.UNAVAILABLE
    assert "another edgeclassify" in capsys.readouterr().err
    assert teach(taught, "fit") == 0


def test_another_base(taught: str, other_base: Path, capsys: Output) -> None:
    assert teach(taught, "--base", other_base) == 0
    assert f"on {other_base}" in capsys.readouterr().out
    found = fitted(taught, capsys)
    assert found["base"] == str(other_base)
    assert found["head"]["right"]["of"] == 10
    assert teach(taught, f"--base={other_base}", "fit") == 0


def test_examples_without_a_picture_are_lost_to_another_base(
    taught: str, other_base: Path, pictures: Path, capsys: Output
) -> None:
    assert teach(taught, "add", "tripod", pictures / "other", "--no-pictures") == 0
    assert teach(taught, "fit", "--base", other_base) == 0
    captured = capsys.readouterr()
    assert "left out: 3 examples of which no picture was kept" in captured.err
    assert "2 classes, 10 examples" in captured.out


def test_a_model_without_pictures_can_not_go_over_to_another_base(
    other_base: Path, pictures: Path, capsys: Output
) -> None:
    for label in ("cat", "espresso"):
        assert teach("pets", "add", label, pictures / label, "--no-pictures") == 0
    capsys.readouterr()
    assert teach("pets", "--base", other_base) == ExitStatus.USAGE
    assert "none were kept" in capsys.readouterr().err
    assert fitted("pets", capsys)["base"] == "builtin"


def test_the_base_is_for_few_commands(taught: str, capsys: Output) -> None:
    assert teach(taught, "--base", "builtin", "undo") == ExitStatus.USAGE
    assert "expected it with add, fit or no command" in capsys.readouterr().err


@pytest.mark.parametrize("is_found", [False, True])
def test_what_the_service_does_not_find_is_said(
    is_found: bool, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.delenv("EDGECLASSIFY_MODELS")
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(places, "SYSTEM_MODELS", tmp_path / "service")
    places.SYSTEM_MODELS.mkdir()
    monkeypatch.setattr(places, "can_write", lambda folder: is_found or folder != places.SYSTEM_MODELS)
    for label in ("cat", "espresso"):
        assert teach("pets", "add", label, pictures / label) == 0
    assert teach("pets", "fit") == 0
    said = capsys.readouterr().err
    assert ("pets: the service of this machine can't see it in" in said) is not is_found
    assert ("sudo edgeclassify teach pets import /tmp/pets.taught.zip" in said) is not is_found


def test_without_a_command_it_is_listed(taught: str, capsys: Output) -> None:
    assert teach(taught) == 0
    assert capsys.readouterr().out.startswith("pets: 2 classes, 10 examples, on builtin; version ")
