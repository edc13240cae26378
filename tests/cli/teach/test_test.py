"""`teach NAME test`: figures, table, picture and JSON of pictures that the model was not taught."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from tests.support.lessons import CAT, ESPRESSO, TRIPOD, write_parts

Output = pytest.CaptureFixture[str]


def run(name: str, *arguments: str | Path) -> int:
    return main(["teach", name, "test", *map(str, arguments)])


def record(output: Output, name: str, *arguments: str | Path, status: int = ExitStatus.OK) -> dict[str, Any]:
    output.readouterr()
    assert run(name, *arguments, "--json") == status
    found: dict[str, Any] = json.loads(output.readouterr().out)
    return found


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """Six cats, four coffees, one of which lies in the wrong folder, and three tripods of none of the classes."""
    folder = tmp_path / "asked"
    write_parts(folder / "cat", CAT, 6, first=30)
    write_parts(folder / "espresso", ESPRESSO, 3, first=30)
    write_parts(folder / "cat", ESPRESSO, 1, first=40)
    write_parts(folder / "unknown", TRIPOD, 3, first=30)
    return folder


def test_figures(taught: str, asked: Path, capsys: Output) -> None:
    found = record(capsys, taught, asked)
    assert (found["model"], found["n"], found["unreadable"]) == ("pets", 10, 0)
    assert found["accuracy"] == 0.9
    assert found["accuracy_low"] == pytest.approx(0.5958, abs=1e-4)
    assert found["accuracy_high"] == pytest.approx(0.9821, abs=1e-4)
    assert 0 <= found["unknown"] <= 0.5
    assert found["accuracy_known"] >= 0.8
    assert found["none"]["n"] == 3
    assert [(one["label"], one["n"], one["right"]) for one in found["labels"]] == [
        ("cat", 7, 6), ("espresso", 3, 3)
    ]  # fmt: skip
    assert sum(found["answers"]["cat"].values()) == 7
    assert sum(found["answers"]["none of them"].values()) == 3
    wrong = [one for one in found["wrong"] if one["label"] == "cat"]
    assert [(Path(one["file"]).name, one["answer"]) for one in wrong] == [("espresso40.png", "espresso")]


def test_shares_fit_together(taught: str, asked: Path, capsys: Output) -> None:
    found = record(capsys, taught, asked)
    unknown = sum(found["answers"][label].get("unknown", 0) for label in ("cat", "espresso"))
    assert found["unknown"] == pytest.approx(unknown / 10)
    right = sum(found["answers"][label].get(label, 0) for label in ("cat", "espresso"))
    assert found["accuracy_known"] == pytest.approx(right / (10 - unknown), abs=1e-4)
    assert found["none"]["unknown"] == pytest.approx(
        found["answers"]["none of them"].get("unknown", 0) / 3, abs=1e-4
    )


def test_what_people_see(taught: str, asked: Path, tmp_path: Path, capsys: Output) -> None:
    plot = tmp_path / "plot.svg"
    assert run(taught, asked, "--plot", plot) == 0
    out = capsys.readouterr().out
    assert out.startswith("pets, 10 pictures of 2 labels\n")
    assert "right, where each gets a label          90.0%   9 of 10   95 % confidence 59.6% to 98.2%" in out
    assert any(line.split()[:3] == ["is", "\\", "answered"] for line in out.splitlines())
    assert "espresso40.png: is cat, answered espresso" in out
    assert f"The picture of the answers is in {plot}." in out
    texts = ["".join(one.itertext()) for one in ET.parse(plot).iter("{http://www.w3.org/2000/svg}text")]
    assert "pets: which label was answered for which" in texts
    assert "none of them" in texts


def test_pictures_that_can_not_be_read_are_left_out(taught: str, asked: Path, capsys: Output) -> None:
    (asked / "cat" / "broken.jpg").write_bytes(b"no picture")
    found = record(capsys, taught, asked, status=ExitStatus.SOME_FAILED)
    assert (found["n"], found["unreadable"]) == (10, 1)


def test_only_pictures_of_none(taught: str, asked: Path, tmp_path: Path, capsys: Output) -> None:
    (asked / "unknown").rename(tmp_path / "unknown")
    (tmp_path / "only").mkdir()
    (tmp_path / "unknown").rename(tmp_path / "only/unknown")
    found = record(capsys, taught, tmp_path / "only")
    assert (found["n"], found["accuracy"], found["unknown"], found["none"]["n"]) == (0, None, None, 3)
    assert run(taught, tmp_path / "only") == 0


def test_where_only_what_is_normal_was_taught(pictures: Path, asked: Path, tmp_path: Path, capsys: Output) -> None:
    assert main(["teach", "cats", "add", "cat", str(pictures / "cat")]) == 0
    assert main(["teach", "cats", "fit", "--one-class"]) == 0
    (asked / "espresso").rename(asked / "unusual")
    found = record(capsys, "cats", asked)
    assert found["n"] == 13, "unknown is unusual there"
    assert [(one["label"], one["n"]) for one in found["labels"]] == [("cat", 7), ("unusual", 6)]
    assert found["none"]["n"] == 0


def test_many_labels_make_no_table(pictures: Path, tmp_path: Path, capsys: Output) -> None:
    for number in range(11):
        label = f"kind {number}"
        write_parts(tmp_path / "asked" / label, (CAT, ESPRESSO, TRIPOD)[number % 3], 1, first=100 + number)
        place = write_parts(tmp_path / "taught" / label, (CAT, ESPRESSO, TRIPOD)[number % 3], 2, first=2 * number)
        assert main(["teach", "many", "add", label, str(place)]) == 0
    assert main(["teach", "many", "fit"]) == 0
    capsys.readouterr()
    assert run("many", tmp_path / "asked") == 0
    out = capsys.readouterr().out
    assert "is \\ answered" not in out
    assert " of 1 of kind " in out


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("builtin", ExitStatus.CONFIG, "builtin: expected the name of a taught model"),
        ("pest", ExitStatus.CONFIG, "pest: expected the name of a taught model (pets) in "),
    ],
)
def test_models_that_were_not_taught(
    taught: str, asked: Path, capsys: Output, name: str, status: int, message: str
) -> None:
    assert run(name, asked) == status
    assert message in capsys.readouterr().err


def test_a_model_that_is_not_fitted(pictures: Path, asked: Path, capsys: Output) -> None:
    assert main(["teach", "pets", "add", "cat", str(pictures / "cat")]) == 0
    assert run("pets", asked) != 0
    assert "edgeclassify teach pets fit" in capsys.readouterr().err


def test_folders_that_are_no_labels(taught: str, asked: Path, tmp_path: Path, capsys: Output) -> None:
    (asked / "cat").rename(asked / "kat")
    assert run(taught, asked) == ExitStatus.DATA
    said = capsys.readouterr().err
    assert "expected labels or groups of the model pets, or unknown for pictures of none of them" in said
    assert "'kat' is none." in said
    assert run(taught, tmp_path / "nothing") == ExitStatus.NO_INPUT
    assert run(taught, asked, "--plot", "x.png") == ExitStatus.USAGE
