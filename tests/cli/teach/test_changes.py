"""`teach NAME move`, `remove`, `undo`, `export`, `import`: what changes, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus

Output = pytest.CaptureFixture[str]


def teach(*arguments: str | Path | int) -> int:
    return main(["teach", *map(str, arguments)])


def listed(name: str, output: Output) -> dict[str, Any]:
    output.readouterr()
    assert teach(name, "list", "--examples", "--json") == 0
    found: dict[str, Any] = json.loads(output.readouterr().out)
    return found


def counts(name: str, output: Output) -> dict[str, int]:
    return {one["label"]: one["examples"] for one in listed(name, output)["classes"]}


def test_an_example_is_moved_by_the_first_digits_of_its_number(taught: str, capsys: Output) -> None:
    example = listed(taught, capsys)["examples"][0]
    assert example["label"] == "cat"
    assert teach(taught, "move", "espresso", example["id"][:8]) == 0
    said = capsys.readouterr().out
    assert "moved 1 to espresso" in said
    assert f"Next: edgeclassify teach {taught} fit" in said
    assert counts(taught, capsys) == {"cat": 4, "espresso": 6}
    assert not listed(taught, capsys)["head"]["is_current"]


def test_an_example_is_moved_by_the_file_that_it_is_of(taught: str, capsys: Output) -> None:
    assert teach(taught, "move", "unknown", "cat3.png", "cat1.png") == 0
    found = listed(taught, capsys)
    assert found["unknown_examples"] == 2
    assert {Path(one["source"]).name for one in found["examples"] if one["label"] is None} == {
        "cat1.png", "cat3.png"
    }  # fmt: skip


def test_what_is_of_the_class_already_is_not_moved(taught: str, capsys: Output) -> None:
    version = listed(taught, capsys)["version"]
    assert teach(taught, "move", "cat", "cat3.png") == ExitStatus.USAGE
    assert "Nothing was changed." in capsys.readouterr().err
    assert listed(taught, capsys)["version"] == version


def test_examples_are_removed_and_an_undo_brings_them_back(taught: str, capsys: Output) -> None:
    assert teach(taught, "remove", "cat3.png") == 0
    assert counts(taught, capsys) == {"cat": 4, "espresso": 5}
    assert teach(taught, "undo") == 0
    assert counts(taught, capsys) == {"cat": 5, "espresso": 5}
    assert listed(taught, capsys)["head"]["is_current"]


def test_what_was_undone_is_brought_back_by_its_version(taught: str, capsys: Output) -> None:
    version = listed(taught, capsys)["version"]
    assert teach(taught, "remove", "cat3.png") == 0
    assert teach(taught, "undo") == 0
    capsys.readouterr()
    assert teach(taught, "undo", "--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[0] == str(version + 2)
    assert f"as of version {version} (" in lines[1]
    assert lines[2].split()[0] == str(version + 1)
    assert lines[2].rstrip().endswith("removed 1 of cat")
    assert listed(taught, capsys)["version"] == version + 2
    assert teach(taught, "undo", "--to", version + 1) == 0
    assert counts(taught, capsys) == {"cat": 4, "espresso": 5}
    assert teach(taught, "undo", "--to", 99) == ExitStatus.USAGE
    assert "expected a version that is kept (1, " in capsys.readouterr().err


def test_a_class_is_removed(taught: str, capsys: Output) -> None:
    assert teach(taught, "remove", "--label", "espresso") == 0
    assert counts(taught, capsys) == {"cat": 5}


def test_a_class_that_there_is_not_is_refused_with_what_may_be_meant(taught: str, capsys: Output) -> None:
    assert teach(taught, "remove", "--label", "expresso") == ExitStatus.USAGE
    said = capsys.readouterr().err
    assert "expected one of its classes (cat, espresso), found 'expresso'" in said
    assert 'Did you mean "espresso"?' in said


def test_an_example_that_there_is_not_is_refused(taught: str, capsys: Output) -> None:
    assert teach(taught, "remove", "ffff0000") == ExitStatus.USAGE
    assert "expected the id of an example" in capsys.readouterr().err
    assert counts(taught, capsys) == {"cat": 5, "espresso": 5}


@pytest.mark.parametrize("arguments", [[], ["cat3.png", "--label", "cat"], ["--label", "cat", "--model"]])
def test_what_to_remove_is_said_once(taught: str, arguments: list[str], capsys: Output) -> None:
    assert teach(taught, "remove", *arguments) == ExitStatus.USAGE
    assert "one of them alone" in capsys.readouterr().err
    assert counts(taught, capsys) == {"cat": 5, "espresso": 5}


def test_the_whole_model_is_removed(taught: str, models_folder: Path, capsys: Output) -> None:
    assert teach(taught, "remove", "--model") == 0
    assert str(models_folder / "taught" / taught) in capsys.readouterr().out
    assert list((models_folder / "taught").iterdir()) == []
    assert teach(taught, "list") == ExitStatus.CONFIG
    assert "expected the name of a taught model" in capsys.readouterr().err


def test_an_export_is_imported_under_another_name(taught: str, tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "pets.zip"
    assert teach(taught, "export", file) == 0
    assert str(file) in capsys.readouterr().out
    assert teach("copy", "import", file) == 0
    assert "imported from pets.zip" in capsys.readouterr().out
    assert counts("copy", capsys) == {"cat": 5, "espresso": 5}
    assert listed("copy", capsys)["head"]["is_current"]
    assert teach(taught, "import", file) == ExitStatus.USAGE
    assert teach(taught, "import", file, "--replace") == 0


def test_what_is_no_export_is_refused(taught: str, tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "pets.zip"
    file.write_bytes(b"no zip")
    assert teach("copy", "import", file) == ExitStatus.DATA
    assert "expected a taught model as `edgeclassify teach NAME export` writes it" in capsys.readouterr().err
