"""The whole path: pictures are added, a head is fitted, and the model classifies as any other does."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from tests.support.lessons import CAT, ESPRESSO, TRIPOD, write_parts

Output = pytest.CaptureFixture[str]


def classified(model: str, folder: Path, output: Output) -> list[dict[str, Any]]:
    output.readouterr()
    assert main(["classify", "--model", model, "--json", str(folder)]) == 0
    return [json.loads(line) for line in output.readouterr().out.splitlines()]


def test_what_was_taught_is_told_apart_and_the_rest_is_not_known(
    taught: str, tmp_path: Path, capsys: Output
) -> None:
    for photo in (CAT, ESPRESSO):
        for row in classified(taught, write_parts(tmp_path / f"new-{photo}", photo, 4, first=100), capsys):
            assert row["model"] == taught
            best = row["top"][0]
            assert best["label"] == photo
            assert best["score"] > 0.5
    for row in classified(taught, write_parts(tmp_path / "new-other", TRIPOD, 4, first=100), capsys):
        assert sum(one["score"] for one in row["top"]) < 0.5


def test_from_a_fresh_shell_with_an_empty_home(pictures: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home)}

    def run(*arguments: str | Path) -> str:
        command = [sys.executable, "-m", "edgeclassify", *map(str, arguments)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = run("teach", "pets", "add", "cat", *sorted((pictures / "cat").iterdir()))
    assert said.splitlines() == [
        "pets: cat: 5 new examples. Now: cat 5.",
        "Next, another class: edgeclassify teach pets add LABEL PICTURES",
    ]
    said = run("teach", "pets", "add", "espresso", pictures / "espresso")
    assert said.splitlines() == [
        "pets: espresso: 5 new examples. Now: cat 5, espresso 5.",
        "Next: edgeclassify teach pets fit",
    ]
    said = run("teach", "pets", "fit")
    assert "5 of 5" in said
    assert 'edgeclassify classify --model pets PICTURE, or model = "pets" in a [[view]].' in said
    said = run("classify", "--model", "pets", "--json", pictures / "cat" / "cat0.png")
    assert json.loads(said)["top"][0]["label"] == "cat"


def test_how_unknown_it_is_stands_among_the_classes(taught: str, pictures: Path, capsys: Output) -> None:
    (row,) = classified(taught, pictures / "other" / "tripod0.png", capsys)
    assert set(row) == {"path", "model", "ms", "top", "unknown"}
    assert row["unknown"] > 0.5
    assert row["unknown"] + sum(one["score"] for one in row["top"]) == pytest.approx(1, abs=0.001)
    assert main(["classify", "--model", taught, str(pictures / "other" / "tripod0.png")]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(" (unknown)")
    assert main(["classify", "--model", taught, str(pictures / "cat" / "cat0.png")]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(" cat")


def test_what_is_not_normal_is_unusual(pictures: Path, capsys: Output) -> None:
    assert main(["teach", "pets", "add", "normal", str(pictures / "cat")]) == 0
    assert main(["teach", "pets", "fit", "--one-class"]) == 0
    for photo, label in (("cat", "normal"), ("espresso", "unusual")):
        (row,) = classified("pets", pictures / photo / f"{photo}0.png", capsys)
        assert row["top"][0]["label"] == label
        assert row["top"][0]["score"] > 0.5


def test_on_another_base(taught: str, pictures: Path, test_data: Path, capsys: Output) -> None:
    base = test_data / "models" / "mobilenet_v1_0.25_128_quant.tflite"
    assert main(["teach", taught, "--base", str(base)]) == 0
    for photo in ("cat", "espresso"):
        (row,) = classified(taught, pictures / photo / f"{photo}0.png", capsys)
        assert row["top"][0]["label"] == photo


def test_a_config_that_names_it_is_right(taught: str, tmp_path: Path, capsys: Output) -> None:
    config = tmp_path / "edgeclassify.toml"
    config.write_text(
        '[[camera]]\nname = "front"\nsource = "synthetic:"\n[[view]]\nname = "room"\nmodel = "pets"\n'
    )
    assert main(["check", str(config)]) == 0
    config.write_text(config.read_text().replace("pets", "pest"))
    assert main(["check", str(config)]) == 78
    assert "view[0].model" in capsys.readouterr().err
